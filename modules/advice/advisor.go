package advice

import (
	"context"
	"sync"
	"time"
)

// Needs are an Advisor's ports.
type Needs struct {
	Campus      Campus
	Consumption Consumption
	Ambience    Ambience
	States      States
	Calendar    Calendar
	Openings    Openings
	Prices      Prices
	Changes     Changes

	Recommendations Recommendations
	Analyses        Analyses
	DayAnswers      DayAnswers
	Archive         Archive
	Scenarios       Scenarios
	Runs            Runs
	Jobs            Jobs
	Reports         Reports
	Wordings        Wordings
	// Rewriter is nil where texts stay as the templates have them.
	Rewriter Rewriter

	Clock Clock
	// NewID makes an id that cannot be guessed, from a prefix.
	NewID func(prefix string) string
}

// Advisor answers what can be done, and keeps the answers fresh.
type Advisor struct {
	Needs
	// turn is held by who analyses: one at a time in a process, since each takes a core and the others would only do
	// the same again.
	turn chan struct{}
	// asked are jobs that somebody wants run.
	asked chan Job
	// runs are scenarios that somebody wants played.
	runs chan playing
	// outlooks are the forecasts that were made lately.
	outlooks *outlooks

	mu sync.Mutex
	// layout is that of the tree as it last was.
	layout *layout
	// verified is when what was done was last looked at.
	verified time.Time
}

// New makes an advisor.
func New(needs Needs) *Advisor {
	return &Advisor{Needs: needs, turn: make(chan struct{}, 1), asked: make(chan Job, 1), runs: make(chan playing, mostRuns), outlooks: newOutlooks()}
}

func (a *Advisor) campus(ctx context.Context) (*campus, error) {
	tree, err := a.Campus.Tree(ctx)
	if err != nil {
		return nil, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.layout == nil || !a.layout.is(tree) {
		a.layout = newLayout(tree)
	}
	return newCampus(a.layout), nil
}

// now is the clock's time, to the millisecond that both databases keep.
func (a *Advisor) now() time.Time { return a.Clock.Now().UTC().Truncate(time.Millisecond) }

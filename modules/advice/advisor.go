package advice

import (
	"sync"
	"time"
)

// Needs are an Advisor's ports.
type Needs struct {
	Directory   *Directory
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
	// outlooks are the forecasts that were made lately.
	outlooks *outlooks

	mu sync.Mutex
	// verified is when what was done was last looked at.
	verified time.Time
}

// New makes an advisor.
func New(needs Needs) *Advisor {
	return &Advisor{Needs: needs, turn: make(chan struct{}, 1), asked: make(chan Job, 1), outlooks: newOutlooks()}
}

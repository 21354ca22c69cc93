package advice

import (
	"time"

	"github.com/holotwin/holotwin/modules/advice/rules"
)

// Analysis is when a target was last analysed and what came of it, besides its recommendations.
type Analysis struct {
	Target Target
	// Space is where the target stands, or itself.
	Space string
	At    time.Time
	// Facts sums up what the target was (kind, size, place): another sum asks for another analysis.
	Facts string
	// Version is that of the rules: others ask for another analysis.
	Version int
	// Inputs are which of the four inputs there were.
	Inputs rules.Inputs
	// Days with enough measurements there were, of those that a judgement needs; Days 0 means nothing was measured.
	Days, Needed int
	// UseKWh is the use of a usual month; 0 where too little is known.
	UseKWh float64
	Traits rules.Traits
	// Asked are dates that the calendar calls closed and that look like working days (questions.go); Judged is how many closed
	// dates could be told from those.
	Asked  []int
	Judged int
	// Departures are what departs from the expected in the last two months, oldest first. They are read apart, since most who
	// read analyses need none.
	Departures []rules.Departure
}

// Short tells whether too little was measured to say anything.
func (a Analysis) Short() bool { return a.Days < a.Needed }

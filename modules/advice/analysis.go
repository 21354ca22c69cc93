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
	// Facts is a hash of what the target was (kind, size, place): if it changes, the target is analysed again.
	Facts string
	// Version is that of the rules: if it changes, the target is analysed again.
	Version int
	// Inputs are which of the four inputs there were.
	Inputs rules.Inputs
	// Days with enough measurements there were, of those that a judgement needs; Days 0 means nothing was measured.
	Days, Needed int
	// UseKWh is the use of a usual month; 0 if too little was measured.
	UseKWh float64
	Traits rules.Traits
	// Asked are dates that the calendar calls closed and that look like working days (questions.go); Judged is how many closed
	// dates could be told from those.
	Asked  []int
	Judged int
	// Departures are what departs from the expected in the last two months, oldest first. They are read apart, since most callers who
	// read analyses need none.
	Departures []rules.Departure
}

// Short reports whether too little was measured for a judgement.
func (a Analysis) Short() bool { return a.Days < a.Needed }

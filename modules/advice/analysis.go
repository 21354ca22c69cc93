package advice

import (
	"time"

	"github.com/holotwin/holotwin/modules/advice/rules"
)

// Analysis is the last analysis of a target: its time and its results, without its recommendations.
type Analysis struct {
	Target Target
	// Space is the target's space, or the target itself if it is a space.
	Space string
	At    time.Time
	// Facts is a hash of the target's traits (kind, size, place). If it changes, the target is analysed again.
	Facts string
	// Version is the version of the rules. If it changes, the target is analysed again.
	Version int
	// Inputs states which of the four inputs were available.
	Inputs rules.Inputs
	// Days is the number of days with enough measurements, Needed how many an analysis requires. Days 0 means nothing was measured.
	Days, Needed int
	// UseKWh is the use of a usual month; 0 if too little was measured.
	UseKWh float64
	Traits rules.Traits
	// Asked are dates that are closed in the calendar but look like working days (questions.go). Judged is the number of closed dates that
	// could be classified.
	Asked  []int
	Judged int
	// Departures are deviations from the expected use in the last two months, oldest first. They are read separately, since most callers do
	// not need them.
	Departures []rules.Departure
}

// Short reports whether too little was measured for an analysis.
func (a Analysis) Short() bool { return a.Days < a.Needed }

package advice

import "time"

// DayAnswer is what somebody said of one date of a space.
type DayAnswer struct {
	Space string
	Date  int
	Said  Said
	// Question is the id of the one that was answered.
	Question string
	// Entries are those of the calendar that were made for it.
	Entries []string
	By      string
	At      time.Time
}

// Said is an answer.
type Said string

// The answers; the empty one was taken back.
const (
	SaidNothing Said = ""
	SaidOpened  Said = "opened"
	SaidShut    Said = "shut"
)

package advice

import "time"

// DayAnswer is the answer for one date of a space.
type DayAnswer struct {
	Space string
	Date  int
	Reply Reply
	// Question is the id of the one that was answered.
	Question string
	// Entries are those of the calendar that were made for it.
	Entries []string
	By      string
	At      time.Time
}

// Reply is an answer.
type Reply string

// The replies; the empty one was withdrawn.
const (
	NoReply     Reply = ""
	ReplyOpened Reply = "opened"
	ReplyClosed Reply = "shut"
)

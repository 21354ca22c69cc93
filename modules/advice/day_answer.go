package advice

import "time"

// DayAnswer is the answer for one date of a space.
type DayAnswer struct {
	Space string
	Date  int
	Reply Reply
	// Question is the id of the answered question.
	Question string
	// Entries are the ids of the calendar entries that were made for it.
	Entries []string
	By      string
	At      time.Time
}

// Reply is an answer.
type Reply string

// The replies. An empty reply means that the answer was withdrawn.
const (
	NoReply     Reply = ""
	ReplyOpened Reply = "opened"
	ReplyClosed Reply = "shut"
)

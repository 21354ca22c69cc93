package schedule

import "time"

// Status is the state of a job.
type Status string

// The statuses. An Interrupted job's process ended; its results stay, and the next job continues from there.
const (
	Running     Status = "running"
	Done        Status = "done"
	Failed      Status = "failed"
	Interrupted Status = "interrupted"
)

// Trigger is what started a job.
type Trigger string

// The triggers.
const (
	ByClock  Trigger = "schedule"
	ByDemand Trigger = "demand"
)

// Job is a run of all due analyses.
type Job struct {
	ID      string
	Trigger Trigger
	// By is the subject who requested it; empty for a scheduled job.
	By      string
	Status  Status
	Started time.Time
	// Updated is the time when its progress was last stored, or of its end.
	Updated time.Time
	// Done is the number of analysed targets out of Total; a failed or interrupted job leaves the rest to the next.
	Done, Total int
	// Verified is the number of recommendations with a proven saving, Reopened the number with a decayed saving.
	Verified, Reopened int
}

// abandonedAfter is the time without an update after which a running job counts as interrupted.
const abandonedAfter = time.Minute

// abandoned reports whether a running job was not updated for that time. An update in the future means that the clock was set back since.
func (j Job) abandoned(now time.Time) bool { return now.Sub(j.Updated).Abs() >= abandonedAfter }

package schedule

import "time"

// Status is how far a job has come.
type Status string

// The statuses. Interrupted is a job whose process ended; what it did stays done, and the next job continues from there.
const (
	Running     Status = "running"
	Done        Status = "done"
	Failed      Status = "failed"
	Interrupted Status = "interrupted"
)

// Trigger is why a job ran.
type Trigger string

// The triggers.
const (
	ByClock  Trigger = "schedule"
	ByDemand Trigger = "demand"
)

// Job is a run of the analysis of all that is due.
type Job struct {
	ID      string
	Trigger Trigger
	// By is the subject who requested it; empty for the clock.
	By      string
	Status  Status
	Started time.Time
	// Updated is when its progress was last stored, or when it ended.
	Updated time.Time
	// Done of Total targets were analysed; a failed or interrupted job leaves the rest to the next.
	Done, Total int
	// Verified is how many recommendations were found to have saved, Reopened how many whose saving had decayed.
	Verified, Reopened int
}

// abandonedAfter without an update, a running job counts as interrupted.
const abandonedAfter = time.Minute

// abandoned reports whether a running job was not updated for so long. An update in the future is of a process whose clock was set back since.
func (j Job) abandoned(now time.Time) bool { return now.Sub(j.Updated).Abs() >= abandonedAfter }

package schedule

import "time"

// Status is how far a job has come.
type Status string

// The statuses. Interrupted is a job whose process ended; what it had done stays done, and the next one goes on from there.
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
	// By is who asked for it; empty for the clock.
	By      string
	Status  Status
	Started time.Time
	// Updated is when its progress was last told, or it ended.
	Updated time.Time
	// Done of Total targets were analysed; a failed or interrupted job leaves the rest to the next.
	Done, Total int
	// Verified is how many recommendations were found to have saved, Reopened how many whose saving had decayed.
	Verified, Reopened int
}

// abandonedAfter its last sign a running job is taken for interrupted.
const abandonedAfter = time.Minute

// abandoned tells whether a running job gave no sign for so long. A sign of the future is of a process whose clock was set back since.
func (j Job) abandoned(now time.Time) bool { return now.Sub(j.Updated).Abs() >= abandonedAfter }

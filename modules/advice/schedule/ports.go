package schedule

import "context"

// Jobs stores the progress of jobs, and lets only one process run them at a time.
type Jobs interface {
	// TryLock takes the lock if no process holds it; otherwise mine is false. release unlocks it.
	TryLock(ctx context.Context) (release func(), mine bool, err error)
	// KeepJob stores a job by its id, replacing its earlier state, and deletes the oldest jobs beyond maxJobs.
	KeepJob(ctx context.Context, job Job, maxJobs int) error
	// AllJobs returns all stored jobs, newest first.
	AllJobs(ctx context.Context) ([]Job, error)
}

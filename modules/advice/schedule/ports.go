package schedule

import "context"

// Jobs stores the progress of jobs, and lets one process run them at a time.
type Jobs interface {
	// TryLock takes the lock if no process has it; mine is false where one has. release gives it back.
	TryLock(ctx context.Context) (release func(), mine bool, err error)
	// KeepJob stores a job as it is now, by its id, and deletes the oldest beyond most.
	KeepJob(ctx context.Context, job Job, most int) error
	// AllJobs are all stored ones, the newest first.
	AllJobs(ctx context.Context) ([]Job, error)
}

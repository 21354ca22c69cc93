package schedule

import "context"

// Jobs keeps how far jobs have come, and lets one process run them at a time.
type Jobs interface {
	// TryLock takes the lock if no process has it; mine is false where one has. release gives it back.
	TryLock(ctx context.Context) (release func(), mine bool, err error)
	// KeepJob keeps a job as it is now, by its id, and lets the oldest go beyond so many.
	KeepJob(ctx context.Context, job Job, most int) error
	// AllJobs are those kept, the newest first.
	AllJobs(ctx context.Context) ([]Job, error)
}

package schedule

import (
	"context"
	"errors"
	"time"

	"github.com/holotwin/holotwin/modules/advice"
	"github.com/holotwin/holotwin/modules/advice/analysis"
)

const (
	// maxJobs is the number of jobs stored and listed.
	maxJobs = 50
	// storeEvery is how often a job's progress is stored.
	storeEvery = time.Second
)

// RunDue analyses targets whose past was changed or whose analysis is a day old, and verifies done recommendations. A supervised goroutine
// calls it regularly; it ends with ctx, and can be called again. If another process runs it, it does nothing.
func (scheduler *Scheduler) RunDue(ctx context.Context) error {
	due, err := scheduler.analyst.AnyStale(ctx, analysis.MaxAge)
	if err != nil || (!due && !scheduler.verifier.Due()) {
		return err
	}
	_, err = scheduler.runJob(ctx, Job{Trigger: ByClock})
	return err
}

// Start requests an analysis of all targets in the background and returns the job, or the one that already runs. Errors: ErrForbidden.
func (scheduler *Scheduler) Start(ctx context.Context, caller advice.Caller) (Job, error) {
	if !caller.MayManage() {
		return Job{}, advice.ErrForbidden{}
	}
	all, err := scheduler.jobs.AllJobs(ctx)
	if err != nil {
		return Job{}, err
	}
	if len(all) > 0 && all[0].Status == Running && !all[0].abandoned(advice.Now(scheduler.clock)) {
		return all[0], nil
	}
	job := Job{ID: scheduler.newID("job"), Trigger: ByDemand, By: caller.Subject, Status: Running, Started: advice.Now(scheduler.clock), Updated: advice.Now(scheduler.clock)}
	if err := scheduler.jobs.KeepJob(ctx, job, maxJobs); err != nil {
		return Job{}, err
	}
	select {
	case scheduler.requested <- job:
		return job, nil
	default: // another job waits already and also analyses everything
		job.Status = Interrupted
		return job, scheduler.jobs.KeepJob(ctx, job, maxJobs)
	}
}

// RunRequested runs requested jobs until ctx ends.
func (scheduler *Scheduler) RunRequested(ctx context.Context, failed func(error)) {
	for {
		select {
		case <-ctx.Done():
			return
		case job := <-scheduler.requested:
			if _, err := scheduler.runJob(ctx, job); err != nil && ctx.Err() == nil {
				failed(err)
			}
		}
	}
}

// Jobs returns the last jobs, newest first. Errors: ErrForbidden.
func (scheduler *Scheduler) Jobs(ctx context.Context, caller advice.Caller) ([]Job, error) {
	if !caller.MayRead() {
		return nil, advice.ErrForbidden{}
	}
	all, err := scheduler.jobs.AllJobs(ctx)
	for i := range all {
		if all[i].Status == Running && all[i].abandoned(advice.Now(scheduler.clock)) {
			all[i].Status = Interrupted
		}
	}
	return all, err
}

// runJob runs a job under a lock that only one process can hold. If the lock is held, a scheduled job does nothing and a requested one is
// recorded as interrupted.
func (scheduler *Scheduler) runJob(ctx context.Context, job Job) (Job, error) {
	release, mine, err := scheduler.jobs.TryLock(ctx)
	if err != nil {
		return job, err
	}
	if !mine {
		if job.ID != "" {
			job.Status, job.Updated = Interrupted, advice.Now(scheduler.clock)
			return job, scheduler.jobs.KeepJob(ctx, job, maxJobs)
		}
		return job, nil
	}
	defer release()
	if job.ID == "" {
		job.ID, job.Started = scheduler.newID("job"), advice.Now(scheduler.clock)
	}
	job.Status = Running
	age := analysis.MaxAge
	if job.Trigger == ByDemand {
		age = -time.Millisecond // includes targets analysed at this very instant
	}
	told := time.Time{}
	tell := func(done, total int) {
		job.Done, job.Total, job.Updated = done, total, advice.Now(scheduler.clock)
		if job.Updated.Sub(told) >= storeEvery {
			told = job.Updated
			// A failure only delays the displayed progress; the analyses themselves are stored.
			_ = scheduler.jobs.KeepJob(ctx, job, maxJobs)
		}
	}
	tell(0, 0)
	_, _, err = scheduler.analyst.RefreshAll(ctx, age, tell)
	if err == nil {
		job.Verified, job.Reopened, err = scheduler.verifier.VerifyAll(ctx)
	}
	var worded error
	if err == nil {
		worded = scheduler.catalog.Reword(ctx) // an unavailable model does not fail the job
	}
	job.Updated, job.Status = advice.Now(scheduler.clock), Done
	switch {
	case ctx.Err() != nil:
		job.Status = Interrupted
	case err != nil:
		job.Status = Failed
	}
	ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), storeEvery)
	defer cancel()
	return job, errors.Join(err, worded, scheduler.jobs.KeepJob(ending, job, maxJobs))
}

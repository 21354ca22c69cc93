package advice

import (
	"context"
	"errors"
	"time"
)

const (
	// mostJobs are kept, and shown.
	mostJobs = 50
	// tellEvery is how often a job's progress is kept.
	tellEvery = time.Second
)

// RunDue analyses what is due: what past changes made stale, and what was last analysed a day ago; and looks whether what was done
// saves. A supervised goroutine calls it every so often; it ends with ctx, and can be called again. Where another process runs it,
// nothing is done.
func (a *Advisor) RunDue(ctx context.Context) error {
	due, err := a.anyStale(ctx, maxAge)
	if err != nil || (!due && !a.verifyDue()) {
		return err
	}
	_, err = a.runJob(ctx, Job{Trigger: ByClock})
	return err
}

// StartJob begins to analyse all anew in the background and gives the job, or the one that runs already. Errors: ErrForbidden.
func (a *Advisor) StartJob(ctx context.Context, caller Caller) (Job, error) {
	if !caller.MayManage() {
		return Job{}, ErrForbidden{}
	}
	all, err := a.Jobs.AllJobs(ctx)
	if err != nil {
		return Job{}, err
	}
	if len(all) > 0 && all[0].Status == JobRunning && !all[0].abandoned(Now(a.Clock)) {
		return all[0], nil
	}
	job := Job{ID: a.NewID("job"), Trigger: ByDemand, By: caller.Subject, Status: JobRunning, Started: Now(a.Clock), Updated: Now(a.Clock)}
	if err := a.Jobs.KeepJob(ctx, job, mostJobs); err != nil {
		return Job{}, err
	}
	select {
	case a.asked <- job:
		return job, nil
	default: // one is waiting already, and analyses all as well
		job.Status = JobInterrupted
		return job, a.Jobs.KeepJob(ctx, job, mostJobs)
	}
}

// RunAsked runs the jobs that are asked for until ctx ends.
func (a *Advisor) RunAsked(ctx context.Context, failed func(error)) {
	for {
		select {
		case <-ctx.Done():
			return
		case job := <-a.asked:
			if _, err := a.runJob(ctx, job); err != nil && ctx.Err() == nil {
				failed(err)
			}
		}
	}
}

// AllJobs are the last jobs, the newest first. Errors: ErrForbidden.
func (a *Advisor) AllJobs(ctx context.Context, caller Caller) ([]Job, error) {
	if !caller.MayRead() {
		return nil, ErrForbidden{}
	}
	all, err := a.Jobs.AllJobs(ctx)
	for i := range all {
		if all[i].Status == JobRunning && all[i].abandoned(Now(a.Clock)) {
			all[i].Status = JobInterrupted
		}
	}
	return all, err
}

// runJob runs a job under the lock that one process has at a time. A job of the clock that finds it taken is none; one that was
// asked for is kept as interrupted, since another process is at it.
func (a *Advisor) runJob(ctx context.Context, job Job) (Job, error) {
	release, mine, err := a.Jobs.TryLock(ctx)
	if err != nil {
		return job, err
	}
	if !mine {
		if job.ID != "" {
			job.Status, job.Updated = JobInterrupted, Now(a.Clock)
			return job, a.Jobs.KeepJob(ctx, job, mostJobs)
		}
		return job, nil
	}
	defer release()
	if job.ID == "" {
		job.ID, job.Started = a.NewID("job"), Now(a.Clock)
	}
	job.Status = JobRunning
	age := maxAge
	if job.Trigger == ByDemand {
		age = -time.Millisecond // what was analysed this instant as well
	}
	told := time.Time{}
	tell := func(done, total int) {
		job.Done, job.Total, job.Updated = done, total, Now(a.Clock)
		if job.Updated.Sub(told) >= tellEvery {
			told = job.Updated
			// What is shown may lag; the analyses themselves are kept.
			_ = a.Jobs.KeepJob(ctx, job, mostJobs)
		}
	}
	tell(0, 0)
	_, _, err = a.freshen(ctx, age, tell)
	if err == nil {
		job.Verified, job.Reopened, err = a.verifyDone(ctx)
	}
	var worded error
	if err == nil {
		worded = a.reword(ctx) // a model that is away fails no analysis
	}
	job.Updated, job.Status = Now(a.Clock), JobDone
	switch {
	case ctx.Err() != nil:
		job.Status = JobInterrupted
	case err != nil:
		job.Status = JobFailed
	}
	ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), tellEvery)
	defer cancel()
	return job, errors.Join(err, worded, a.Jobs.KeepJob(ending, job, mostJobs))
}

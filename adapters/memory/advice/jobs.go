package memoryadvice

import (
	"cmp"
	"context"
	"slices"

	"github.com/holotwin/holotwin/modules/advice/schedule"
)

// TryLock takes the lock of the jobs if it is free.
func (s *Store) TryLock(context.Context) (release func(), mine bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.running {
		return func() {}, false, nil
	}
	s.running = true
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.running = false
	}, true, nil
}

// KeepJob stores the current state of a job and deletes the oldest jobs beyond most.
func (s *Store) KeepJob(_ context.Context, job schedule.Job, most int) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.jobs = slices.DeleteFunc(s.jobs, func(j schedule.Job) bool { return j.ID == job.ID })
	s.jobs = append(s.jobs, job)
	slices.SortFunc(s.jobs, func(a, b schedule.Job) int { return cmp.Or(b.Started.Compare(a.Started), cmp.Compare(b.ID, a.ID)) })
	s.jobs = s.jobs[:min(most, len(s.jobs))]
	return nil
}

// AllJobs returns the jobs, newest first.
func (s *Store) AllJobs(context.Context) ([]schedule.Job, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.jobs), nil
}

// Package schedule runs the jobs that keep advice up to date, and stores their progress. Scheduler is the entry point: RunDue runs
// scheduled jobs, Start and RunRequested run requested ones.
package schedule

import (
	"github.com/holotwin/holotwin/modules/advice"
	"github.com/holotwin/holotwin/modules/advice/analysis"
	"github.com/holotwin/holotwin/modules/advice/recommendations"
	"github.com/holotwin/holotwin/modules/advice/savings"
)

// Needs are a Scheduler's ports.
type Needs struct {
	Analyst  *analysis.Analyst
	Verifier *savings.Verifier
	Catalog  *recommendations.Catalog
	Jobs     Jobs
	Clock    advice.Clock
	// NewID returns an id with a prefix that cannot be guessed.
	NewID func(prefix string) string
}

// Scheduler runs jobs.
type Scheduler struct {
	analyst  *analysis.Analyst
	verifier *savings.Verifier
	catalog  *recommendations.Catalog
	jobs     Jobs
	clock    advice.Clock
	newID    func(prefix string) string
	// requested holds the waiting job; one is enough, since it analyses everything.
	requested chan Job
}

// New returns a scheduler.
func New(needs Needs) *Scheduler {
	return &Scheduler{
		analyst: needs.Analyst, verifier: needs.Verifier, catalog: needs.Catalog, jobs: needs.Jobs, clock: needs.Clock, newID: needs.NewID,
		requested: make(chan Job, 1),
	}
}

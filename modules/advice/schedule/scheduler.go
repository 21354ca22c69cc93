// Package schedule runs what keeps advice fresh, and records how far each run came. Scheduler is the way in: RunDue runs by the clock,
// Start and RunRequested on demand.
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
	// NewID makes an id that cannot be guessed, from a prefix.
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
	// requested are jobs that wait to be run; one is enough, since it analyses all.
	requested chan Job
}

// New makes a scheduler.
func New(needs Needs) *Scheduler {
	return &Scheduler{
		analyst: needs.Analyst, verifier: needs.Verifier, catalog: needs.Catalog, jobs: needs.Jobs, clock: needs.Clock, newID: needs.NewID,
		requested: make(chan Job, 1),
	}
}

// Package memoryadvice stores recommendations, with what belongs to them, in memory. It is for tests, and it is the shortest description
// of what the ports of the advice module require of a store: gormadvice does the same with SQL.
package memoryadvice

import (
	"sync"
	"time"

	"github.com/holotwin/holotwin/modules/advice"
	"github.com/holotwin/holotwin/modules/advice/questions"
	"github.com/holotwin/holotwin/modules/advice/recommendations"
	"github.com/holotwin/holotwin/modules/advice/report"
	"github.com/holotwin/holotwin/modules/advice/scenario"
	"github.com/holotwin/holotwin/modules/advice/schedule"
	"github.com/holotwin/holotwin/modules/advice/text"
)

// Store implements the storage ports of the advice module. It is safe for concurrent use. Its results share slices with the store, so
// callers must not change them.
type Store struct {
	// mu is held by one method at a time, which checks all before it writes anything.
	mu              sync.Mutex
	recommendations map[string]advice.Recommendation // by id
	events          map[string][]advice.Event        // by recommendation
	analyses        map[advice.Target]advice.Analysis
	answers         map[day]advice.DayAnswer
	reports         map[string]report.Document
	scenarios       []scenario.Stored // newest first
	runs            map[string]string // the current run of each scenario
	steps           []scenario.RunStep
	jobs            []schedule.Job // newest first
	running         bool
	wordings        map[string]wording
}

// day identifies an answer: a space and a date, as days since 1970.
type day struct {
	space string
	date  int
}

type wording struct {
	text.Text
	at time.Time
}

var (
	_ advice.Recommendations   = (*Store)(nil)
	_ advice.Analyses          = (*Store)(nil)
	_ questions.DayAnswers     = (*Store)(nil)
	_ report.Archive           = (*Store)(nil)
	_ scenario.Scenarios       = (*Store)(nil)
	_ scenario.Runs            = (*Store)(nil)
	_ schedule.Jobs            = (*Store)(nil)
	_ recommendations.Wordings = (*Store)(nil)
)

// New returns an empty store.
func New() *Store {
	return &Store{
		recommendations: make(map[string]advice.Recommendation), events: make(map[string][]advice.Event),
		analyses: make(map[advice.Target]advice.Analysis), answers: make(map[day]advice.DayAnswer), reports: make(map[string]report.Document),
		runs: make(map[string]string), wordings: make(map[string]wording),
	}
}

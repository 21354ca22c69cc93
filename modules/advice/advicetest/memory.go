// Package advicetest holds what every adapter of the advice module's storing ports must do, as a suite that each
// adapter runs against itself (store.go), a store in memory that passes it (memory.go), and a campus whose readings
// a test makes up (campus.go).
package advicetest

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/holotwin/holotwin/modules/advice"
	"github.com/holotwin/holotwin/modules/advice/rules"
	"github.com/holotwin/holotwin/modules/advice/words"
)

// Store is all that an adapter keeps for the module.
type Store interface {
	advice.Recommendations
	advice.Analyses
	advice.DayAnswers
	advice.Archive
	advice.Scenarios
	advice.Runs
	advice.Jobs
	advice.Wordings
}

// Memory is a store that forgets.
type Memory struct {
	mu       sync.Mutex
	stored   map[string]advice.Recommendation
	events   map[string][]advice.Event
	analyses map[advice.Target]advice.Analysis
	reports  map[string]advice.Report
	kept     []advice.KeptScenario
	jobs     []advice.Job
	locked   bool
	wordings map[string]words.Text
	runs     map[string]string
	told     []advice.RunStep
	answers  map[string]advice.DayAnswer
}

// NewMemory makes an empty one.
func NewMemory() *Memory {
	return &Memory{
		stored: make(map[string]advice.Recommendation), events: make(map[string][]advice.Event),
		analyses: make(map[advice.Target]advice.Analysis), reports: make(map[string]advice.Report), wordings: make(map[string]words.Text),
	}
}

// Find answers advice.Recommendations.
func (m *Memory) Find(_ context.Context, f advice.Filter) ([]advice.Recommendation, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var list []advice.Recommendation
	for _, r := range m.stored {
		if picks(f, r) {
			list = append(list, r)
		}
	}
	slices.SortFunc(list, func(a, b advice.Recommendation) int { return compare(a.Place(), b.Place()) })
	if f.Limit > 0 && len(list) > f.Limit {
		list = list[:f.Limit]
	}
	return list, nil
}

func compare(a, b advice.Place) int {
	return cmp.Or(cmp.Compare(b.Rank, a.Rank), cmp.Compare(a.ID, b.ID))
}

func picks(f advice.Filter, r advice.Recommendation) bool {
	switch {
	case f.Spaces != nil && !slices.Contains(f.Spaces, r.Space),
		f.Device != "" && r.Target != (advice.Target{Level: advice.OfDevice, ID: f.Device}),
		f.Status != "" && r.Status != f.Status,
		f.Kind != "" && string(r.Finding.Kind) != f.Kind,
		f.MinKWh > 0 && r.Finding.Saving.KWh < f.MinKWh,
		f.After.ID != "" && compare(f.After, r.Place()) >= 0:
		return false
	case f.Heard:
		return r.Status == advice.Accepted || r.Status == advice.Done || r.Status == advice.Verified || (r.Standing && r.Status == advice.Open)
	}
	return true
}

// Recommendation answers advice.Recommendations.
func (m *Memory) Recommendation(_ context.Context, id string) (advice.Recommendation, bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	r, found := m.stored[id]
	return r, found, nil
}

// Change answers advice.Recommendations.
func (m *Memory) Change(_ context.Context, id string, change func(advice.Recommendation) (advice.Recommendation, advice.Event, error)) (advice.Recommendation, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	r, found := m.stored[id]
	if !found {
		return r, advice.ErrNotFound{Kind: "recommendation", ID: id}
	}
	changed, event, err := change(r)
	if err != nil {
		return advice.Recommendation{}, err
	}
	m.stored[id], m.events[id] = changed, append(m.events[id], event)
	return changed, nil
}

// Events answers advice.Recommendations.
func (m *Memory) Events(_ context.Context, id string) ([]advice.Event, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.events[id]), nil
}

// Analyses answers advice.Analyses.
func (m *Memory) Analyses(context.Context) ([]advice.Analysis, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	all := slices.SortedFunc(maps.Values(m.analyses), func(a, b advice.Analysis) int {
		return cmp.Compare(a.Target.String(), b.Target.String())
	})
	for i := range all {
		all[i].Departures = nil
	}
	return all, nil
}

// Departures answers advice.Analyses.
func (m *Memory) Departures(context.Context) (map[advice.Target][]rules.Departure, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	all := make(map[advice.Target][]rules.Departure)
	for t, a := range m.analyses {
		if len(a.Departures) > 0 {
			all[t] = a.Departures
		}
	}
	return all, nil
}

// KeepAnalysis answers advice.Analyses.
func (m *Memory) KeepAnalysis(_ context.Context, a advice.Analysis, merge func([]advice.Recommendation) []advice.Recommendation) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.analyses[a.Target] = a
	var stored []advice.Recommendation
	for _, r := range m.stored {
		if r.Target == a.Target {
			stored = append(stored, r)
		}
	}
	slices.SortFunc(stored, func(a, b advice.Recommendation) int { return cmp.Compare(a.ID, b.ID) })
	for _, r := range merge(stored) {
		if was, known := m.stored[r.ID]; known {
			if event, turned := advice.Turned(was, r); turned {
				m.events[r.ID] = append(m.events[r.ID], event)
			}
		}
		m.stored[r.ID] = r
	}
	return nil
}

// KeepDayAnswers answers advice.DayAnswers.
func (m *Memory) KeepDayAnswers(_ context.Context, answers []advice.DayAnswer) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.answers == nil {
		m.answers = make(map[string]advice.DayAnswer)
	}
	for _, a := range answers {
		m.answers[fmt.Sprintf("%s %08d", a.Space, a.Date)] = a
	}
	return nil
}

// AllDayAnswers answers advice.DayAnswers.
func (m *Memory) AllDayAnswers(context.Context) ([]advice.DayAnswer, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var all []advice.DayAnswer
	for _, key := range slices.Sorted(maps.Keys(m.answers)) {
		all = append(all, m.answers[key])
	}
	return all, nil
}

// KeepReport answers advice.Archive.
func (m *Memory) KeepReport(_ context.Context, r advice.Report, forget time.Time, ofMaker int) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	maps.DeleteFunc(m.reports, func(_ string, old advice.Report) bool { return old.Made.Before(forget) })
	m.reports[r.ID] = r
	own := slices.DeleteFunc(slices.Collect(maps.Values(m.reports)), func(o advice.Report) bool { return o.By != r.By })
	slices.SortFunc(own, func(a, b advice.Report) int { return cmp.Or(b.Made.Compare(a.Made), cmp.Compare(b.ID, a.ID)) })
	for _, old := range own[min(ofMaker, len(own)):] {
		delete(m.reports, old.ID)
	}
	return nil
}

// Report answers advice.Archive.
func (m *Memory) Report(_ context.Context, id string) (advice.Report, bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	r, found := m.reports[id]
	return r, found, nil
}

// KeepScenario answers advice.Scenarios.
func (m *Memory) KeepScenario(_ context.Context, s advice.KeptScenario, ofMaker int) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.kept = append(m.kept, s)
	slices.SortFunc(m.kept, func(a, b advice.KeptScenario) int { return cmp.Or(b.At.Compare(a.At), cmp.Compare(b.ID, a.ID)) })
	own := 0
	m.kept = slices.DeleteFunc(m.kept, func(k advice.KeptScenario) bool {
		if k.By != s.By {
			return false
		}
		own++
		return own > ofMaker
	})
	return nil
}

// AllScenarios answers advice.Scenarios.
func (m *Memory) AllScenarios(context.Context) ([]advice.KeptScenario, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.kept), nil
}

// DropScenario answers advice.Scenarios.
func (m *Memory) DropScenario(_ context.Context, id string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.kept = slices.DeleteFunc(m.kept, func(s advice.KeptScenario) bool { return s.ID == id })
	delete(m.runs, id)
	return nil
}

// BeginRun answers advice.Runs.
func (m *Memory) BeginRun(_ context.Context, scenario, run string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.runs == nil {
		m.runs = make(map[string]string)
	}
	m.runs[scenario] = run
	return nil
}

// EndRun answers advice.Runs.
func (m *Memory) EndRun(_ context.Context, scenario string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.runs, scenario)
	return nil
}

// TellRun answers advice.Runs.
func (m *Memory) TellRun(_ context.Context, steps []advice.RunStep) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(steps) == 0 {
		return true, nil
	}
	if m.runs[steps[0].Scenario] != steps[0].Run {
		return false, nil
	}
	if steps[len(steps)-1].State == advice.RunFinished {
		delete(m.runs, steps[0].Scenario)
	}
	m.told = append(m.told, steps...)
	return true, nil
}

// ToldSteps are all that runs have told.
func (m *Memory) ToldSteps() []advice.RunStep {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.told)
}

// TryLock answers advice.Jobs.
func (m *Memory) TryLock(context.Context) (release func(), mine bool, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.locked {
		return func() {}, false, nil
	}
	m.locked = true
	return func() {
		m.mu.Lock()
		defer m.mu.Unlock()
		m.locked = false
	}, true, nil
}

// KeepJob answers advice.Jobs.
func (m *Memory) KeepJob(_ context.Context, job advice.Job, most int) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.jobs = slices.DeleteFunc(m.jobs, func(j advice.Job) bool { return j.ID == job.ID })
	m.jobs = append(m.jobs, job)
	slices.SortFunc(m.jobs, func(a, b advice.Job) int { return cmp.Or(b.Started.Compare(a.Started), cmp.Compare(b.ID, a.ID)) })
	m.jobs = m.jobs[:min(most, len(m.jobs))]
	return nil
}

// AllJobs answers advice.Jobs.
func (m *Memory) AllJobs(context.Context) ([]advice.Job, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.jobs), nil
}

// KeepWording answers advice.Wordings.
func (m *Memory) KeepWording(_ context.Context, key string, t words.Text, _ time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.wordings[key] = t
	return nil
}

// KeptWordings answers advice.Wordings.
func (m *Memory) KeptWordings(_ context.Context, keys []string) (map[string]words.Text, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	kept := make(map[string]words.Text)
	for _, key := range keys {
		if t, known := m.wordings[key]; known {
			kept[key] = t
		}
	}
	return kept, nil
}

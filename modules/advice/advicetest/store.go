// Package advicetest holds what every adapter of the advice module's storing ports must do, as a suite that each
// adapter runs against itself (store.go), and a campus whose readings a test makes up (campus.go).
package advicetest

import (
	"context"
	"errors"
	"math"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/modules/advice"
	"github.com/holotwin/holotwin/modules/advice/questions"
	"github.com/holotwin/holotwin/modules/advice/recommendations"
	"github.com/holotwin/holotwin/modules/advice/report"
	"github.com/holotwin/holotwin/modules/advice/rules"
	"github.com/holotwin/holotwin/modules/advice/scenario"
	"github.com/holotwin/holotwin/modules/advice/schedule"
	"github.com/holotwin/holotwin/modules/advice/text"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

// Store is all that an adapter stores for the module.
type Store interface {
	advice.Recommendations
	advice.Analyses
	questions.DayAnswers
	report.Archive
	scenario.Scenarios
	scenario.Runs
	schedule.Jobs
	recommendations.Wordings
}

// RunStore runs the suite on stores that open makes, each of them empty.
func RunStore(t *testing.T, open func(t *testing.T) Store) {
	for name, run := range map[string]func(t *testing.T, s Store){
		"a recommendation comes back as it was kept":     comesBack,
		"recommendations are found by their filter":      foundByFilter,
		"pages follow the money":                         pagesFollow,
		"a change is kept with what happened, or not":    changeIsKept,
		"changes of one recommendation do not get lost":  changesAddUp,
		"an analysis replaces the one before":            analysisReplaces,
		"what an analysis makes of a status is kept":     turnsAreKept,
		"answers about days come back":                   dayAnswersComeBack,
		"reports come back and are let go of":            reportsComeBack,
		"reports make room for their maker's own":        reportsMakeRoomForTheirMakersOwn,
		"jobs come back, and one has the lock at a time": jobsComeBack,
		"better words come back":                         wordingsComeBack,
		"scenarios come back, the newest first":          scenariosComeBack,
		"runs take each other's place":                   runsTakeEachOthersPlace,
	} {
		t.Run(name, func(t *testing.T) { run(t, open(t)) })
	}
}

// recommendation makes one worth an amount of money.
func recommendation(id, device, space string, cost float64) advice.Recommendation {
	return advice.Recommendation{
		ID: id, Target: advice.Target{Level: advice.OfDevice, ID: device}, Space: space, Status: advice.Open, StillDetected: true, Priority: advice.High,
		Finding: rules.Finding{
			Kind: rules.OutOfHours, From: noon.AddDate(0, 0, -30), To: noon, Saving: rules.Saving{KWh: cost / 400, Low: cost / 500, High: cost / 300},
			Figures: []rules.Figure{{Name: "power", Value: 1234.5678901234567, Unit: "W"}, {Name: "dates_seen", Value: 12, Unit: "days"}},
			Formula: "Σ (P − P_idle)·t", Confidence: 0.83,
		},
		Basis: advice.Basis{
			Version: 1, From: noon.AddDate(-1, 0, 0), To: noon, AsOf: noon, SiteEnd: noon, Hours: 8760, Measured: 8700, Assumed: true, Hash: "abc",
		},
		Money:   advice.Money{Currency: "COP", Tariff: "Niño", Source: "2026", Cost: cost, CostLow: cost / 1.25, CO2Kg: 0.1},
		Created: noon, Updated: noon.Add(time.Millisecond),
	}
}

// keep keeps recommendations as the outcome of their targets' analyses.
func keep(t *testing.T, s Store, all ...advice.Recommendation) {
	t.Helper()
	for _, r := range all {
		err := s.KeepAnalysis(context.Background(), advice.Analysis{Target: r.Target, Space: r.Space, At: noon},
			func(stored []advice.Recommendation) []advice.Recommendation { return append(stored, r) })
		require.NoError(t, err)
	}
}

func comesBack(t *testing.T, s Store) {
	kept := recommendation("rec_1", "ac-1", "sp_1", 1000)
	kept.DismissedAtKWh = 12.5
	kept.Status, kept.EndReason = advice.Ended, advice.NotSeen
	kwh := 1.234567
	kept.Finding.Proof = rules.Proof{
		Spans: []rules.Span{{From: noon.AddDate(0, 0, -2), To: noon.AddDate(0, 0, -1), KWh: kwh}},
		Days:  []rules.Day{{Date: 20_500, Kind: rules.HolidayDay, Measured: true, Seen: true, Asked: true, KWh: &kwh}, {Date: 20_501, Kind: rules.ClosedDay, Seen: true}},
		Worst: rules.Stretch{From: noon.AddDate(0, 0, -2), Hours: []rules.StretchHour{{Used: 2.5, Wasted: 1.2, Known: true}, {}}},
	}
	keep(t, s, kept)
	got, found, err := s.Recommendation(context.Background(), "rec_1")
	require.NoError(t, err)
	require.True(t, found)
	require.Equal(t, kept, got)
	_, found, err = s.Recommendation(context.Background(), "rec_2")
	require.NoError(t, err)
	require.False(t, found)
}

func foundByFilter(t *testing.T, s Store) {
	dismissed := recommendation("rec_c", "tv-1", "sp_2", 3000)
	dismissed.Status = advice.Dismissed
	over := recommendation("rec_d", "tv-2", "sp_2", 4000)
	over.StillDetected = false
	done := recommendation("rec_e", "tv-3", "sp_3", 500)
	done.Status, done.StillDetected, done.Finding.Kind = advice.Done, false, rules.StandbyLoad
	keep(t, s, recommendation("rec_a", "ac-1", "sp_1", 1000), recommendation("rec_b", "ac-2", "sp_2", 2000), dismissed, over, done)
	for _, c := range []struct {
		name   string
		filter advice.Filter
		want   []string
	}{
		{"all, the most money first", advice.Filter{}, []string{"rec_d", "rec_c", "rec_b", "rec_a", "rec_e"}},
		{"heard", advice.Filter{Visible: true}, []string{"rec_b", "rec_a", "rec_e"}},
		{"of spaces", advice.Filter{Spaces: []string{"sp_1", "sp_3"}}, []string{"rec_a", "rec_e"}},
		{"of no space", advice.Filter{Spaces: []string{}}, nil},
		{"of a device", advice.Filter{Device: "ac-2"}, []string{"rec_b"}},
		{"of a status", advice.Filter{Status: advice.Dismissed}, []string{"rec_c"}},
		{"of a kind", advice.Filter{Kind: string(rules.StandbyLoad)}, []string{"rec_e"}},
		{"worth so much", advice.Filter{MinKWh: 5, Visible: true}, []string{"rec_b"}},
		{"so many", advice.Filter{Limit: 2}, []string{"rec_d", "rec_c"}},
	} {
		got, err := s.Find(context.Background(), c.filter)
		require.NoError(t, err, c.name)
		require.Equal(t, c.want, idsOf(got), c.name)
	}
}

func idsOf(all []advice.Recommendation) []string {
	var ids []string
	for _, r := range all {
		ids = append(ids, r.ID)
	}
	return ids
}

func turnsAreKept(t *testing.T, s Store) {
	ctx := context.Background()
	r := recommendation("rec_1", "ac-1", "sp_1", 1000)
	keep(t, s, r)
	events, err := s.Events(ctx, r.ID)
	require.NoError(t, err)
	require.Empty(t, events, "it is new")
	at := noon.Add(time.Hour)
	for range 2 {
		err = s.KeepAnalysis(ctx, advice.Analysis{Target: r.Target, Space: r.Space, At: at}, func(stored []advice.Recommendation) []advice.Recommendation {
			stored[0].Status, stored[0].EndReason, stored[0].Updated = advice.Ended, advice.NotSeen, at
			return stored
		})
		require.NoError(t, err)
	}
	events, err = s.Events(ctx, r.ID)
	require.NoError(t, err)
	require.Equal(t, []advice.Event{{At: at, From: advice.Open, To: advice.Ended, By: "holotwin", Note: "not_seen"}}, events)
	found, err := s.Find(ctx, advice.Filter{Visible: true})
	require.NoError(t, err)
	require.Empty(t, found)
	found, err = s.Find(ctx, advice.Filter{Status: advice.Ended})
	require.NoError(t, err)
	require.Len(t, found, 1)
}

func dayAnswersComeBack(t *testing.T, s Store) {
	ctx := context.Background()
	none, err := s.AllDayAnswers(ctx)
	require.NoError(t, err)
	require.Empty(t, none)
	opened := advice.DayAnswer{Space: "sp_1", Date: 20_773, Reply: advice.ReplyOpened, Question: "pre_1", Entries: []string{"cal_1", "cal_2"}, By: "us_1", At: noon}
	shut := advice.DayAnswer{Space: "sp_1", Date: 20_759, Reply: advice.ReplyClosed, Question: "pre_1", By: "us_1", At: noon}
	require.NoError(t, s.KeepDayAnswers(ctx, []advice.DayAnswer{opened, shut}))
	all, err := s.AllDayAnswers(ctx)
	require.NoError(t, err)
	require.Equal(t, []advice.DayAnswer{shut, opened}, all)
	opened.Reply, opened.Entries, opened.At = advice.NoReply, nil, noon.Add(time.Second)
	require.NoError(t, s.KeepDayAnswers(ctx, []advice.DayAnswer{opened}))
	all, err = s.AllDayAnswers(ctx)
	require.NoError(t, err)
	require.Equal(t, []advice.DayAnswer{shut, opened}, all)
}

func pagesFollow(t *testing.T, s Store) {
	keep(t, s, recommendation("rec_a", "a", "sp", 1000), recommendation("rec_b", "b", "sp", 3000), recommendation("rec_c", "c", "sp", 1000), recommendation("rec_d", "d", "sp", 2000))
	var got []string
	filter := advice.Filter{Limit: 1}
	for range 4 {
		page, err := s.Find(context.Background(), filter)
		require.NoError(t, err)
		require.Len(t, page, 1)
		got, filter.After = append(got, page[0].ID), page[0].Place()
	}
	require.Equal(t, []string{"rec_b", "rec_d", "rec_a", "rec_c"}, got)
	page, err := s.Find(context.Background(), filter)
	require.NoError(t, err)
	require.Empty(t, page)
}

func changeIsKept(t *testing.T, s Store) {
	ctx := context.Background()
	keep(t, s, recommendation("rec_a", "a", "sp", 1000))
	event := advice.Event{At: noon, From: advice.Open, To: advice.Accepted, By: "us_1", Note: "mañana"}
	changed, err := s.Change(ctx, "rec_a", func(r advice.Recommendation) (advice.Recommendation, advice.Event, error) {
		r.Status = advice.Accepted
		return r, event, nil
	})
	require.NoError(t, err)
	require.Equal(t, advice.Accepted, changed.Status)
	refused := errors.New("refused")
	_, err = s.Change(ctx, "rec_a", func(r advice.Recommendation) (advice.Recommendation, advice.Event, error) {
		r.Status = advice.Done
		return r, event, refused
	})
	require.ErrorIs(t, err, refused)
	got, _, err := s.Recommendation(ctx, "rec_a")
	require.NoError(t, err)
	require.Equal(t, advice.Accepted, got.Status)
	events, err := s.Events(ctx, "rec_a")
	require.NoError(t, err)
	require.Equal(t, []advice.Event{event}, events)
	_, err = s.Change(ctx, "rec_z", func(r advice.Recommendation) (advice.Recommendation, advice.Event, error) { return r, event, nil })
	require.ErrorAs(t, err, &advice.ErrNotFound{})
}

func changesAddUp(t *testing.T, s Store) {
	keep(t, s, recommendation("rec_a", "a", "sp", 1000))
	const writers = 8
	var wait sync.WaitGroup
	errs := make([]error, writers)
	for i := range writers {
		wait.Go(func() {
			_, errs[i] = s.Change(context.Background(), "rec_a", func(r advice.Recommendation) (advice.Recommendation, advice.Event, error) {
				r.DismissedAtKWh++
				return r, advice.Event{At: noon, From: advice.Open, To: advice.Open}, nil
			})
		})
	}
	wait.Wait()
	require.NoError(t, errors.Join(errs...))
	got, _, err := s.Recommendation(context.Background(), "rec_a")
	require.NoError(t, err)
	require.InDelta(t, writers, got.DismissedAtKWh, 0)
	events, err := s.Events(context.Background(), "rec_a")
	require.NoError(t, err)
	require.Len(t, events, writers)
}

func analysisReplaces(t *testing.T, s Store) {
	ctx := context.Background()
	target := advice.Target{Level: advice.OfRoom, ID: "sp_1"}
	first := advice.Analysis{Target: target, Space: "sp_1", At: noon, Facts: "a", Version: 3, Days: 3, Needed: 7}
	second := advice.Analysis{
		Target: target, Space: "sp_1", At: noon.Add(time.Hour), Facts: "b", Version: 4, Days: 7, Needed: 7, UseKWh: 1.0 / 3, Asked: []int{20_500, 20_514}, Judged: 3,
		Inputs: rules.Inputs{Consumption: true, HourOfDay: true}, Traits: rules.Traits{AreaM2: 12, BaseW: 0.1, SlopeKWh: 2},
	}
	second.Departures = []rules.Departure{{Kind: "stuck_on", From: noon, To: noon.Add(time.Hour), Known: noon.Add(time.Minute), KWh: 1.0 / 3, Strength: 5, Open: true}}
	var met []string
	for _, a := range []advice.Analysis{first, second} {
		require.NoError(t, s.KeepAnalysis(ctx, a, func(stored []advice.Recommendation) []advice.Recommendation {
			met = append(met, idsOf(stored)...)
			r := recommendation("rec_r", "", "sp_1", 10)
			r.Target = target
			return []advice.Recommendation{r}
		}))
	}
	require.Equal(t, []string{"rec_r"}, met, "the second merge meets what the first kept")
	got, err := s.Analyses(ctx)
	require.NoError(t, err)
	departures, err := s.Departures(ctx)
	require.NoError(t, err)
	require.Equal(t, map[advice.Target][]rules.Departure{target: second.Departures}, departures)
	second.Departures = nil
	require.Equal(t, []advice.Analysis{second}, got)
}

func reportsComeBack(t *testing.T, s Store) {
	ctx := context.Background()
	r := report.Document{
		ID: "rep_1", Language: "es", Space: "sp_1", Title: "Sala", Made: noon, MadeAt: "hoy", Text: []string{"Uno", "Dós"},
		Figures: []report.Figure{{Label: "Consumo", Value: "21,4 kWh"}}, Note: "nota",
		Chart: report.Chart{Title: "t", Unit: "kWh", Bars: []report.Bar{{Label: "TV", Text: "1,2", Value: 1.2}}},
	}
	require.NoError(t, s.KeepReport(ctx, r, noon.Add(-time.Hour), 10))
	got, found, err := s.Report(ctx, "rep_1")
	require.NoError(t, err)
	require.True(t, found)
	require.Equal(t, r, got)
	later := r
	later.ID, later.Made = "rep_2", noon.Add(2*time.Hour)
	require.NoError(t, s.KeepReport(ctx, later, noon.Add(time.Hour), 10))
	_, found, err = s.Report(ctx, "rep_1")
	require.NoError(t, err)
	require.False(t, found)
}

// reportsMakeRoomForTheirMakersOwn checks that storing many documents deletes only the author's own oldest ones.
func reportsMakeRoomForTheirMakersOwn(t *testing.T, s Store) {
	ctx := context.Background()
	made := func(id, by string, minute int) report.Document {
		return report.Document{ID: id, By: by, Language: "es", Title: "Sala", Made: noon.Add(time.Duration(minute) * time.Minute)}
	}
	for i, r := range []report.Document{made("rep_other", "us_2", 0), made("rep_a", "us_1", 1), made("rep_b", "us_1", 2), made("rep_c", "us_1", 3)} {
		require.NoError(t, s.KeepReport(ctx, r, noon.Add(-time.Hour), 2), i)
	}
	for id, kept := range map[string]bool{"rep_other": true, "rep_a": false, "rep_b": true, "rep_c": true} {
		_, found, err := s.Report(ctx, id)
		require.NoError(t, err)
		require.Equal(t, kept, found, id)
	}
}

func scenariosComeBack(t *testing.T, s Store) {
	ctx := context.Background()
	low := 1.25
	made := func(id string, at time.Time) scenario.Stored {
		return scenario.Stored{
			ID: id, By: "us_1", At: at,
			Scenario: scenario.Scenario{Name: "Año " + id, Changes: []scenario.Change{{Target: "ac-1", Action: scenario.OffHours, KeepW: &low, Days: []string{"mon"}}}},
			Simulation: scenario.Simulation{
				Scope: advice.Target{Level: advice.OfRoom, ID: "sala"}, From: noon, To: noon.AddDate(0, 0, 7), Hours: 168, Measured: 160, Currency: "COP",
				Before: scenario.Totals{KWh: 1234.5678901234567, PeakKW: 3, PeakAt: noon}, Saved: scenario.Saving{KWh: 2, KWhLow: &low},
				Changes: []scenario.Effect{{Target: advice.Target{Level: advice.OfDevice, ID: "ac-1"}, Action: scenario.OffHours, KWh: 2, Source: scenario.FromReplay}},
			},
		}
	}
	first, second, third := made("sim_1", noon), made("sim_2", noon.Add(time.Hour)), made("sim_3", noon.Add(2*time.Hour))
	require.NoError(t, s.KeepScenario(ctx, first, 2))
	require.NoError(t, s.KeepScenario(ctx, second, 2))
	all, err := s.AllScenarios(ctx)
	require.NoError(t, err)
	require.Equal(t, []scenario.Stored{second, first}, all)
	require.NoError(t, s.KeepScenario(ctx, third, 2))
	require.NoError(t, s.DropScenario(ctx, "sim_2"))
	require.NoError(t, s.DropScenario(ctx, "sim_2"))
	all, err = s.AllScenarios(ctx)
	require.NoError(t, err)
	require.Equal(t, []scenario.Stored{third}, all, "the oldest was let go of")
	other := made("sim_4", noon.Add(-time.Hour))
	other.By = "us_2"
	require.NoError(t, s.KeepScenario(ctx, other, 1))
	newest := made("sim_5", noon.Add(4*time.Hour))
	require.NoError(t, s.KeepScenario(ctx, newest, 1))
	all, err = s.AllScenarios(ctx)
	require.NoError(t, err)
	require.Equal(t, []scenario.Stored{newest, other}, all, "another's stay")
}

func runsTakeEachOthersPlace(t *testing.T, s Store) {
	ctx := context.Background()
	step := func(run string, state scenario.RunState) []scenario.RunStep {
		return []scenario.RunStep{{Run: run, Scenario: "sim_1", Space: "room", State: state, Start: noon, BeforeKWh: 2, AfterKWh: math.NaN(), Share: 0.5}}
	}
	require.NoError(t, s.BeginRun(ctx, "sim_1", "run_1"))
	publish := func(run string, state scenario.RunState, want bool) {
		mine, err := s.PublishRun(ctx, step(run, state))
		require.NoError(t, err)
		require.Equal(t, want, mine, run)
	}
	publish("run_1", scenario.RunRunning, true)
	require.NoError(t, s.BeginRun(ctx, "sim_1", "run_2"))
	publish("run_1", scenario.RunRunning, false)
	publish("run_2", scenario.RunRunning, true)
	require.NoError(t, s.EndRun(ctx, "sim_1"))
	require.NoError(t, s.EndRun(ctx, "sim_1"))
	publish("run_2", scenario.RunRunning, false)
	require.NoError(t, s.BeginRun(ctx, "sim_1", "run_3"))
	publish("run_3", scenario.RunFinished, true)
	publish("run_3", scenario.RunRunning, false)
	require.NoError(t, s.BeginRun(ctx, "sim_1", "run_4"))
	require.NoError(t, s.DropScenario(ctx, "sim_1"))
	publish("run_4", scenario.RunRunning, false)
}

func jobsComeBack(t *testing.T, s Store) {
	ctx := context.Background()
	job := func(id string, at time.Time) schedule.Job {
		return schedule.Job{ID: id, Trigger: schedule.ByDemand, By: "us_1", Status: schedule.Running, Started: at, Updated: at, Total: 12}
	}
	first, second, third := job("job_1", noon), job("job_2", noon.Add(time.Hour)), job("job_3", noon.Add(2*time.Hour))
	require.NoError(t, s.KeepJob(ctx, first, 2))
	require.NoError(t, s.KeepJob(ctx, second, 2))
	second.Status, second.Done, second.Verified, second.Reopened, second.Updated = schedule.Done, 12, 1, 2, noon.Add(90*time.Minute)
	require.NoError(t, s.KeepJob(ctx, second, 2))
	all, err := s.AllJobs(ctx)
	require.NoError(t, err)
	require.Equal(t, []schedule.Job{second, first}, all)
	require.NoError(t, s.KeepJob(ctx, third, 2))
	all, err = s.AllJobs(ctx)
	require.NoError(t, err)
	require.Equal(t, []schedule.Job{third, second}, all, "the oldest was let go of")

	release, mine, err := s.TryLock(ctx)
	require.NoError(t, err)
	require.True(t, mine)
	_, mine, err = s.TryLock(ctx)
	require.NoError(t, err)
	require.False(t, mine, "another has it")
	release()
	release, mine, err = s.TryLock(ctx)
	require.NoError(t, err)
	require.True(t, mine, "it was given back")
	release()
}

func wordingsComeBack(t *testing.T, s Store) {
	ctx := context.Background()
	none, err := s.KeptWordings(ctx, []string{"a"})
	require.NoError(t, err)
	require.Empty(t, none)
	first, second := text.Text{Title: "Año", Message: "«Aire» 5 kWh", Action: "x"}, text.Text{Title: "t", Message: "m", Action: "a"}
	require.NoError(t, s.KeepWording(ctx, "a", second, noon))
	require.NoError(t, s.KeepWording(ctx, "a", first, noon))
	require.NoError(t, s.KeepWording(ctx, "b", second, noon))
	kept, err := s.KeptWordings(ctx, []string{"a", "b", "c"})
	require.NoError(t, err)
	require.Equal(t, map[string]text.Text{"a": first, "b": second}, kept)

	require.NoError(t, s.KeepWording(ctx, "b", second, noon.Add(time.Hour)))
	require.NoError(t, s.KeepWording(ctx, "c", first, noon.Add(recommendations.WordingLife+time.Millisecond)))
	kept, err = s.KeptWordings(ctx, []string{"a", "b", "c"})
	require.NoError(t, err)
	require.Equal(t, map[string]text.Text{"b": second, "c": first}, kept, "old ones are let go of")
}

package advice_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	memoryadvice "github.com/holotwin/holotwin/adapters/memory/advice"
	"github.com/holotwin/holotwin/modules/advice"
	"github.com/holotwin/holotwin/modules/advice/advicetest"
	"github.com/holotwin/holotwin/modules/advice/anomaly"
	"github.com/holotwin/holotwin/modules/advice/recommendations"
	"github.com/holotwin/holotwin/modules/advice/savings"
	"github.com/holotwin/holotwin/modules/advice/schedule"
)

func jobs(t *testing.T, a *advicetest.Services) []schedule.Job {
	t.Helper()
	all, err := a.Jobs(ctx, manager)
	require.NoError(t, err)
	return all
}

func TestOneProcessRunsAJobAtATime(t *testing.T) {
	store, clock := memoryadvice.New(), advicetest.NewClock(end)
	a := advicetest.NewServices(gamesRoom(), clock, store)
	release, mine, err := store.TryLock(ctx)
	require.NoError(t, err)
	require.True(t, mine)
	require.NoError(t, a.RunDue(ctx))
	require.Empty(t, jobs(t, a), "another process is at it")
	release()
	require.NoError(t, a.RunDue(ctx))
	all := jobs(t, a)
	require.Len(t, all, 1)
	require.Equal(t, schedule.Done, all[0].Status)
	require.Equal(t, schedule.ByClock, all[0].Trigger)
	require.Positive(t, all[0].Total)
	require.Equal(t, all[0].Total, all[0].Done)
	require.NoError(t, a.RunDue(ctx))
	require.Len(t, jobs(t, a), 1, "nothing is due")
	_, mine, err = store.TryLock(ctx)
	require.NoError(t, err)
	require.True(t, mine, "the lock was given back")
}

func TestAJobOnDemandAnalysesAllAnew(t *testing.T) {
	campus := gamesRoom()
	a := advicetest.NewServices(campus, advicetest.NewClock(end), nil)
	require.NoError(t, a.RunDue(ctx))
	before := campus.Reads
	_, err := a.Start(ctx, advice.Caller{Role: advice.Viewer})
	require.ErrorIs(t, err, advice.ErrForbidden{})
	job, err := a.Start(ctx, manager)
	require.NoError(t, err)
	again, err := a.Start(ctx, manager)
	require.NoError(t, err)
	require.Equal(t, job.ID, again.ID, "the one that runs already")
	bounded, cancel := context.WithCancel(ctx)
	go a.RunRequested(bounded, func(err error) { t.Error(err) })
	require.Eventually(t, func() bool { return jobs(t, a)[0].Status == schedule.Done }, 5*time.Minute, time.Millisecond)
	cancel()
	require.Greater(t, campus.Reads, before)
	require.Equal(t, "us_1", jobs(t, a)[0].By)
}

func TestAJobWhoseProcessEndedIsInterrupted(t *testing.T) {
	store, clock := memoryadvice.New(), advicetest.NewClock(end)
	a := advicetest.NewServices(gamesRoom(), clock, store)
	require.NoError(t, store.KeepJob(ctx, schedule.Job{ID: "job_x", Status: schedule.Running, Started: end, Updated: end}, 10))
	require.Equal(t, schedule.Running, jobs(t, a)[0].Status)
	clock.Move(2 * time.Minute)
	require.Equal(t, schedule.Interrupted, jobs(t, a)[0].Status)
	clock.Move(-time.Hour)
	require.Equal(t, schedule.Interrupted, jobs(t, a)[0].Status, "by a clock that was set back")
	job, err := a.Start(ctx, manager)
	require.NoError(t, err)
	require.NotEqual(t, "job_x", job.ID)
	clock.Move(time.Hour)
	ended, cancel := context.WithCancel(ctx)
	cancel()
	require.Error(t, a.RunDue(ended))
	require.NoError(t, a.RunDue(ctx), "the next goes on")
	require.Equal(t, schedule.Done, jobs(t, a)[0].Status)
}

// TestASavingIsVerifiedAndReopenedWhenItDecays switches the air conditioner off at night for ten weeks and then leaves it on again.
func TestASavingIsVerifiedAndReopenedWhenItDecays(t *testing.T) {
	const before, good, bad = 120, 70, 45 // days
	changed, relapsed := start.AddDate(0, 0, before), start.AddDate(0, 0, before+good)
	on, off := leftOn(1, 1.2), clean(9, 1.2)
	c := advicetest.NewCampus()
	c.AddRoom("sala", "Sala de Juegos", 0)
	c.AddDevice(device("ac-1", "Aire central", "ac", "sala"))
	c.Measure("ac-1", start, (before+good+bad)*24, func(local time.Time) float64 {
		if local.Before(changed) || !local.Before(relapsed) {
			return on(local)
		}
		return off(local)
	})
	clock := advicetest.NewClock(changed)
	a := advicetest.NewServices(c, clock, nil)
	id := list(t, a, manager, recommendations.Query{}).Items[0].ID
	_, err := a.SetStatus(ctx, manager, id, advice.Done, "")
	require.NoError(t, err)
	status := func() advice.Status {
		require.NoError(t, a.RunDue(ctx))
		e, err := a.Evidence(ctx, manager, id)
		require.NoError(t, err)
		return e.Status
	}
	require.Equal(t, advice.Done, status(), "too early to say")
	clock.Move(good * 24 * time.Hour)
	require.Equal(t, advice.Verified, status())
	v, err := a.Verify(ctx, manager, id)
	require.NoError(t, err)
	require.Equal(t, savings.Saved, v.Verdict)
	_, err = a.SetStatus(ctx, manager, id, advice.Accepted, "")
	require.ErrorAs(t, err, &advice.ErrTransition{})
	clock.Move(bad * 24 * time.Hour)
	require.Equal(t, advice.Open, status(), "the nights are back")
	e, err := a.Evidence(ctx, manager, id)
	require.NoError(t, err)
	var steps []advice.Status
	for _, event := range e.Events {
		steps = append(steps, event.To)
	}
	require.Equal(t, []advice.Status{advice.Done, advice.Verified, advice.Open}, steps)
}

func TestAnomaliesAreOfWhatTheCallerSees(t *testing.T) {
	c := advicetest.NewCampus()
	c.AddRoom("sala", "Sala de Juegos", 0)
	c.AddRoom("aula", "Aula 101", 0)
	c.AddDevice(device("ac-1", "Aire central", "ac", "sala"))
	c.AddDevice(device("luz-1", "Luces", "lighting", "aula"))
	now := start.AddDate(0, 0, 120)
	begun := now.AddDate(0, 0, -10)
	base := clean(3, 5)
	c.Measure("ac-1", start, 120*24, func(at time.Time) float64 {
		if at.Before(begun) {
			return 0.5 + base(at)
		}
		return 2 + base(at)
	})
	c.Measure("luz-1", start, 118*24, clean(4, 0.4))
	a := advicetest.NewServices(c, advicetest.NewClock(now), nil)
	ask := func(caller advice.Caller, q recommendations.AnomalyQuery) recommendations.Anomalies {
		found, err := a.Anomalies(ctx, caller, q)
		require.NoError(t, err)
		return found
	}
	found := ask(manager, recommendations.AnomalyQuery{ID: "ac-1", Lasting: true})
	require.Len(t, found.Items, 1)
	one := found.Items[0]
	require.True(t, one.Kind == anomaly.StuckOn || one.Kind == anomaly.OffHours, one.Kind)
	require.WithinDuration(t, begun, one.From, 24*time.Hour)
	require.LessOrEqual(t, one.Known.Sub(begun), 48*time.Hour)
	require.InDelta(t, 1.5*240, one.KWh, 0.3*1.5*240)
	require.InDelta(t, 500*one.KWh, one.Cost, 1e-6)
	viewer := advice.Caller{Role: advice.Viewer, Space: "aula"}
	require.Empty(t, ask(viewer, recommendations.AnomalyQuery{Kind: one.Kind}).Items)
	_, err := a.Anomalies(ctx, viewer, recommendations.AnomalyQuery{ID: "ac-1"})
	require.ErrorAs(t, err, &advice.ErrNotFound{})
	_, err = a.Anomalies(ctx, viewer, recommendations.AnomalyQuery{Space: "sala"})
	require.ErrorAs(t, err, &advice.ErrNotFound{})
	require.Empty(t, ask(manager, recommendations.AnomalyQuery{ID: "ac-1", To: start}).Items)
	require.Equal(t, 4, ask(manager, recommendations.AnomalyQuery{}).Targets)
}

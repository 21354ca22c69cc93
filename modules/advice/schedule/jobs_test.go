package schedule_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	memoryadvice "github.com/holotwin/holotwin/adapters/memory/advice"
	"github.com/holotwin/holotwin/modules/advice"
	"github.com/holotwin/holotwin/modules/advice/advicetest"
	"github.com/holotwin/holotwin/modules/advice/schedule"
)

func TestOneProcessRunsAJobAtATime(t *testing.T) {
	store, clock := memoryadvice.New(), advicetest.NewClock(advicetest.End)
	a := advicetest.NewServices(advicetest.GamesRoom(), clock, store)
	release, mine, err := store.TryLock(t.Context())
	require.NoError(t, err)
	require.True(t, mine)
	require.NoError(t, a.RunDue(t.Context()))
	require.Empty(t, advicetest.Jobs(t, a), "another process is at it")
	release()
	require.NoError(t, a.RunDue(t.Context()))
	all := advicetest.Jobs(t, a)
	require.Len(t, all, 1)
	require.Equal(t, schedule.Done, all[0].Status)
	require.Equal(t, schedule.ByClock, all[0].Trigger)
	require.Positive(t, all[0].Total)
	require.Equal(t, all[0].Total, all[0].Done)
	require.NoError(t, a.RunDue(t.Context()))
	require.Len(t, advicetest.Jobs(t, a), 1, "nothing is due")
	_, mine, err = store.TryLock(t.Context())
	require.NoError(t, err)
	require.True(t, mine, "the lock was given back")
}

func TestAJobOnDemandAnalysesAllAnew(t *testing.T) {
	campus := advicetest.GamesRoom()
	a := advicetest.NewServices(campus, advicetest.NewClock(advicetest.End), nil)
	require.NoError(t, a.RunDue(t.Context()))
	before := campus.Reads
	_, err := a.Start(t.Context(), advice.Caller{Role: advice.Viewer})
	require.ErrorIs(t, err, advice.ErrForbidden{})
	job, err := a.Start(t.Context(), advicetest.Manager)
	require.NoError(t, err)
	again, err := a.Start(t.Context(), advicetest.Manager)
	require.NoError(t, err)
	require.Equal(t, job.ID, again.ID, "the one that runs already")
	bounded, cancel := context.WithCancel(t.Context())
	go a.RunRequested(bounded, func(err error) { t.Error(err) })
	require.Eventually(t, func() bool { return advicetest.Jobs(t, a)[0].Status == schedule.Done }, 5*time.Minute, time.Millisecond)
	cancel()
	require.Greater(t, campus.Reads, before)
	require.Equal(t, "us_1", advicetest.Jobs(t, a)[0].By)
}

func TestAJobWhoseProcessEndedIsInterrupted(t *testing.T) {
	store, clock := memoryadvice.New(), advicetest.NewClock(advicetest.End)
	a := advicetest.NewServices(advicetest.GamesRoom(), clock, store)
	require.NoError(t, store.KeepJob(t.Context(), schedule.Job{ID: "job_x", Status: schedule.Running, Started: advicetest.End, Updated: advicetest.End}, 10))
	require.Equal(t, schedule.Running, advicetest.Jobs(t, a)[0].Status)
	clock.Move(2 * time.Minute)
	require.Equal(t, schedule.Interrupted, advicetest.Jobs(t, a)[0].Status)
	clock.Move(-time.Hour)
	require.Equal(t, schedule.Interrupted, advicetest.Jobs(t, a)[0].Status, "by a clock that was set back")
	job, err := a.Start(t.Context(), advicetest.Manager)
	require.NoError(t, err)
	require.NotEqual(t, "job_x", job.ID)
	clock.Move(time.Hour)
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	require.Error(t, a.RunDue(ended))
	require.NoError(t, a.RunDue(t.Context()), "the next goes on")
	require.Equal(t, schedule.Done, advicetest.Jobs(t, a)[0].Status)
}

package blackbox

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/platform/database/databasetest"
	"github.com/holotwin/holotwin/test/program"
)

type listedJobs struct {
	Items []struct {
		ID, Status string
		Done       int
		Total      int
	}
}

// TestOneReplicaAnalyses asks two servers on one database for an analysis at the same time: the lock lets one at it, the other's
// job says that it was not, and both show the same advice.
func TestOneReplicaAnalyses(t *testing.T) {
	databaseURL := databasetest.Postgres(t)
	first, err := program.Start(t.Context(), t.TempDir(), databaseURL, []string{"RATE_LIMIT_PER_MIN=0"}, "demo")
	require.NoError(t, err)
	t.Cleanup(func() { _ = first.Kill() })
	one := login(t, first)
	eventually(t, "the demo is loaded and analysed", func() bool {
		var jobs listedJobs
		answer, err := one.Send(http.MethodGet, "/api/trabajos", nil)
		return err == nil && answer.JSON(&jobs) == nil && len(jobs.Items) > 0 && jobs.Items[0].Status == "done"
	})
	two := login(t, start(t, databaseURL, "RATE_LIMIT_PER_MIN=0"))
	asked := make(chan int, 2)
	for _, client := range []*program.Client{one, two} {
		go func() {
			answer, err := client.Send(http.MethodPost, "/api/trabajos", nil)
			if err != nil {
				asked <- 0
				return
			}
			asked <- answer.Status
		}()
	}
	require.Contains(t, []int{202, 409}, <-asked)
	require.Contains(t, []int{202, 409}, <-asked)
	var jobs listedJobs
	eventually(t, "no job is left running", func() bool {
		require.NoError(t, send(t, two, 200, http.MethodGet, "/api/trabajos", nil).JSON(&jobs))
		for _, j := range jobs.Items {
			if j.Status == "running" || j.Status == "waiting" {
				return false
			}
		}
		return true
	})
	for _, j := range jobs.Items {
		if j.Status == "done" {
			require.Equal(t, j.Total, j.Done, "done is all of it")
			continue
		}
		require.Equal(t, "interrupted", j.Status)
	}
	time.Sleep(100 * time.Millisecond)
	require.JSONEq(t, string(send(t, one, 200, http.MethodGet, "/api/recomendaciones", nil).Body), string(send(t, two, 200, http.MethodGet, "/api/recomendaciones", nil).Body))
}

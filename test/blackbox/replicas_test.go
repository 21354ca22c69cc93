package blackbox

import (
	"fmt"
	"net/http"
	"strings"
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

// TestOneReplicaAnalyses requests an analysis from two servers on one database at the same time: only one gets the lock, the other's job
// reports that it did not run, and both show the same advice.
func TestOneReplicaAnalyses(t *testing.T) {
	t.Parallel()
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
	var here, there string
	eventually(t, "both show the same", func() bool {
		here, there = string(send(t, one, 200, http.MethodGet, "/api/recomendaciones", nil).Body), string(send(t, two, 200, http.MethodGet, "/api/recomendaciones", nil).Body)
		return here == there
	})
}

// TestWritesOfOneReplicaAreReadOnTheOther creates and changes things through one server and uses them at once through another on the same
// database, 80 times: a user who created something must never get a 404 for it.
func TestWritesOfOneReplicaAreReadOnTheOther(t *testing.T) {
	t.Run("postgres", func(t *testing.T) { writeAndReadElsewhere(t, databasetest.Postgres(t)) })
	t.Run("pgbouncer", func(t *testing.T) {
		pooled, direct := databasetest.Pooled(t)
		writeAndReadElsewhere(t, pooled, "DIRECT_DB_URL="+direct)
	})
}

func writeAndReadElsewhere(t *testing.T, databaseURL string, settings ...string) {
	t.Helper()
	one, two := login(t, start(t, databaseURL, settings...)), login(t, start(t, databaseURL, settings...))
	campus, err := one.MakeCampus(1)
	require.NoError(t, err)
	send(t, two, 200, http.MethodGet, "/api/gemelo", nil)
	made := func(c *program.Client, path string, body map[string]any) (id string) {
		t.Helper()
		var answer struct{ ID string }
		require.NoError(t, send(t, c, 201, http.MethodPost, path, body).JSON(&answer))
		return answer.ID
	}
	begun := time.Now().UTC()
	before := func(i int) string { // an instant of its own for each round, before all events without one
		return begun.Add(-time.Minute - time.Duration(i)*time.Second).Format(time.RFC3339)
	}
	here, there, room := one, two, ""
	for i := range 80 {
		here, there = there, here
		if i%10 == 0 {
			room = made(here, "/api/espacios", map[string]any{"name": "Sala", "kind": "room", "parent_id": campus.Site})
		}
		id := made(here, "/api/dispositivos", map[string]any{"id": fmt.Sprintf("n%d", i), "kind": "appliance", "space_id": room, "rated_w": 1})
		if i%2 == 0 {
			send(t, there, 201, http.MethodPost, "/consumo", map[string]any{"device_id": id, "power_w": 1})
		} else {
			send(t, there, 200, http.MethodPost, "/consumo/lote", []any{map[string]any{"device_id": id, "power_w": 1}})
		}
		send(t, here, 200, http.MethodPatch, "/api/dispositivos/"+id, map[string]any{"name": fmt.Sprintf("Equipo %d", i), "rated_w": 5000})
		require.Contains(t, string(send(t, there, 200, http.MethodGet, "/api/dispositivos/"+id, nil).Body), fmt.Sprintf(`"name":"Equipo %d"`, i))
		require.Contains(t, string(send(t, there, 200, http.MethodGet, "/api/dispositivos?space_id="+room, nil).Body), `"`+id+`"`)
		send(t, there, 201, http.MethodPost, "/consumo", map[string]any{"device_id": id, "power_w": 4000, "timestamp": before(i)})
		if i%10 != 0 {
			continue
		}
		send(t, there, 201, http.MethodPost, "/ambiente", map[string]any{"space_id": room, "temperature_c": 21})
		send(t, there, 201, http.MethodPost, "/api/dispositivos/"+id+"/estado", map[string]any{"state": "on"})
		tariff := made(here, "/api/tarifas", map[string]any{"space_id": room, "name": "T", "currency": "COP", "valid_from": "2026-01-01", "price_per_kwh": 800})
		require.Contains(t, string(send(t, there, 200, http.MethodGet, "/api/tarifas?space_id="+room, nil).Body), tariff)
		send(t, there, 200, http.MethodPatch, "/api/tarifas/"+tariff, map[string]any{"price_per_kwh": 801})
		require.Contains(t, string(send(t, here, 200, http.MethodGet, "/api/tarifas/"+tariff, nil).Body), `"price_per_kwh":801`)
		closed := made(there, "/api/calendarios", map[string]any{"space_id": room, "name": "Cierre", "kind": "closed", "from": "2026-01-01", "to": "2026-01-02"})
		require.Contains(t, string(send(t, here, 200, http.MethodGet, "/api/calendarios?space_id="+room, nil).Body), closed)
		key := gateway(t, here, map[string]any{"name": id, "device_ids": []string{id}})
		key.URL = there.URL
		send(t, key, 201, http.MethodPost, "/ambiente", map[string]any{"space_id": room, "temperature_c": 21, "timestamp": before(i)})
		viewer := newUser(t, here, "viewer", room)
		viewer.URL = there.URL
		require.Contains(t, string(send(t, viewer, 200, http.MethodGet, "/api/gemelo", nil).Body), `"`+id+`"`)
		stream := followed(t, viewer, "/api/eventos", "")
		late := made(here, "/api/dispositivos", map[string]any{"id": fmt.Sprintf("late%d", i), "kind": "appliance", "space_id": room})
		send(t, here, 201, http.MethodPost, "/api/dispositivos/"+late+"/estado", map[string]any{"state": "on"})
		// While another transaction of the server is open, a stream begins a little earlier.
		for !strings.Contains(next(t, stream).Data, `"`+late+`"`) {
			continue // a stream misses nothing of a device that was made after it began
		}
		stream.Close()
	}
}

// Package chaos kills the program at random moments while people and devices change things, starts it again and compares what is
// there with what was acknowledged: that is there exactly once. What got no answer is there whole or not at all. Each change has
// its entry in the audit, and what was not done has none.
//
// A round is one life of the program (life_test.go). In it, workers change objects of their own, one request after the other
// (workers_test.go), so that each has at most one request without an answer. Beside them devices send, and some are adopted while
// they do (devices_test.go). While the server is down, some rounds kill a command of the program (commands_test.go). The next life
// begins with the check (check_test.go).
package chaos

import (
	"flag"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/platform/database/databasetest"
	"github.com/holotwin/holotwin/test/program"
)

var (
	rounds = flag.Int("rounds", 12, "how often the program is killed on each database")
	seed   = flag.Uint64("seed", 0, "of all that is drawn; 0 draws one, which is printed")
)

func TestMain(m *testing.M) { databasetest.Main(m) }

// roundsOfDatabase bounds how many rounds a database grows.
const roundsOfDatabase = 25

// TestWhatWasAcknowledgedIsThereAfterKills runs the rounds on both databases.
func TestWhatWasAcknowledgedIsThereAfterKills(t *testing.T) {
	if *seed == 0 {
		*seed = rand.Uint64() | 1
	}
	t.Logf("again with: go test ./test/chaos -seed %d -rounds %d", *seed, *rounds)
	t.Run("sqlite", func(t *testing.T) { inChunks(t, databasetest.SQLite) })
	t.Run("postgres", func(t *testing.T) { inChunks(t, databasetest.Postgres) })
}

func inChunks(t *testing.T, open func(*testing.T) string) {
	sum := make(tally)
	for first := 0; first < *rounds; first += roundsOfDatabase {
		if !t.Run("rounds", func(t *testing.T) { run(t, open(t), first, min(roundsOfDatabase, *rounds-first), sum) }) {
			t.FailNow()
		}
	}
	t.Logf("%d rounds: %s", *rounds, sum)
}

// world is one database and what the test knows of it.
type world struct {
	t           *testing.T
	databaseURL string
	folder      string
	random      *rand.Rand
	sum         tally
	begun       time.Time

	server *program.Server
	admin  *program.Client
	// advised is a site with a recommendation and its devices; busy is another, in which the workers change things.
	busy           program.Campus
	recommendation *object
	key            string
	round          int
	// adoptions are those whose readings may not be booked yet.
	adoptions []*adoption
}

func run(t *testing.T, databaseURL string, first, rounds int, sum tally) {
	w := &world{t: t, databaseURL: databaseURL, folder: t.TempDir(), sum: sum, begun: time.Now().Add(-time.Second).UTC()}
	w.random = rand.New(rand.NewPCG(*seed, uint64(first)))
	w.start()
	w.login()
	w.setUp()
	for range rounds {
		w.round++
		w.live()
	}
	w.settled()
	w.checkWhole()
	require.NoError(t, w.server.Stop(), w.server.Log)
}

// setUp makes a campus with a recommendation, and a gateway's key.
func (w *world) setUp() {
	campus, err := w.admin.MakeCampus(0)
	require.NoError(w.t, err)
	w.must(201, http.MethodPost, "/api/dispositivos", map[string]any{"id": "ac-1", "kind": "ac", "space_id": campus.Room, "rated_w": 3000, "interval_s": 3600})
	w.must(201, http.MethodPost, "/api/calendarios", map[string]any{
		"space_id": campus.Site, "name": "Horario", "kind": "opening",
		"hours": []map[string]any{{"days": []string{"mon", "tue", "wed", "thu", "fri", "holiday"}, "from": "07:00", "to": "20:00"}},
	})
	answer, err := w.admin.Raw(http.MethodPost, "/consumo/lote", "text/csv", strings.NewReader(alwaysOn("ac-1")))
	require.NoError(w.t, err)
	require.Equal(w.t, 200, answer.Status, string(answer.Body))
	var advised struct {
		Recomendaciones []struct{ ID, Status string }
	}
	require.NoError(w.t, w.must(200, http.MethodGet, "/api/recomendaciones", nil).JSON(&advised))
	require.NotEmpty(w.t, advised.Recomendaciones)
	id := advised.Recomendaciones[0].ID
	w.recommendation = &object{name: id, state: "open", read: func(s *standing) string { return s.statuses[id] }}

	w.busy, err = w.admin.MakeCampus(0)
	require.NoError(w.t, err)
	var made struct{ Key string }
	require.NoError(w.t, w.must(201, http.MethodPost, "/auth/claves", map[string]any{"name": "Pasarela", "space_id": w.busy.Room}).JSON(&made))
	w.key = made.Key
}

// alwaysOn are six weeks of a device that draws much day and night.
func alwaysOn(device string) string {
	var b strings.Builder
	b.WriteString("device_id,kwh,timestamp\n")
	end := time.Now().UTC().Truncate(24 * time.Hour)
	for at := end.AddDate(0, 0, -42); at.Before(end); at = at.Add(time.Hour) {
		b.WriteString(device + ",1." + at.Format("02") + "," + at.Format(time.RFC3339) + "\n")
	}
	return b.String()
}

// must sends what has to succeed.
func (w *world) must(status int, method, path string, body any) program.Answer {
	w.t.Helper()
	answer, err := w.admin.Send(method, path, body)
	require.NoError(w.t, err)
	require.Equal(w.t, status, answer.Status, "%s %s: %s", method, path, answer.Body)
	return answer
}

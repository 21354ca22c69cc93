package blackbox

import (
	"bytes"
	"database/sql"
	"maps"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/platform/database/databasetest"
	"github.com/holotwin/holotwin/test/program"
)

// run runs a command of the program to its end, and returns what it printed.
func run(t *testing.T, databaseURL string, words ...string) (string, error) {
	t.Helper()
	command, err := program.Command(t.TempDir(), databaseURL, words...)
	require.NoError(t, err)
	printed, err := command.CombinedOutput()
	return string(printed), err
}

func mustRun(t *testing.T, databaseURL string, words ...string) string {
	t.Helper()
	printed, err := run(t, databaseURL, words...)
	require.NoError(t, err, printed)
	return printed
}

// movesAndAnswersAlike backs a campus up while it is served, fills PostgreSQL from it, fills SQLite from a backup of that, and compares every
// answer of the three servers, byte for byte. The demo test calls it with its campus.
func movesAndAnswersAlike(t *testing.T, databaseURL string) {
	folder := t.TempDir()
	original := start(t, databaseURL)
	admin := login(t, original)
	report := fillTheRest(t, admin)
	device := firstID(t, admin, "/api/dispositivos")
	key := gateway(t, admin, map[string]any{"name": "pasarela", "device_ids": []string{device}})
	viewer := newUser(t, admin, "viewer", "")
	first, second := filepath.Join(folder, "campus.backup"), filepath.Join(folder, "moved.backup")
	mustRun(t, databaseURL, "backup", first)
	postgres, sqlite := databasetest.Postgres(t), databasetest.SQLite(t)
	require.Contains(t, mustRun(t, postgres, "restore", "--verify", first), " 0 differences")
	moved := start(t, postgres)
	mustRun(t, postgres, "backup", second)
	require.Contains(t, mustRun(t, sqlite, "restore", second, "--verify"), " 0 differences")
	back := start(t, sqlite)
	w := walk{clients: []*program.Client{admin, at(admin, moved), at(admin, back)}, document: documentOf(t, original), report: report}
	w.all(t)
	for _, server := range []*program.Server{moved, back} {
		enter(t, at(admin, server), emailOf(t, viewer), password)
		send(t, at(key, server), http.StatusCreated, http.MethodPost, "/consumo",
			map[string]any{"device_id": device, "timestamp": time.Now().AddDate(0, 0, -400).UTC().Format(time.RFC3339Nano), "kwh": 0.000001, "interval_s": 60})
	}
}

// at is a client of another server with the same rights: tokens stay valid with the same JWT_SECRET.
func at(c *program.Client, server *program.Server) *program.Client {
	other := *c
	other.URL = server.URL
	return &other
}

func emailOf(t *testing.T, c *program.Client) string {
	var me struct{ Email string }
	require.NoError(t, send(t, c, 200, http.MethodGet, "/auth/me", nil).JSON(&me))
	return me.Email
}

// fillTheRest makes what a demo does not have, so that each list has something. It returns the path of a report.
func fillTheRest(t *testing.T, c *program.Client) (report string) {
	meter := firstID(t, c, "/api/dispositivos")
	send(t, c, 201, http.MethodPost, "/api/simulaciones", map[string]any{"name": "Apagar de noche", "save": true, "changes": []any{map[string]any{"target": meter, "action": "off_hours"}}})
	send(t, c, 200, http.MethodPost, "/api/recomendaciones/"+firstID(t, c, "/api/recomendaciones")+"/estado", map[string]any{"status": "done", "note": "hecho"})
	var made struct {
		Path string `json:"ruta_pdf"`
	}
	visit := map[string]any{"sala": "Sala de Juegos", "consumo": 21.4, "dispositivos": []string{"TV"}}
	require.NoError(t, send(t, c, 200, http.MethodPost, "/api/recomendaciones/recomendar/pdf", visit).JSON(&made))
	return made.Path
}

// listed returns the ids of a list.
func listed(t *testing.T, c *program.Client, path string) (ids []string) {
	type item struct{ ID string }
	var list struct{ Items, Recomendaciones []item }
	require.NoError(t, send(t, c, 200, http.MethodGet, path, nil).JSON(&list))
	for _, i := range append(list.Items, list.Recomendaciones...) {
		ids = append(ids, i.ID)
	}
	return ids
}

func firstID(t *testing.T, c *program.Client, path string) string {
	t.Helper()
	ids := listed(t, c, path)
	require.NotEmpty(t, ids, path)
	return ids[0]
}

// unwalked are the GET routes that the walk leaves out, each with the reason.
var unwalked = map[string]string{
	"/api/diagnostico":      "it is about the machine and the kind of database",
	"/api/eventos":          "a stream of what happens now",
	"/auth/datos/{user_id}": "asking is an entry of the audit that it shows",
	"/auth/oidc":            "leads to the university's login",
	"/auth/oidc/callback":   "comes from the university's login",
	"/input/bulk":           "stores readings",
	"/input/post":           "stores readings",
}

// ofNow are the parts of answers that depend on when they are asked.
var ofNow = map[string]*regexp.Regexp{
	"/api/gemelo":           regexp.MustCompile(`^\{"at":"[^"]+"|"coverage":[0-9.]+`),
	"/api/reportes/mensual": regexp.MustCompile(`Date \(D:[0-9]+\)`),
}

// walk asks servers the same and compares their answers.
type walk struct {
	clients  []*program.Client // the first is of the original
	document document
	report   string // the path of one
	asked    int
}

// all walks every GET route of the document, with the ids that the lists have.
func (w *walk) all(t *testing.T) {
	for _, path := range slices.Sorted(maps.Keys(w.document.Paths.Map())) {
		operation := w.document.Paths.Value(path).Get
		if operation == nil || unwalked[path] != "" {
			continue
		}
		before := w.asked
		for _, query := range w.queries(t, path, operation) {
			for _, media := range mediaOf(operation) {
				w.compare(t, query, media)
			}
		}
		require.Greater(t, w.asked, before, "nothing was asked of %s", path)
	}
	t.Logf("%d answers are the same", w.asked)
}

func mediaOf(operation *openapi3.Operation) []string {
	return slices.Sorted(maps.Keys(operation.Responses.Status(http.StatusOK).Value.Content))
}

// queries are the paths of a route with its ids and its parameters of time, so that no answer depends on when it is asked.
func (w *walk) queries(t *testing.T, path string, operation *openapi3.Operation) (all []string) {
	now := time.Now().UTC()
	to := now.Truncate(24 * time.Hour)
	values := url.Values{}
	required := ""
	for _, p := range operation.Parameters {
		if p.Value.In != "query" {
			continue
		}
		switch name := p.Value.Name; name {
		case "from":
			values.Set(name, to.AddDate(0, 0, -8).Format(time.RFC3339))
		case "to", "as_of":
			values.Set(name, to.Format(time.RFC3339))
		case "month":
			values.Set(name, now.AddDate(0, -1, 0).Format("2006-01"))
		case "limit":
			values.Set(name, "100")
		default:
			if p.Value.Required {
				required = name
			}
		}
	}
	for _, route := range w.routes(t, path) {
		switch required {
		case "":
			all = append(all, route+"?"+values.Encode())
		case "space_id", "id":
			for _, id := range w.subjects(t, required) {
				values.Set(required, id)
				all = append(all, route+"?"+values.Encode())
			}
		default:
			require.Fail(t, "unknown parameter", "%s needs %s", path, required)
		}
	}
	return all
}

// subjects are some spaces, and some devices where a parameter may name them: forecasts take long.
func (w *walk) subjects(t *testing.T, parameter string) []string {
	spaces, devices := listed(t, w.clients[0], "/api/espacios"), listed(t, w.clients[0], "/api/dispositivos")
	if parameter == "space_id" {
		devices = nil
	}
	return slices.Concat(spaces[:min(3, len(spaces))], devices[:min(3, len(devices))])
}

// routes are a path with each of up to ten ids in the place of its variable.
func (w *walk) routes(t *testing.T, path string) (all []string) {
	list, rest, variable := strings.Cut(path, "/{id}")
	switch {
	case path == "/consumo/{device_id}/{timestamp}":
		return w.readings(t)
	case path == "/api/recomendaciones/reporte/{id}.pdf":
		return []string{w.report}
	case !variable:
		require.NotContains(t, path, "{")
		return []string{path}
	}
	ids := listed(t, w.clients[0], list)
	for _, id := range ids[:min(10, len(ids))] {
		all = append(all, list+"/"+url.PathEscape(id)+rest)
	}
	return all
}

func (w *walk) readings(t *testing.T) (all []string) {
	var list struct {
		Items []struct {
			Device string `json:"device_id"`
			At     string `json:"timestamp"`
		}
	}
	require.NoError(t, send(t, w.clients[0], 200, http.MethodGet, "/consumo?limit=10", nil).JSON(&list))
	for _, r := range list.Items {
		all = append(all, "/consumo/"+url.PathEscape(r.Device)+"/"+url.PathEscape(r.At))
	}
	return all
}

// compare asks all servers and requires the same bytes.
func (w *walk) compare(t *testing.T, path, media string) {
	var answers []program.Answer
	for _, c := range w.clients {
		answer, err := c.Raw(http.MethodGet, path, "", nil, "Accept", media)
		require.NoError(t, err)
		if depends := ofNow[before(path, "?")]; depends != nil {
			answer.Body = depends.ReplaceAll(answer.Body, nil)
		}
		answers = append(answers, answer)
	}
	for _, other := range answers[1:] {
		require.Equal(t, answers[0].Status, other.Status, path)
		require.Equal(t, answers[0].Header.Get("Content-Type"), other.Header.Get("Content-Type"), path)
		if !bytes.Equal(answers[0].Body, other.Body) {
			a, b := firstDifference(answers[0].Body, other.Body)
			t.Errorf("%s (%s) differs:\n%s\n%s", path, media, a, b)
		}
	}
	if answers[0].Status == http.StatusOK {
		w.asked++
	}
}

// hasBegun reports whether a restore has made the first of its tables.
func hasBegun(t *testing.T, databaseURL string) (begun bool) {
	if path, is := strings.CutPrefix(databaseURL, "sqlite://"); is {
		_, err := os.Stat(path + ".restoring")
		return err == nil
	}
	db, err := sql.Open("pgx", databaseURL)
	require.NoError(t, err)
	defer func() { require.NoError(t, db.Close()) }()
	require.NoError(t, db.QueryRow("SELECT to_regclass('advice_runs') IS NOT NULL").Scan(&begun))
	return begun
}

// TestAKilledRestoreLeavesAnEmptyDatabase kills a restore that has read a half of its file. A server then starts as on a new database, or the
// next restore fills it.
func TestAKilledRestoreLeavesAnEmptyDatabase(t *testing.T) {
	t.Parallel()
	source := databasetest.SQLite(t)
	server := start(t, source)
	campus, err := login(t, server).MakeCampus(3)
	require.NoError(t, err)
	file := filepath.Join(t.TempDir(), "campus.backup")
	mustRun(t, source, "backup", file)
	require.NoError(t, server.Kill())
	content, err := os.ReadFile(file)
	require.NoError(t, err)
	each(t, func(t *testing.T, databaseURL string) {
		command, err := program.Command(t.TempDir(), databaseURL, "restore", "-")
		require.NoError(t, err)
		in, err := command.StdinPipe()
		require.NoError(t, err)
		require.NoError(t, command.Start())
		_, err = in.Write(content[:len(content)-40])
		require.NoError(t, err)
		eventually(t, "the restore has begun", func() bool { return hasBegun(t, databaseURL) })
		require.NoError(t, command.Process.Kill())
		var killed *exec.ExitError
		require.ErrorAs(t, command.Wait(), &killed)
		mustRun(t, databaseURL, "restore", file)
		restored := start(t, databaseURL)
		require.ElementsMatch(t, campus.Devices, listed(t, login(t, restored), "/api/dispositivos"))
		printed, err := run(t, databaseURL, "restore", file)
		require.Error(t, err)
		require.Regexp(t, "is not empty|is in use", printed)
	})
}

func before(text, separator string) string {
	first, _, _ := strings.Cut(text, separator)
	return first
}

// firstDifference is what two texts have around the first byte that differs.
func firstDifference(a, b []byte) (string, string) {
	const around = 100
	i := 0
	for i < min(len(a), len(b)) && a[i] == b[i] {
		i++
	}
	part := func(text []byte) string { return string(text[max(0, i-around):min(len(text), i+around)]) }
	return part(a), part(b)
}

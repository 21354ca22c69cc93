package blackbox

import (
	"crypto/sha256"
	"database/sql"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/test/program"
)

// unaudited are routes that take measurements, or that change nothing but the caller's session or what is counted of them.
var unaudited = []string{
	"POST /consumo", "POST /consumo/lote", "POST /consumo/lote/revision", "POST /ambiente", "POST /ambiente/lote", "POST /api/dispositivos/{id}/estado",
	"POST /input/post", "POST /input/bulk", "POST /auth/refresh",
	"POST /auth/segundo-factor", // it is not on before its first code
}

// change is a call that changes something.
type change struct {
	route, path string
	body        any
	status      int
	// caller is the administrator where it is nil.
	caller *program.Client
	// prepare does what must be done just before, and returns the path and body.
	prepare func() (path string, body any)
}

// TestEveryChangeIsAudited calls every route that changes something, first with an audit that cannot be written: none is answered
// 2xx and nothing is changed. Then with one that can: each has one entry.
func TestEveryChangeIsAudited(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, databaseURL string) {
		u := openUniversity(t)
		server := start(t, databaseURL, u.settings()...)
		admin := login(t, server)
		all := slices.Concat(changesOf(t, admin), signOnChanges(t, u, server, admin), factorChanges(t, admin))
		named := slices.Clone(unaudited)
		for _, c := range all {
			named = append(named, c.route)
		}
		for route := range access {
			if !strings.HasPrefix(route, "GET ") {
				require.Contains(t, named, route, "a route that changes something has a call here, or a reason not to be in the audit")
			}
		}
		db := openSQL(t, databaseURL)
		quiet(t, db)
		for _, c := range all {
			c = c.prepared()
			mend := breakAudit(t, db)
			before := contents(t, db)
			answer := c.call(t, admin)
			require.Contains(t, []int{500, 503}, answer.Status, "%s: %s", c.route, answer.Body)
			require.Empty(t, differing(before, contents(t, db)), c.route)
			mend()
		}
		requests := make(map[string]string)
		for _, c := range all {
			answer := c.prepared().call(t, admin)
			require.Equal(t, c.status, answer.Status, "%s: %s", c.route, answer.Body)
			requests[answer.Header.Get("X-Request-Id")] = c.route
		}
		require.Len(t, requests, len(all))
		entries := make(map[string]int)
		for _, e := range auditOf(t, enter(t, admin, program.AdminEmail, program.AdminPassword), "") {
			if route, ours := requests[e.RequestID]; ours {
				entries[e.RequestID]++
				require.True(t, e.Actor != "" || route == "GET /auth/oidc/callback", route)
				require.True(t, strings.Contains(route, " /auth/") || strings.Contains(route, "/login") || e.Action == route, "%s: %s", route, e.Action)
			}
		}
		for id, route := range requests {
			want := 1
			if route == "GET /auth/oidc/callback" || route == invitationRoute {
				want = 2 // a user is made, and linked or given a link
			}
			require.Equal(t, want, entries[id], route)
		}
	})
}

// invitationRoute is the route of a new user who is invited.
const invitationRoute = "POST /auth/usuarios (invitation)"

func (c change) prepared() change {
	if c.prepare != nil {
		c.path, c.body = c.prepare()
	}
	return c
}

func (c change) call(t *testing.T, admin *program.Client) program.Answer {
	t.Helper()
	caller := c.caller
	if caller == nil {
		caller = admin
	}
	answer, err := caller.Send(strings.Fields(c.route)[0], c.path, c.body)
	require.NoError(t, err)
	return answer
}

// changesOf creates a campus with something of everything and returns calls that change each, in an order in which all succeed.
func changesOf(t *testing.T, admin *program.Client) []change {
	t.Helper()
	campus, err := admin.MakeCampus(1)
	require.NoError(t, err)
	for id, kind := range map[string]string{"ac-1": "ac", "tv-1": "tv"} {
		send(t, admin, 201, http.MethodPost, "/api/dispositivos", map[string]any{"id": id, "kind": kind, "space_id": campus.Room, "rated_w": 3000, "interval_s": 3600})
	}
	made := func(path string, body any) string {
		var made struct{ ID string }
		require.NoError(t, send(t, admin, 201, http.MethodPost, path, body).JSON(&made))
		return made.ID
	}
	calendar := map[string]any{
		"space_id": campus.Site, "name": "Horario", "kind": "opening",
		"hours": []map[string]any{{"days": []string{"mon", "tue", "wed", "thu", "fri", "holiday"}, "from": "07:00", "to": "20:00"}},
	}
	entry := made("/api/calendarios", calendar)
	tariff := func(from string) map[string]any {
		return map[string]any{"space_id": campus.Site, "name": "Tarifa", "valid_from": from, "price_per_kwh": 700}
	}
	price := made("/api/tarifas", tariff("2020-01-01"))
	answer, err := admin.Raw(http.MethodPost, "/consumo/lote", "text/csv", strings.NewReader(sixWeeks()))
	require.NoError(t, err)
	require.Equal(t, 200, answer.Status, string(answer.Body))
	for day := range 4 { // on which the television was used
		date := time.Now().AddDate(0, 0, -14-day).Format(time.DateOnly)
		made("/api/calendarios", map[string]any{"space_id": campus.Site, "name": "Cierre", "kind": "closed", "from": date, "to": date})
	}
	for day := range 4 {
		date := time.Now().AddDate(0, 0, -21-day).Format(time.DateOnly)
		made("/api/calendarios", map[string]any{"space_id": campus.Site, "name": "Cierre", "kind": "closed", "from": date, "to": date})
	}
	advice := advise(t, admin, "es").Recomendaciones[0].ID
	question := "/api/recomendaciones/preguntas/" + adviceOf(t, admin, "").Questions[0].ID
	answered := func() (string, any) {
		send(t, admin, 200, http.MethodPost, question, map[string]any{"opened": true})
		return question, nil
	}
	saving := map[string]any{"name": "Apagar", "save": true, "changes": []any{map[string]any{"target": "ac-1", "action": "off_hours"}}}
	scenario := made("/api/simulaciones", saving)
	visit := map[string]any{"sala": "Sala de Juegos", "consumo": 50, "dispositivos": []string{}}

	quarter := time.Now().UTC().Truncate(15 * time.Minute)
	report := func(body map[string]any, ago time.Duration) string {
		body["timestamp"] = quarter.Add(-ago).Format(time.RFC3339)
		return send(t, admin, 201, http.MethodPost, "/consumo", body).Header.Get("Location")
	}
	reading := report(map[string]any{"device_id": "tv-1", "kwh": 0.1, "interval_s": 900}, 4*time.Hour)
	report(map[string]any{"device_id": "d0", "register_kwh": 100}, 45*time.Minute)
	wild := report(map[string]any{"device_id": "d0", "register_kwh": 90_100}, 30*time.Minute)
	report(map[string]any{"device_id": "d0", "register_kwh": 90_101}, 15*time.Minute)

	key := gateway(t, admin, map[string]any{"name": "Pasarela", "space_id": campus.Room}).Key
	for _, node := range []string{"lab", "otro"} {
		form(t, admin, 200, "/input/post", url.Values{"node": {node}, "fulljson": {`{"kwh":10}`}, "apikey": {key}})
	}
	var keys struct{ Items []struct{ ID string } }
	require.NoError(t, send(t, admin, 200, http.MethodGet, "/auth/claves", nil).JSON(&keys))
	user := func(email string) string {
		return made("/auth/usuarios", map[string]any{"email": email, "password": password, "role": "viewer"})
	}
	forgetful := user("olvida@usc.edu.co")
	var link struct{ Token string }
	require.NoError(t, send(t, admin, 201, http.MethodPost, "/auth/usuarios/"+forgetful+"/enlace", nil).JSON(&link))
	user("va@usc.edu.co")
	leaver := enter(t, admin, "va@usc.edu.co", password)
	nobody := &program.Client{URL: admin.URL, HTTP: admin.HTTP}
	credentials := map[string]any{"email": "va@usc.edu.co", "password": password}

	return []change{
		{"POST /api/espacios", "/api/espacios", map[string]any{"name": "Bloque", "kind": "building", "parent_id": campus.Site}, 201, nil, nil},
		{"PATCH /api/espacios/{id}", "/api/espacios/" + campus.Room, map[string]any{"name": "Otra sala"}, 200, nil, nil},
		{"POST /api/dispositivos", "/api/dispositivos", map[string]any{"id": "nuevo", "kind": "tv", "space_id": campus.Room}, 201, nil, nil},
		{"PATCH /api/dispositivos/{id}", "/api/dispositivos/tv-1", map[string]any{"name": "Televisor"}, 200, nil, nil},
		{"DELETE /api/dispositivos/{id}", "/api/dispositivos/" + made("/api/dispositivos", map[string]any{"id": "viejo", "kind": "tv", "space_id": campus.Room}), nil, 204, nil, nil},
		{"DELETE /api/espacios/{id}", "/api/espacios/" + made("/api/espacios", map[string]any{"name": "Vacío", "kind": "room", "parent_id": campus.Site}), nil, 204, nil, nil},
		{"POST /api/calendarios", "/api/calendarios", calendar, 201, nil, nil},
		{"PATCH /api/calendarios/{id}", "/api/calendarios/" + entry, map[string]any{"name": "Otro horario"}, 200, nil, nil},
		{"DELETE /api/calendarios/{id}", "/api/calendarios/" + entry, nil, 204, nil, nil},
		{"POST /api/tarifas", "/api/tarifas", tariff("2021-01-01"), 201, nil, nil},
		{"PATCH /api/tarifas/{id}", "/api/tarifas/" + price, map[string]any{"price_per_kwh": 710}, 200, nil, nil},
		{"DELETE /api/tarifas/{id}", "/api/tarifas/" + price, nil, 204, nil, nil},
		{"PUT /consumo/{device_id}/{timestamp}", reading, map[string]any{"kwh": 0.2, "reason": "leído mal"}, 200, nil, nil},
		{"DELETE /consumo/{device_id}/{timestamp}", reading + "?reason=otro", nil, 200, nil, nil},
		{"POST /api/consumo/cuarentena/{device_id}/{timestamp}", "/api/consumo/cuarentena" + strings.TrimPrefix(wild, "/consumo"), map[string]any{"ruling": "count", "reason": "sí"}, 200, nil, nil},
		{"POST /api/dispositivos/nuevos", "/api/dispositivos/nuevos", map[string]any{"address": "emon/lab/kwh", "id": "lab", "kind": "meter", "space_id": campus.Room}, 201, nil, nil},
		{"DELETE /api/dispositivos/nuevos", "/api/dispositivos/nuevos?address=" + url.QueryEscape("emon/otro/kwh"), nil, 204, nil, nil},
		{"POST /api/recomendaciones/{id}/estado", "/api/recomendaciones/" + advice + "/estado", map[string]any{"status": "accepted"}, 200, nil, nil},
		{"POST /api/recomendaciones/preguntas/{id}", question, map[string]any{"opened": false}, 200, nil, nil},
		{"DELETE /api/recomendaciones/preguntas/{id}", "", nil, 204, nil, answered},
		{"POST /api/recomendaciones/recomendar", "/api/recomendaciones/recomendar", visit, 200, nil, nil},
		{"POST /api/recomendaciones/recomendar/pdf", "/api/recomendaciones/recomendar/pdf", visit, 200, nil, nil},
		{"POST /api/simulaciones", "/api/simulaciones", saving, 201, nil, nil},
		{"POST /api/simulaciones/{id}/inicio", "/api/simulaciones/" + scenario + "/inicio", map[string]any{"hours_per_second": 1}, 202, nil, nil},
		{"POST /api/simulaciones/{id}/fin", "/api/simulaciones/" + scenario + "/fin", nil, 204, nil, nil},
		{"DELETE /api/simulaciones/{id}", "/api/simulaciones/" + scenario, nil, 204, nil, nil},
		{"POST /api/trabajos", "/api/trabajos", nil, 202, nil, nil},

		{"POST /auth/usuarios", "/auth/usuarios", map[string]any{"email": "nueva@usc.edu.co", "password": password}, 201, nil, nil},
		{invitationRoute, "/auth/usuarios", map[string]any{"email": "invitada@usc.edu.co"}, 201, nil, nil},
		{"PATCH /auth/usuarios/{id}", "/auth/usuarios/" + forgetful, map[string]any{"role": "manager"}, 200, nil, nil},
		{"POST /auth/usuarios/{id}/enlace", "/auth/usuarios/" + user("otra@usc.edu.co") + "/enlace", nil, 201, nil, nil},
		{"POST /auth/restablecer", "/auth/restablecer", map[string]any{"token": link.Token, "new": "otra-frase-larga-8"}, 204, nobody, nil},
		{"DELETE /auth/usuarios/{id}", "/auth/usuarios/" + user("sale@usc.edu.co"), nil, 204, nil, nil},
		{"POST /auth/claves", "/auth/claves", map[string]any{"name": "Otra", "space_id": campus.Room}, 201, nil, nil},
		{"PATCH /auth/claves/{id}", "/auth/claves/" + keys.Items[0].ID, map[string]any{"name": "Otra más", "expires_at": "2040-01-01T00:00:00Z"}, 200, nil, nil},
		{"DELETE /auth/claves/{id}", "/auth/claves/" + keys.Items[0].ID, nil, 204, nil, nil},
		{"POST /auth/login", "/auth/login", credentials, 200, nobody, nil},
		{"POST /login", "/login", credentials, 200, nobody, nil},
		{"POST /auth/logout", "/auth/logout", nil, 204, leaver, nil},
		{"PUT /auth/password", "/auth/password", map[string]any{"current": password, "new": "otra-frase-larga-9"}, 204, enter(t, admin, "va@usc.edu.co", password), nil},
	}
}

// signOnChanges are calls by which users come from the university's login, and are unlinked from it.
func signOnChanges(t *testing.T, u *university, server *program.Server, admin *program.Client) []change {
	t.Helper()
	luis := personOf(t, "b-no-email-verified.json").with(person{"email_verified": true})
	_, linked := newBrowser(t, server).signOn(u, luis)
	browser := newBrowser(t, server)
	page := &program.Client{URL: server.URL, HTTP: browser.client}
	comers := 0
	comeBack := func() (string, any) {
		comers++
		u.QueueUser(luis.with(person{"sub": fmt.Sprint("u-new", comers), "email": fmt.Sprintf("nueva%d@example.edu", comers)}))
		back, err := url.Parse(browser.visit())
		require.NoError(t, err)
		return back.Path + "?" + back.RawQuery, nil
	}
	exchange := func() (string, any) {
		u.QueueUser(luis.with(person{"sub": "u-known", "email": "conocida@example.edu"}))
		_, fragment := browser.comeBack(browser.visit())
		return "/auth/oidc/canje", map[string]any{"code": fragment.Get("signon_code")}
	}
	return []change{
		{"GET /auth/oidc/callback", "", nil, 303, page, comeBack},
		{"POST /auth/oidc/canje", "", nil, 200, page, exchange},
		{"DELETE /auth/usuarios/{id}/vinculo", "/auth/usuarios/" + linked.User.ID + "/vinculo", nil, 204, nil, nil},
	}
}

// openSQL opens the database beside the program.
func openSQL(t *testing.T, databaseURL string) *sql.DB {
	t.Helper()
	driver, source := "pgx", databaseURL
	if path, isSQLite := strings.CutPrefix(databaseURL, "sqlite://"); isSQLite {
		driver, source = "sqlite", "file:"+path+"?_pragma=busy_timeout(10000)"
	}
	db, err := sql.Open(driver, source)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	return db
}

func isPostgres(db *sql.DB) bool { return strings.Contains(fmt.Sprintf("%T", db.Driver()), "stdlib") }

// breakAudit makes every write to the audit fail, until mend.
func breakAudit(t *testing.T, db *sql.DB) (mend func()) {
	t.Helper()
	run := func(statements ...string) {
		for _, s := range statements {
			_, err := db.Exec(s)
			require.NoError(t, err, s)
		}
	}
	if isPostgres(db) {
		run("ALTER TABLE auth_audit ADD CONSTRAINT away CHECK (false) NOT VALID")
		return func() { run("ALTER TABLE auth_audit DROP CONSTRAINT away") }
	}
	run("CREATE TRIGGER away BEFORE INSERT ON auth_audit BEGIN SELECT raise(abort, 'away'); END")
	return func() { run("DROP TRIGGER away") }
}

// quiet waits until what arrived is booked.
func quiet(t *testing.T, db *sql.DB) {
	t.Helper()
	if !isPostgres(db) {
		return
	}
	require.Eventually(t, func() bool {
		var left int
		require.NoError(t, db.QueryRow("SELECT count(*) FROM energy_journal").Scan(&left))
		return left == 0
	}, eventuallyFor, 50*time.Millisecond)
}

// ofBackground are tables that change without a request: the times of devices' last messages, login attempts, and what the background
// deleted or checked.
var ofBackground = []string{"energy_vitals", "auth_throttle", "energy_forgotten", "energy_book_checks"}

// contents sums up each table by its name, without those of the background.
func contents(t *testing.T, db *sql.DB) map[string]string {
	t.Helper()
	query := "SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE '%\\_%' ESCAPE '\\' AND name NOT LIKE 'sqlite%'"
	if isPostgres(db) {
		query = "SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema() AND table_type = 'BASE TABLE'"
	}
	var tables []string
	eachRow(t, db, query, func(row string) { tables = append(tables, row) })
	require.Greater(t, len(tables), 20)
	all := make(map[string]string)
	for _, table := range tables {
		if slices.Contains(ofBackground, table) {
			continue
		}
		var rows []string
		eachRow(t, db, "SELECT * FROM "+table, func(row string) { rows = append(rows, row) })
		slices.Sort(rows)
		all[table] = fmt.Sprintf("%d rows %x", len(rows), sha256.Sum256([]byte(strings.Join(rows, "\n"))))
	}
	return all
}

// differing are the tables with different contents.
func differing(before, after map[string]string) (tables []string) {
	for table := range after {
		if before[table] != after[table] {
			tables = append(tables, table)
		}
	}
	return tables
}

// eachRow returns the rows of a query as text.
func eachRow(t *testing.T, db *sql.DB, query string, do func(row string)) {
	t.Helper()
	rows, err := db.Query(query)
	require.NoError(t, err)
	defer func() { require.NoError(t, rows.Close()) }()
	columns, err := rows.Columns()
	require.NoError(t, err)
	cells := make([]any, len(columns))
	for i := range cells {
		cells[i] = new(sql.NullString)
	}
	for rows.Next() {
		require.NoError(t, rows.Scan(cells...))
		texts := make([]string, len(cells))
		for i, cell := range cells {
			texts[i] = cell.(*sql.NullString).String
		}
		do(strings.Join(texts, "\t"))
	}
	require.NoError(t, rows.Err())
}

// auditEntry is a line of the audit.
type auditEntry struct {
	Actor, Action, Target, Detail string
	RequestID                     string `json:"request_id"`
}

// auditOf reads the audit, newest first; query picks a part of it.
func auditOf(t *testing.T, admin *program.Client, query string) []auditEntry {
	t.Helper()
	var all []auditEntry
	for cursor := ""; ; {
		var page struct {
			Items []auditEntry
			Next  *string
		}
		require.NoError(t, send(t, admin, 200, http.MethodGet, "/auth/auditoria?limit=1000&"+query+cursor, nil).JSON(&page))
		all = append(all, page.Items...)
		if page.Next == nil {
			return all
		}
		cursor = "&cursor=" + *page.Next
	}
}

// TestRefusedTriesOfKnownCallersAreKept rejects a viewer while unknown callers flood the server: each of the viewer's tries has an entry;
// those of unknown callers are few and counted.
func TestRefusedTriesOfKnownCallersAreKept(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, databaseURL string) {
		server := start(t, databaseURL)
		admin := login(t, server)
		viewer := newUser(t, admin, "viewer", "")
		nobody := &program.Client{URL: admin.URL, HTTP: admin.HTTP}
		const strangers, tries = 1000, 40
		var wait sync.WaitGroup
		for range 4 {
			wait.Go(func() {
				for range strangers / 4 {
					if answer, err := nobody.Send(http.MethodDelete, "/api/espacios/sp_x", nil); err != nil || answer.Status != 401 {
						t.Errorf("%d %v", answer.Status, err)
					}
				}
			})
		}
		for range tries {
			send(t, viewer, 403, http.MethodDelete, "/api/espacios/sp_x", nil)
		}
		wait.Wait()
		send(t, nobody, 401, http.MethodPost, "/auth/login", map[string]any{"email": "x@usc.edu.co", "password": "no lo sé"})

		var me struct{ ID string }
		require.NoError(t, send(t, viewer, 200, http.MethodGet, "/auth/me", nil).JSON(&me))
		seen := make(map[auditEntry]int)
		for _, e := range auditOf(t, admin, "") {
			e.RequestID = ""
			seen[e]++
		}
		require.Equal(t, tries, seen[auditEntry{Actor: me.ID, Action: "DELETE /api/espacios/{id}", Target: "/api/espacios/sp_x", Detail: "403"}])
		flood := seen[auditEntry{Action: "DELETE /api/espacios/{id}", Target: "/api/espacios/sp_x", Detail: "401"}]
		require.GreaterOrEqual(t, flood, 60)
		require.Less(t, flood, strangers/2, "strangers' are bounded")
		require.Equal(t, 1, seen[auditEntry{Action: "login.refused", Target: "x@usc.edu.co"}], "refused logins have a bound of their own")

		require.NoError(t, server.Stop(), "it counts what it left out as it ends")
		left := 0
		for _, e := range auditOf(t, login(t, start(t, databaseURL)), "action=refusals.left_out") {
			require.Equal(t, []string{"", "request"}, []string{e.Actor, e.Target})
			var n int
			_, err := fmt.Sscan(e.Detail, &n)
			require.NoError(t, err)
			left += n
		}
		require.Equal(t, strangers, flood+left)
	})
}

// TestPublicRoutesNoteTheirRefusals finds the rejected callers of a route that checks keys itself.
func TestPublicRoutesNoteTheirRefusals(t *testing.T) {
	each(t, func(t *testing.T, databaseURL string) {
		admin := login(t, start(t, databaseURL))
		nobody := &program.Client{URL: admin.URL, HTTP: admin.HTTP}
		form(t, admin, 401, "/input/bulk", url.Values{"data": {"[]"}, "apikey": {"htk_nada"}})
		send(t, nobody, 401, http.MethodGet, "/input/post?node=a&csv=1&apikey=htk_nada", nil)
		send(t, nobody, 401, http.MethodPost, "/auth/refresh", map[string]any{"refresh_token": "htr_nada"})
		send(t, nobody, 401, http.MethodPost, "/auth/restablecer", map[string]any{"token": "htp_nada", "new": "otra-frase-larga-8"})
		send(t, nobody, 401, http.MethodPost, "/auth/login", map[string]any{"email": "x@usc.edu.co", "password": "no lo sé"})
		var actions []string
		for _, e := range auditOf(t, admin, "") {
			require.NotContains(t, fmt.Sprint(e), "_nada", "no secret is kept")
			actions = append(actions, e.Action)
		}
		require.Equal(t, []string{"login.refused", "POST /auth/restablecer", "POST /auth/refresh", "GET /input/post", "POST /input/bulk", "login"}, actions)
	})
}

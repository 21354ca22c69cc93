package blackbox

import (
	"database/sql"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/test/program"
)

// TestModulesAsServices runs the modules in processes of their own behind the edge, and walks through what must hold of them.
func TestModulesAsServices(t *testing.T) {
	t.Parallel()
	d := divide(t)
	admin := loginAt(t, d.edge)
	campus, err := admin.MakeCampus(3)
	require.NoError(t, err)
	t.Run("the main job", func(t *testing.T) { d.mainJob(t, admin, campus) })
	t.Run("each process is of its module", func(t *testing.T) { d.requireOwn(t, admin) })
	t.Run("tokens of processes and of users", func(t *testing.T) { d.requireTokensApart(t, admin) })
	t.Run("events of one module reach readers at another", func(t *testing.T) { d.requireEvents(t, admin, campus) })
	t.Run("the audit is one", func(t *testing.T) { d.requireAudit(t, admin, campus) })
	t.Run("what changed at auth is known elsewhere", func(t *testing.T) { d.requireRightsKnown(t, admin) })
	t.Run("killed in turn", func(t *testing.T) { d.killInTurn(t, admin, campus) })
	t.Run("restarted in turn", func(t *testing.T) { d.restartInTurn(t, admin, campus) })
	t.Run("what is away", func(t *testing.T) { d.requireDegraded(t, admin, campus) })
}

func loginAt(t *testing.T, url string) *program.Client {
	t.Helper()
	client, err := program.Login(url)
	require.NoError(t, err)
	return client
}

// mainJob sends readings and reads them, the advice and a report.
func (d *division) mainJob(t *testing.T, c *program.Client, campus program.Campus) {
	t.Helper()
	for i := range 4 {
		at := time.Now().UTC().Truncate(time.Hour).Add(-time.Duration(i+1) * time.Hour).Format(time.RFC3339)
		send(t, c, 201, http.MethodPost, "/consumo", map[string]any{"device_id": campus.Devices[0], "kwh": 0.25, "interval_s": 900, "timestamp": at})
	}
	var key struct{ ID, Key string }
	require.NoError(t, send(t, c, 201, http.MethodPost, "/auth/claves", map[string]any{"name": "medidor", "device_ids": campus.Devices[:1]}).JSON(&key))
	device := *c
	device.Token, device.Key = "", key.Key
	at := time.Now().UTC().Truncate(time.Hour).Add(-10 * time.Hour).Format(time.RFC3339)
	send(t, &device, 201, http.MethodPost, "/consumo", map[string]any{"device_id": campus.Devices[0], "kwh": 1, "interval_s": 900, "timestamp": at})
	send(t, &device, 400, http.MethodPost, "/consumo", map[string]any{"device_id": campus.Devices[1], "kwh": 1, "interval_s": 900, "timestamp": at})
	for _, path := range []string{
		"/api/recomendaciones", "/api/gemelo", "/api/consumo/resumen?level=site&id=" + campus.Site, "/auth/me", "/auth/claves", "/api/anomalias?space_id=" + campus.Site,
		"/api/espacios/" + campus.Site + "/comparacion", "/", "/docs", "/openapi.json",
	} {
		send(t, c, 200, http.MethodGet, path, nil)
	}
	requireTotalOf(t, c, campus.Site, 2)
}

// requireTotalOf waits until the total of a space is so many kWh.
func requireTotalOf(t *testing.T, c *program.Client, space string, kwh float64) {
	t.Helper()
	from, to := time.Now().Add(-48*time.Hour).UTC().Format(time.RFC3339), time.Now().Add(time.Hour).UTC().Format(time.RFC3339)
	var series struct {
		Items []struct {
			KWh float64 `json:"kwh"`
		}
	}
	require.NoError(t, send(t, c, 200, http.MethodGet, "/api/consumo/serie?bucket=day&level=site&id="+space+"&from="+from+"&to="+to, nil).JSON(&series))
	total := 0.0
	for _, item := range series.Items {
		total += item.KWh
	}
	require.InDelta(t, kwh, total, 1e-9)
}

// requireOwn checks that a process has the routes, the document and the tables of its module alone.
func (d *division) requireOwn(t *testing.T, admin *program.Client) {
	t.Helper()
	paths := map[string]string{"auth": "/auth/me", "energy": "/api/gemelo", "advice": "/api/recomendaciones"}
	for _, name := range processes {
		own := moduleOf(name)
		c := d.direct(name, admin)
		for module, path := range paths {
			want := 404
			if module == own {
				want = 200
			}
			send(t, c, want, http.MethodGet, path, nil)
			document := string(send(t, c, 200, http.MethodGet, "/openapi.json", nil).Body)
			require.Equal(t, module == own, strings.Contains(document, `"`+path+`"`), "%s %s", name, path)
		}
		for _, page := range []string{"/", "/docs"} {
			require.Equal(t, own == "energy", mustSend(t, c, http.MethodGet, page, nil).Status == 200, "%s %s", name, page)
		}
	}
	for module, address := range d.databases {
		db, err := sql.Open("pgx", address)
		require.NoError(t, err)
		rows, err := db.Query("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
		require.NoError(t, err)
		for rows.Next() {
			var table string
			require.NoError(t, rows.Scan(&table))
			for other := range paths {
				require.False(t, other != module && strings.HasPrefix(table, other+"_"), "%s has %s", module, table)
			}
		}
		require.NoError(t, rows.Err())
		require.NoError(t, db.Close())
	}
}

// requireTokensApart checks that a user's token opens no call between processes, and that the edge passes none on.
func (d *division) requireTokensApart(t *testing.T, admin *program.Client) {
	t.Helper()
	for _, name := range processes {
		send(t, d.direct(name, admin), 401, http.MethodPost, "/interno/"+moduleOf(name)+"/tree", nil)
	}
	for _, path := range []string{"/interno/energy/tree", "/%69nterno/energy/tree", "/api/../interno/energy/tree", "/metrics"} {
		answer, err := admin.Send(http.MethodPost, path, nil)
		require.NoError(t, err)
		require.Equal(t, 404, answer.Status, path)
	}
}

// requireEvents plays a scenario at advice, and waits for its events in a stream that energy serves.
func (d *division) requireEvents(t *testing.T, admin *program.Client, campus program.Campus) {
	t.Helper()
	stream, err := admin.Follow("/api/eventos", "")
	require.NoError(t, err)
	defer stream.Close()
	var made struct{ ID string }
	require.NoError(t, send(t, admin, 201, http.MethodPost, "/api/simulaciones", map[string]any{
		"name": "Luces", "save": true, "space_id": campus.Site, "changes": []map[string]any{{"target": campus.Devices[0], "action": "off_hours"}},
	}).JSON(&made))
	send(t, admin, 202, http.MethodPost, "/api/simulaciones/"+made.ID+"/inicio", map[string]any{})
	for {
		e, err := stream.Next(eventuallyFor)
		require.NoError(t, err)
		if strings.HasPrefix(e.Kind, "simul") {
			return
		}
	}
}

// requireAudit waits until a change at energy stands in the audit that auth lists.
func (d *division) requireAudit(t *testing.T, admin *program.Client, campus program.Campus) {
	t.Helper()
	answer, err := admin.Send(http.MethodPatch, "/api/espacios/"+campus.Room, map[string]any{"name": "Sala de la auditoría"})
	require.NoError(t, err)
	require.Equal(t, 200, answer.Status, string(answer.Body))
	id := answer.Header.Get("X-Request-Id")
	eventually(t, "the change is in the audit", func() bool {
		return strings.Contains(string(send(t, admin, 200, http.MethodGet, "/auth/auditoria?limit=100", nil).Body), id)
	})
}

// requireRightsKnown checks that a lost session, another role and an ended key are known to each process, also to one that was
// started again, and also while auth is away.
func (d *division) requireRightsKnown(t *testing.T, admin *program.Client) {
	t.Helper()
	user := map[string]any{"email": "jefe@usc.edu.co", "password": "otra-clave-larga-de-prueba", "role": "manager"}
	var made struct{ ID string }
	require.NoError(t, send(t, admin, 201, http.MethodPost, "/auth/usuarios", user).JSON(&made))
	session := func() *program.Client {
		var granted struct {
			AccessToken string `json:"access_token"`
		}
		c := &program.Client{URL: d.edge, HTTP: admin.HTTP}
		require.NoError(t, send(t, c, 200, http.MethodPost, "/auth/login", map[string]any{"email": user["email"], "password": user["password"]}).JSON(&granted))
		c.Token = granted.AccessToken
		return c
	}
	gone, stays := session(), session()
	everywhereIs := func(what string, c *program.Client, method, path string, body any, status int) {
		for _, name := range []string{"energy-1", "energy-2"} {
			eventually(t, what+" at "+name, func() bool {
				answer, err := d.direct(name, c).Send(method, path, body)
				return err == nil && answer.Status == status
			})
		}
	}
	tariff := map[string]any{} // refused by its fields where the role may make one
	everywhereIs("a manager may enter a tariff", stays, http.MethodPost, "/api/tarifas", tariff, 400)
	send(t, gone, 204, http.MethodPost, "/auth/logout", nil)
	send(t, admin, 200, http.MethodPatch, "/auth/usuarios/"+made.ID, map[string]any{"role": "viewer"})
	everywhereIs("the session has ended", gone, http.MethodGet, "/api/gemelo", nil, 401)
	everywhereIs("a viewer may not", stays, http.MethodPost, "/api/tarifas", tariff, 403)

	require.NoError(t, d.running["auth"].Kill())
	require.NoError(t, d.running["energy-1"].Kill())
	d.start(t, "energy-1")
	everywhereIs("the session has ended, without auth", gone, http.MethodGet, "/api/gemelo", nil, 401)
	everywhereIs("a viewer may not, without auth", stays, http.MethodPost, "/api/tarifas", tariff, 403)
	everywhereIs("tokens that were given go on, without auth", stays, http.MethodGet, "/api/gemelo", nil, 200)
	everywhereIs("the administrator's too", admin, http.MethodGet, "/api/gemelo", nil, 200)
	requireUnavailable(t, mustSend(t, &program.Client{URL: d.edge, HTTP: admin.HTTP}, http.MethodPost, "/auth/login", user), "a login")
	d.start(t, "auth")
	eventually(t, "the edge finds auth again", func() bool {
		return mustSend(t, admin, http.MethodDelete, "/auth/usuarios/"+made.ID, nil).Status == 204
	})
	everywhereIs("the user is gone", stays, http.MethodGet, "/api/gemelo", nil, 401)
}

func mustSend(t *testing.T, c *program.Client, method, path string, body any) program.Answer {
	t.Helper()
	answer, err := c.Send(method, path, body)
	require.NoError(t, err)
	return answer
}

// load sends readings through the edge until it is stopped, and keeps which were acknowledged and how other requests were answered.
type load struct {
	mu           sync.Mutex
	acknowledged map[string]bool
	refused      map[string]int
	count        atomic.Int64
	end          chan struct{}
	running      sync.WaitGroup
}

func (d *division) load(t *testing.T, admin *program.Client, campus program.Campus, from time.Time) *load {
	t.Helper()
	l := &load{acknowledged: make(map[string]bool), refused: make(map[string]int), end: make(chan struct{})}
	for _, device := range campus.Devices {
		l.running.Go(func() { l.write(admin, device, from) })
	}
	for _, path := range wellAgain {
		l.running.Go(func() { l.read(admin, path) })
	}
	return l
}

// write sends readings of a second each, one after the other; each again until it is acknowledged.
func (l *load) write(c *program.Client, device string, at time.Time) {
	for {
		select {
		case <-l.end:
			return
		case <-time.After(10 * time.Millisecond):
		}
		stamp := at.Format(time.RFC3339)
		answer, err := c.Send(http.MethodPost, "/consumo", map[string]any{"device_id": device, "kwh": 0.001, "interval_s": 1, "timestamp": stamp})
		if err == nil && (answer.Status == 201 || answer.Status == 200) {
			l.mu.Lock()
			l.acknowledged[device+" "+stamp] = true
			l.mu.Unlock()
			l.count.Add(1)
			at = at.Add(time.Second)
			continue
		}
		l.mu.Lock()
		l.refused[fmt.Sprint(answer.Status, err)]++
		l.mu.Unlock()
	}
}

// read asks again and again. While a module's only process is away, 503 is an answer too.
func (l *load) read(c *program.Client, path string) {
	for {
		select {
		case <-l.end:
			return
		case <-time.After(20 * time.Millisecond):
		}
		if answer, err := c.Send(http.MethodGet, path, nil); err != nil || answer.Status != 200 && answer.Status != 503 {
			l.mu.Lock()
			l.refused[fmt.Sprint(path, answer.Status, err)]++
			l.mu.Unlock()
		}
	}
}

func (l *load) goesOn(t *testing.T, what string) {
	t.Helper()
	sofar := l.count.Load()
	eventually(t, "readings come in: "+what, func() bool { return l.count.Load() > sofar+30 })
}

// stop ends the load. Each reading that was acknowledged must be stored once.
func (l *load) stop(t *testing.T, c *program.Client) {
	t.Helper()
	close(l.end)
	l.running.Wait()
	stored := storedReadings(t, c)
	for key := range l.acknowledged {
		require.Equal(t, 1, stored[key], key)
	}
}

// wellAgain is what each module answers.
var wellAgain = map[string]string{"auth": "/auth/me", "energy": "/api/gemelo", "advice": "/api/recomendaciones"}

// killInTurn kills each process under load: the other modules go on, all is well after it was started, nothing acknowledged is lost.
func (d *division) killInTurn(t *testing.T, admin *program.Client, campus program.Campus) {
	t.Helper()
	l := d.load(t, admin, campus, time.Now().UTC().Truncate(time.Second).Add(-60*time.Hour)) // before what the main job sent
	l.goesOn(t, "at first")
	for _, name := range processes {
		require.NoError(t, d.running[name].Kill())
		l.goesOn(t, name+" was killed")
		for module, path := range wellAgain {
			if module != moduleOf(name) || module == "energy" {
				eventually(t, module+" answers without "+name, func() bool { return mustSend(t, admin, http.MethodGet, path, nil).Status == 200 })
			}
		}
		d.start(t, name)
		began := time.Now()
		for _, path := range wellAgain {
			eventually(t, path+" answers again", func() bool { return mustSend(t, admin, http.MethodGet, path, nil).Status == 200 })
		}
		t.Logf("all is well %v after %s was ready", time.Until(began).Abs().Round(time.Millisecond), name)
	}
	l.stop(t, admin)
}

// restartInTurn stops and starts each process under load, as an upgrade does: no request that was accepted is lost.
func (d *division) restartInTurn(t *testing.T, admin *program.Client, campus program.Campus) {
	t.Helper()
	l := d.load(t, admin, campus, time.Now().UTC().Truncate(time.Second).Add(-30*time.Hour))
	l.goesOn(t, "at first")
	for _, name := range processes {
		require.NoError(t, d.running[name].Stop())
		d.start(t, name)
		l.goesOn(t, name+" was restarted")
	}
	l.stop(t, admin)
	require.Empty(t, l.refused, "a request was not answered, or its reading was not stored")
}

// requireDegraded checks what is answered without energy, and without advice.
func (d *division) requireDegraded(t *testing.T, admin *program.Client, campus program.Campus) {
	t.Helper()
	require.NoError(t, d.running["advice"].Kill())
	send(t, admin, 200, http.MethodGet, "/api/consumo/resumen?level=site&id="+campus.Site, nil)
	requireUnavailable(t, mustSend(t, admin, http.MethodGet, "/api/recomendaciones", nil), "advice")
	d.start(t, "advice")
	eventually(t, "the edge finds advice again", func() bool { return mustSend(t, admin, http.MethodGet, "/api/recomendaciones", nil).Status == 200 })
	var key struct{ ID string }
	require.NoError(t, send(t, admin, 201, http.MethodPost, "/auth/claves", map[string]any{"name": "perdida", "device_ids": campus.Devices[:1]}).JSON(&key))
	for _, name := range []string{"energy-1", "energy-2"} {
		require.NoError(t, d.running[name].Kill())
	}
	for _, path := range []string{
		"/api/recomendaciones", "/api/recomendaciones/ahorro", "/api/anomalias?space_id=" + campus.Site, "/api/trabajos", "/api/simulaciones",
		"/api/pronostico?id=" + campus.Site, "/api/linea-base?id=" + campus.Site, "/api/reportes/mensual?month=" + time.Now().Format("2006-01") + "&space_id=" + campus.Site,
		"/api/espacios/" + campus.Site + "/comparacion", "/auth/me", "/auth/usuarios", "/auth/claves",
	} {
		answer := mustSend(t, admin, http.MethodGet, path, nil)
		t.Log(path, answer.Status)
		if answer.Status != 200 {
			requireUnavailable(t, answer, path)
		}
	}
	preview := send(t, admin, 200, http.MethodDelete, "/auth/claves/"+key.ID+"?dry_run=true", nil)
	require.Contains(t, string(preview.Body), `"devices_reporting_today":null`)
	send(t, admin, 204, http.MethodDelete, "/auth/claves/"+key.ID, nil)
}

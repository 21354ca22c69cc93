package blackbox

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/test/program"
)

// triedRemoval is the answer to a dry run.
type triedRemoval struct {
	Deletes   map[string]int
	BlockedBy []struct {
		Kind, ID, Name string
		Count          int
	} `json:"blocked_by"`
	ReplacedBy *struct {
		Name      string
		ValidFrom string `json:"valid_from"`
		Default   bool
		Hours     []struct {
			Days     []string
			From, To string
		}
	} `json:"replaced_by"`
}

// dryRunOf is the path of a dry run.
func dryRunOf(path string) string {
	if strings.Contains(path, "?") {
		return path + "&dry_run=true"
	}
	return path + "?dry_run=true"
}

func tryRemoval(t *testing.T, c *program.Client, path string) (r triedRemoval) {
	t.Helper()
	require.NoError(t, send(t, c, 200, http.MethodDelete, dryRunOf(path), nil).JSON(&r))
	require.NotNil(t, r.BlockedBy)
	return r
}

// TestADryRunChangesNothing tries every removal, compares the whole database before and after, and then removes.
func TestADryRunChangesNothing(t *testing.T) {
	each(t, func(t *testing.T, databaseURL string) {
		admin := login(t, start(t, databaseURL))
		changes := changesOf(t, admin)
		db := openSQL(t, databaseURL)
		quiet(t, db)
		viewer := newUser(t, admin, "viewer", "")
		want := map[string]map[string]int{
			"DELETE /api/espacios/{id}": {"space": 1}, "DELETE /api/dispositivos/{id}": {"device": 1}, "DELETE /api/tarifas/{id}": {"tariff": 1},
			"DELETE /api/calendarios/{id}": {"calendar": 1}, "DELETE /consumo/{device_id}/{timestamp}": {"reading": 1}, "DELETE /api/dispositivos/nuevos": {"newcomer": 1},
			"DELETE /api/simulaciones/{id}": {"simulation": 1}, "DELETE /api/recomendaciones/preguntas/{id}": {"answer": 1},
		}
		for _, c := range changes {
			if !strings.HasPrefix(c.route, "DELETE /") || strings.HasPrefix(c.route, "DELETE /auth/") {
				continue
			}
			c = c.prepared()
			before := contents(t, db)
			r := tryRemoval(t, admin, c.path)
			require.Empty(t, differing(before, contents(t, db)), c.route)
			require.Empty(t, r.BlockedBy, c.route)
			send(t, viewer, 403, http.MethodDelete, dryRunOf(c.path), nil)
			entries := calendarEntries(t, admin)
			send(t, admin, c.status, http.MethodDelete, c.path, nil)
			if gone := entries - calendarEntries(t, admin); gone > 0 {
				want[c.route]["calendar"] = gone // an answer takes as many along as the days that it opened
			}
			require.Equal(t, want[c.route], r.Deletes, c.route)
			delete(want, c.route)
		}
		require.Empty(t, want)
		for route := range access {
			if strings.HasPrefix(route, "DELETE /") && !strings.HasPrefix(route, "DELETE /auth/") && route != "DELETE /api/dispositivos/nuevos" {
				path := strings.NewReplacer("{id}", "nada", "{device_id}", "nada", "{timestamp}", "2026-01-01T00:00:00Z").Replace(strings.TrimPrefix(route, "DELETE "))
				send(t, admin, 404, http.MethodDelete, dryRunOf(path), nil)
			}
		}
		send(t, admin, 404, http.MethodDelete, "/api/dispositivos/nuevos?address=nada&dry_run=true", nil)
		send(t, admin, 400, http.MethodDelete, "/api/tarifas/nada?dry_run=quizás", nil)
		send(t, admin, 400, http.MethodPost, "/api/espacios?dry_run=true", map[string]any{"name": "x", "kind": "site"})
	})
}

// calendarEntries counts the entries of the calendar.
func calendarEntries(t *testing.T, c *program.Client) int {
	t.Helper()
	var list struct{ Items []struct{} }
	require.NoError(t, send(t, c, 200, http.MethodGet, "/api/calendarios?limit=1000", nil).JSON(&list))
	return len(list.Items)
}

// TestADryRunSaysWhatDepends tries the removal of spaces and devices that others depend on: it lists what the refusal lists.
func TestADryRunSaysWhatDepends(t *testing.T) {
	each(t, func(t *testing.T, databaseURL string) {
		admin := login(t, start(t, databaseURL))
		c := makeTwoBuildings(t, admin)
		send(t, admin, 201, http.MethodPost, "/auth/usuarios", map[string]any{"email": "ana@usc.edu.co", "password": password, "role": "viewer", "space_id": c.roomA})
		send(t, admin, 201, http.MethodPost, "/auth/claves", map[string]any{"name": "Pasarela", "device_ids": []string{"da"}})
		send(t, admin, 201, http.MethodPost, "/api/dispositivos", map[string]any{"id": "detras", "name": "Enchufe", "kind": "tv", "space_id": c.roomA, "parent_id": "da"})
		send(t, admin, 201, http.MethodPost, "/consumo", map[string]any{"device_id": "da", "kwh": 0.5})
		send(t, admin, 201, http.MethodPost, "/api/tarifas", map[string]any{"space_id": c.a, "name": "A", "valid_from": "2020-01-01", "price_per_kwh": 1})
		send(t, admin, 201, http.MethodPost, "/ambiente", map[string]any{"space_id": c.a, "temperature_c": 21})
		send(t, admin, 201, http.MethodPost, "/api/dispositivos/da/estado", map[string]any{"state": "on"})

		same := func(by *program.Client, path string) triedRemoval {
			t.Helper()
			tried := tryRemoval(t, by, path)
			var refused struct {
				BlockedBy any `json:"blocked_by"`
			}
			require.NoError(t, send(t, by, 409, http.MethodDelete, path, nil).JSON(&refused))
			var again struct {
				BlockedBy any `json:"blocked_by"`
			}
			require.NoError(t, send(t, by, 200, http.MethodDelete, path+"?dry_run=true", nil).JSON(&again))
			require.Equal(t, refused.BlockedBy, again.BlockedBy)
			return tried
		}
		r := same(admin, "/api/espacios/"+c.a)
		require.Equal(t, map[string]int{"space": 1, "tariff": 1, "ambient": 1}, r.Deletes)
		require.Len(t, r.BlockedBy, 1)
		require.Equal(t, []string{"spaces", c.roomA}, []string{r.BlockedBy[0].Kind, r.BlockedBy[0].ID})
		require.NotEmpty(t, r.BlockedBy[0].Name)

		r = same(admin, "/api/dispositivos/da")
		require.Equal(t, map[string]int{"device": 1, "state": 1}, r.Deletes)
		require.Len(t, r.BlockedBy, 3)
		require.Equal(t, []string{"devices", "detras", "Enchufe"}, []string{r.BlockedBy[0].Kind, r.BlockedBy[0].ID, r.BlockedBy[0].Name})
		require.Equal(t, []any{"readings", 0}, []any{r.BlockedBy[1].Kind, r.BlockedBy[1].Count})
		require.Equal(t, []string{"key", "Pasarela"}, []string{r.BlockedBy[2].Kind, r.BlockedBy[2].Name})

		manager := newUser(t, admin, "manager", c.a)
		r = same(manager, "/api/espacios/"+c.roomA)
		require.Equal(t, []string{"devices", "devices", "user"}, []string{r.BlockedBy[0].Kind, r.BlockedBy[1].Kind, r.BlockedBy[2].Kind})
		require.Equal(t, []any{"", 1}, []any{r.BlockedBy[2].ID, r.BlockedBy[2].Count}, "who is limited to it is for administrators")
		send(t, manager, 404, http.MethodDelete, "/api/espacios/"+c.b+"?dry_run=true", nil)
		send(t, manager, 404, http.MethodDelete, "/api/dispositivos/db?dry_run=true", nil)

		// A device that was moved out of the caller's reach is only counted.
		send(t, admin, 201, http.MethodPost, "/consumo", map[string]any{"device_id": "db", "kwh": 0.5})
		send(t, admin, 200, http.MethodPatch, "/api/dispositivos/db", map[string]any{"space_id": c.roomA})
		r = same(newUser(t, admin, "manager", c.roomB), "/api/espacios/"+c.roomB)
		require.Equal(t, []any{"devices", "", 1}, []any{r.BlockedBy[0].Kind, r.BlockedBy[0].ID, r.BlockedBy[0].Count})
	})
}

// TestADryRunSaysWhatReplacesARule tries the removal of tariffs and opening hours.
func TestADryRunSaysWhatReplacesARule(t *testing.T) {
	each(t, func(t *testing.T, databaseURL string) {
		admin := login(t, start(t, databaseURL))
		campus, err := admin.MakeCampus(1)
		require.NoError(t, err)
		tariff := func(space, name, from string) string {
			return send(t, admin, 201, http.MethodPost, "/api/tarifas", map[string]any{"space_id": space, "name": name, "valid_from": from, "price_per_kwh": 1}).Header.Get("Location")
		}
		only := tariff(campus.Site, "Sede 2020", "2020-01-01")
		r := tryRemoval(t, admin, only)
		require.True(t, r.ReplacedBy.Default)
		require.Contains(t, r.ReplacedBy.Name, "Codensa")
		newer, room, coming := tariff(campus.Site, "Sede 2022", "2022-01-01"), tariff(campus.Room, "Sala", "2021-01-01"), tariff(campus.Site, "Sede 2100", "2100-01-01")
		for path, name := range map[string]string{newer: "Sede 2020", room: "Sede 2022", coming: "Sede 2022"} {
			r = tryRemoval(t, admin, path)
			require.Equal(t, []any{name, false}, []any{r.ReplacedBy.Name, r.ReplacedBy.Default})
		}
		require.True(t, tryRemoval(t, admin, only).ReplacedBy.Default, "no tariff was before it")
		require.Equal(t, "2020-01-01", tryRemoval(t, admin, newer).ReplacedBy.ValidFrom)

		entry := func(space, name string, more map[string]any) string {
			body := map[string]any{"space_id": space, "name": name, "kind": "opening", "hours": []any{map[string]any{"days": []string{"mon"}, "from": "08:00", "to": "10:00"}}}
			for member, value := range more {
				body[member] = value
			}
			return send(t, admin, 201, http.MethodPost, "/api/calendarios", body).Header.Get("Location")
		}
		site := entry(campus.Site, "Sede", nil)
		r = tryRemoval(t, admin, site)
		require.True(t, r.ReplacedBy.Default)
		require.Len(t, r.ReplacedBy.Hours, 2, "the assumed week")
		inside := entry(campus.Room, "Sala", nil)
		r = tryRemoval(t, admin, inside)
		require.Equal(t, []any{"Sede", false, "08:00"}, []any{r.ReplacedBy.Name, r.ReplacedBy.Default, r.ReplacedBy.Hours[0].From})
		past := entry(campus.Room, "Antes", map[string]any{"from": "2020-01-01", "to": "2020-06-30"})
		require.Equal(t, "Sala", tryRemoval(t, admin, past).ReplacedBy.Name)
		today := time.Now().Format(time.DateOnly)
		closed := send(t, admin, 201, http.MethodPost, "/api/calendarios", map[string]any{"space_id": campus.Site, "name": "Cierre", "kind": "closed", "from": today, "to": today}).Header.Get("Location")
		require.Nil(t, tryRemoval(t, admin, closed).ReplacedBy)
	})
}

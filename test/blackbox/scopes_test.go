package blackbox

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/platform/database/databasetest"
	"github.com/holotwin/holotwin/test/program"
)

// twoBuildings are two buildings of one site, each with a room and a device in it.
type twoBuildings struct{ site, a, b, roomA, roomB string }

func makeTwoBuildings(t *testing.T, admin *program.Client) (c twoBuildings) {
	t.Helper()
	space := func(name, kind, parent string) string {
		var made struct{ ID string }
		body := map[string]any{"name": name, "kind": kind}
		if parent != "" {
			body["parent_id"] = parent
		}
		require.NoError(t, send(t, admin, 201, http.MethodPost, "/api/espacios", body).JSON(&made))
		return made.ID
	}
	c.site = space("Universidad", "site", "")
	c.a, c.b = space("Bloque A", "building", c.site), space("Bloque B", "building", c.site)
	c.roomA, c.roomB = space("Sala A", "room", c.a), space("Sala B", "room", c.b)
	for id, room := range map[string]string{"da": c.roomA, "db": c.roomB} {
		send(t, admin, 201, http.MethodPost, "/api/dispositivos", map[string]any{"id": id, "kind": "appliance", "space_id": room, "rated_w": 10_000})
	}
	return c
}

// TestKeysTellOfTheirSpaces lets a key of a device report for the device's room and for no other, by every way in.
func TestKeysTellOfTheirSpaces(t *testing.T) {
	address, err := program.FreeAddress()
	require.NoError(t, err)
	admin := login(t, start(t, databasetest.SQLite(t), "MQTT_LISTEN="+address))
	c := makeTwoBuildings(t, admin)
	key, building := gateway(t, admin, map[string]any{"name": "da", "device_ids": []string{"da"}}), gateway(t, admin, map[string]any{"name": "A", "space_id": c.a})
	warm := func(space string) map[string]any { return map[string]any{"space_id": space, "temperature_c": 45} }
	send(t, key, 201, http.MethodPost, "/ambiente", warm(c.roomA))
	for _, space := range []string{c.roomB, c.a, c.site, c.b, "sp_nada"} {
		require.Contains(t, string(send(t, key, 400, http.MethodPost, "/ambiente", warm(space)).Body), `"space_id"`)
		send(t, key, 400, http.MethodPost, "/ambiente/lote", []any{warm(space)})
	}
	send(t, key, 207, http.MethodPost, "/ambiente/lote", []any{warm(c.roomA), warm(c.roomB)})
	send(t, building, 201, http.MethodPost, "/ambiente", warm(c.a))
	send(t, building, 400, http.MethodPost, "/ambiente", warm(c.site))
	send(t, building, 400, http.MethodPost, "/ambiente", warm(c.roomB))

	device := dial(t, address, "da", "da", key.Key)
	require.NoError(t, device.Say("holotwin/da/ambiente", `{"space_id":"`+c.roomB+`","temperature_c":45}`))
	require.NoError(t, device.Say("holotwin/da/ambiente", `{"space_id":"`+c.site+`","temperature_c":45}`))
	require.NoError(t, device.Say("holotwin/da/ambiente", `{"temperature_c":21.5}`))
	for space, temperatures := range map[string]int{c.roomA: 3, c.a: 1, c.site: 0, c.roomB: 0} {
		var found struct{ Items []struct{} }
		require.NoError(t, send(t, admin, 200, http.MethodGet, "/api/ambiente?space_id="+space, nil).JSON(&found))
		require.Len(t, found.Items, temperatures)
	}
}

type blocked struct {
	Code      string
	BlockedBy []struct {
		Kind, ID, Name string
		Count          int
	} `json:"blocked_by"`
}

// TestWhatSomebodyIsLimitedToStays rejects the removal of a space or device that a user or key is limited to, and names them.
func TestWhatSomebodyIsLimitedToStays(t *testing.T) {
	each(t, func(t *testing.T, databaseURL string) {
		admin := login(t, start(t, databaseURL))
		c := makeTwoBuildings(t, admin)
		var room, user, ofRoom, ofDevice struct{ ID string }
		require.NoError(t, send(t, admin, 201, http.MethodPost, "/api/espacios", map[string]any{"name": "Otra", "kind": "room", "parent_id": c.a}).JSON(&room))
		person := map[string]any{"email": "ana@usc.edu.co", "password": password, "role": "viewer", "space_id": room.ID}
		require.NoError(t, send(t, admin, 201, http.MethodPost, "/auth/usuarios", person).JSON(&user))
		require.NoError(t, send(t, admin, 201, http.MethodPost, "/auth/claves", map[string]any{"name": "Pasarela", "space_id": room.ID}).JSON(&ofRoom))
		require.NoError(t, send(t, admin, 201, http.MethodPost, "/auth/claves", map[string]any{"name": "da y db", "device_ids": []string{"da", "db"}}).JSON(&ofDevice))
		refused := func(by *program.Client, path string) (b blocked) {
			require.NoError(t, send(t, by, 409, http.MethodDelete, path, nil).JSON(&b))
			require.Equal(t, "in_use", b.Code)
			return b
		}
		b := refused(admin, "/api/espacios/"+room.ID)
		require.Len(t, b.BlockedBy, 2)
		require.Equal(t, []string{"user", user.ID, "ana@usc.edu.co"}, []string{b.BlockedBy[0].Kind, b.BlockedBy[0].ID, b.BlockedBy[0].Name})
		require.Equal(t, []string{"key", ofRoom.ID, "Pasarela"}, []string{b.BlockedBy[1].Kind, b.BlockedBy[1].ID, b.BlockedBy[1].Name})
		require.Equal(t, ofDevice.ID, refused(admin, "/api/dispositivos/da").BlockedBy[0].ID)
		require.Equal(t, "spaces", refused(admin, "/api/espacios/"+c.a).BlockedBy[0].Kind, "with what is in it nothing goes at all")
		// A caller who manages no users sees how many, not who.
		b = refused(newUser(t, admin, "manager", c.a), "/api/espacios/"+room.ID)
		for _, one := range b.BlockedBy {
			require.Equal(t, []any{"", "", 1}, []any{one.ID, one.Name, one.Count})
		}
		send(t, admin, 204, http.MethodDelete, "/auth/claves/"+ofRoom.ID, nil)
		send(t, admin, 409, http.MethodDelete, "/api/espacios/"+room.ID, nil)
		send(t, admin, 200, http.MethodPatch, "/auth/usuarios/"+user.ID, map[string]any{"space_id": c.b})
		send(t, admin, 204, http.MethodDelete, "/api/espacios/"+room.ID, nil)
		send(t, admin, 204, http.MethodDelete, "/auth/claves/"+ofDevice.ID, nil)
		send(t, admin, 204, http.MethodDelete, "/api/dispositivos/da", nil)
	})
}

// TestAMoveLeavesThePastBehind moves a device from one building to another: a caller who sees the other one sees nothing of its time
// before.
func TestAMoveLeavesThePastBehind(t *testing.T) {
	each(t, func(t *testing.T, databaseURL string) {
		admin := login(t, start(t, databaseURL))
		c := makeTwoBuildings(t, admin)
		moved := time.Now().UTC().Truncate(time.Hour).Add(-3 * time.Hour)
		at := func(hours int) string { return moved.Add(time.Duration(hours) * time.Hour).Format(time.RFC3339) }
		of := newUser(t, admin, "manager", c.b)
		before := followed(t, admin, "/api/eventos", "")
		for _, hours := range []int{-2, -1, 1, 2} {
			send(t, admin, 201, http.MethodPost, "/consumo", map[string]any{"device_id": "da", "kwh": 0.5, "timestamp": at(hours)})
			send(t, admin, 201, http.MethodPost, "/api/dispositivos/da/estado", map[string]any{"state": "on", "timestamp": at(hours)})
			send(t, admin, 200, http.MethodPut, "/consumo/da/"+at(hours), map[string]any{"kwh": 0.25, "reason": "prueba"})
		}
		send(t, admin, 200, http.MethodPatch, "/api/dispositivos/da", map[string]any{"space_id": c.roomB, "moved_at": at(0)})

		past := func(path string, header ...string) {
			t.Helper()
			answer, err := of.Raw(http.MethodGet, path, "", nil, header...)
			require.NoError(t, err)
			require.Equal(t, 200, answer.Status, "%s: %s", path, answer.Body)
			require.Contains(t, string(answer.Body), at(1), path)
			require.NotContains(t, string(answer.Body), at(-1), path)
			require.NotContains(t, string(answer.Body), c.roomA, path)
		}
		for _, path := range []string{"/consumo?device_id=da", "/consumo", "/consumo?space_id=" + c.b, "/consumo?limit=1&device_id=da", "/api/dispositivos/da/estados"} {
			past(path)
		}
		past("/consumo?device_id=da", "Accept", "text/csv")
		require.NotContains(t, string(send(t, of, 200, http.MethodGet, "/api/dispositivos/da", nil).Body), c.roomA)
		require.NotContains(t, string(send(t, of, 200, http.MethodGet, "/api/dispositivos", nil).Body), c.roomA)
		xlsx := send(t, of, 200, http.MethodGet, "/consumo?device_id=da&format=xlsx", nil)
		all := send(t, admin, 200, http.MethodGet, "/consumo?device_id=da&format=xlsx", nil)
		require.Less(t, len(xlsx.Body), len(all.Body))

		for hours, status := range map[int]int{-1: 404, 1: 200} {
			send(t, of, status, http.MethodGet, "/consumo/da/"+at(hours), nil)
			send(t, of, status, http.MethodPut, "/consumo/da/"+at(hours), map[string]any{"kwh": 0.125, "reason": "prueba"})
		}
		send(t, of, 404, http.MethodDelete, "/consumo/da/"+at(-1)+"?reason=x", nil)
		send(t, of, 400, http.MethodPost, "/consumo", map[string]any{"device_id": "da", "kwh": 0.5, "timestamp": moved.Add(-30 * time.Minute).Format(time.RFC3339)})
		send(t, of, 400, http.MethodPost, "/api/dispositivos/da/estado", map[string]any{"state": "off", "timestamp": at(-1)})
		for _, early := range []string{at(-1), "2001-01-01T00:00:00Z"} {
			answer := send(t, of, 400, http.MethodPatch, "/api/dispositivos/da", map[string]any{"moved_at": early})
			require.Contains(t, string(answer.Body), `"moved_at"`, "their reach does not grow by saying that it was there before")
		}
		sum := func(who *program.Client, level, id string) (kwh float64) {
			query := url.Values{"level": {level}, "id": {id}, "bucket": {"hour"}, "from": {at(-10)}, "to": {at(3)}}
			var answer struct{ Items []struct{ KWh *float64 } }
			require.NoError(t, send(t, who, 200, http.MethodGet, "/api/consumo/serie?"+query.Encode(), nil).JSON(&answer))
			for _, item := range answer.Items {
				if item.KWh != nil {
					kwh += *item.KWh
				}
			}
			return kwh
		}
		require.InDelta(t, 0.875, sum(admin, "device", "da"), 1e-9)
		require.InDelta(t, 0.375, sum(of, "device", "da"), 1e-9)
		require.InDelta(t, 0.375, sum(of, "building", c.b), 1e-9, "as the total of what they see")
		// Moving back does not send events from before the move again.
		again := followed(t, of, "/api/eventos", before.Last)
		for heard := 0; heard < 7; heard++ {
			require.NotContains(t, next(t, again).Data, `"timestamp":"`+at(-1), "%d", heard)
		}
	})
}

// TestASpaceTakesItsPastAlong moves a room to another building: it is the same room, and a caller who sees it sees its past. Readings and
// totals agree on that, and a caller who sees only the old building sees nothing of it.
func TestASpaceTakesItsPastAlong(t *testing.T) {
	admin := login(t, start(t, databasetest.SQLite(t)))
	c := makeTwoBuildings(t, admin)
	at := time.Now().UTC().Truncate(time.Hour).Add(-2 * time.Hour).Format(time.RFC3339)
	send(t, admin, 201, http.MethodPost, "/consumo", map[string]any{"device_id": "da", "kwh": 0.5, "timestamp": at})
	left, joined := newUser(t, admin, "manager", c.a), newUser(t, admin, "manager", c.b)
	send(t, joined, 404, http.MethodPatch, "/api/espacios/"+c.roomA, map[string]any{"parent_id": c.b})
	send(t, left, 400, http.MethodPatch, "/api/espacios/"+c.roomA, map[string]any{"parent_id": c.b})
	send(t, admin, 200, http.MethodPatch, "/api/espacios/"+c.roomA, map[string]any{"parent_id": c.b})
	total := func(building string) string {
		return "/api/consumo/serie?bucket=day&level=building&id=" + building + "&from=" + time.Now().UTC().AddDate(0, 0, -2).Format(time.DateOnly)
	}
	require.Contains(t, string(send(t, joined, 200, http.MethodGet, "/consumo?device_id=da", nil).Body), at)
	require.Contains(t, string(send(t, joined, 200, http.MethodGet, total(c.b), nil).Body), `"kwh":0.5`)
	send(t, left, 404, http.MethodGet, "/consumo?device_id=da", nil)
	require.NotContains(t, string(send(t, left, 200, http.MethodGet, "/consumo", nil).Body), `"da"`)
	require.NotContains(t, string(send(t, left, 200, http.MethodGet, total(c.a), nil).Body), `"kwh":0.5`)
}

// TestACallerHasSoManyStreams lets no caller open all streams, or keep others from theirs.
func TestACallerHasSoManyStreams(t *testing.T) {
	admin := login(t, start(t, databasetest.SQLite(t)))
	c := makeTwoBuildings(t, admin)
	viewer := newUser(t, admin, "viewer", c.a)
	var me struct{ Email string }
	require.NoError(t, send(t, viewer, 200, http.MethodGet, "/auth/me", nil).JSON(&me))
	other := enter(t, admin, me.Email, password)
	var open []*program.Stream
	for range 60 {
		who := []*program.Client{viewer, other}[len(open)%2]
		stream, err := who.Follow("/api/eventos", "")
		if err != nil {
			break
		}
		open = append(open, stream)
		t.Cleanup(stream.Close)
	}
	require.GreaterOrEqual(t, len(open), 20, "some tabs on some machines")
	require.Less(t, len(open), 60)
	for _, who := range []*program.Client{viewer, other} {
		refused := send(t, who, 429, http.MethodGet, "/api/eventos", nil)
		require.NotEmpty(t, refused.Header.Get("Retry-After"))
		require.Contains(t, string(refused.Body), fmt.Sprint(len(open)), "the bound is named, for all logins together")
		require.Contains(t, string(refused.Body), `"too_many_streams"`)
	}
	followed(t, admin, "/api/eventos", "")
	open[0].Close()
	eventually(t, "there is room again", func() bool {
		stream, err := viewer.Follow("/api/eventos", "")
		if err == nil {
			stream.Close()
		}
		return err == nil
	})
}

// rightsEnd are the ways in which a viewer of building A loses what a stream was opened with.
var rightsEnd = map[string]func(t *testing.T, admin *program.Client, c twoBuildings, viewer *program.Client, id string){
	"limited to another building": func(t *testing.T, admin *program.Client, c twoBuildings, _ *program.Client, id string) {
		send(t, admin, 200, http.MethodPatch, "/auth/usuarios/"+id, map[string]any{"space_id": c.b})
	},
	"another role": func(t *testing.T, admin *program.Client, _ twoBuildings, _ *program.Client, id string) {
		send(t, admin, 200, http.MethodPatch, "/auth/usuarios/"+id, map[string]any{"role": "manager"})
	},
	"disabled": func(t *testing.T, admin *program.Client, _ twoBuildings, _ *program.Client, id string) {
		send(t, admin, 200, http.MethodPatch, "/auth/usuarios/"+id, map[string]any{"disabled": true})
	},
	"removed": func(t *testing.T, admin *program.Client, _ twoBuildings, _ *program.Client, id string) {
		send(t, admin, 204, http.MethodDelete, "/auth/usuarios/"+id, nil)
	},
	"another password": func(t *testing.T, admin *program.Client, _ twoBuildings, _ *program.Client, id string) {
		send(t, admin, 200, http.MethodPatch, "/auth/usuarios/"+id, map[string]any{"password": password + " otra"})
	},
	"logged out": func(t *testing.T, admin *program.Client, _ twoBuildings, viewer *program.Client, _ string) {
		elsewhere := *viewer
		elsewhere.URL = admin.URL
		send(t, &elsewhere, 204, http.MethodPost, "/auth/logout", nil)
	},
}

// TestStreamsEndWithTheRights ends a stream on one replica once its reader's rights have changed through another, also without a new
// event: after that, it sends nothing that they may no longer see.
func TestStreamsEndWithTheRights(t *testing.T) {
	databaseURL := databasetest.Postgres(t)
	admin, there := login(t, start(t, databaseURL)), login(t, start(t, databaseURL))
	c := makeTwoBuildings(t, admin)
	for name, end := range rightsEnd {
		t.Run(strings.ReplaceAll(name, " ", "_"), func(t *testing.T) {
			t.Parallel()
			email := strings.ReplaceAll(name, " ", ".") + "@usc.edu.co"
			var user struct{ ID string }
			require.NoError(t, send(t, admin, 201, http.MethodPost, "/auth/usuarios", map[string]any{"email": email, "password": password, "role": "viewer", "space_id": c.a}).JSON(&user))
			viewer := enter(t, there, email, password)
			stream := followed(t, viewer, "/api/eventos", "")
			end(t, admin, c, viewer, user.ID)
			ended := time.Now()
			eventually(t, "the stream ends", func() bool {
				_, err := stream.Next(10 * time.Millisecond)
				return err != nil && strings.Contains(err.Error(), "ended")
			})
			t.Logf("the stream ended after %s", time.Since(ended).Round(time.Millisecond))
			// What the next request may is by the new rights, too.
			answer, err := viewer.Send(http.MethodGet, "/api/dispositivos/da", nil)
			require.NoError(t, err)
			want := 401
			switch name {
			case "limited to another building":
				want = 404
				send(t, admin, 201, http.MethodPost, "/api/dispositivos/da/estado", map[string]any{"state": "on"})
				send(t, admin, 201, http.MethodPost, "/api/dispositivos/db/estado", map[string]any{"state": "on"})
				require.Contains(t, next(t, followed(t, viewer, "/api/eventos?kind=device_state", stream.Last)).Data, `"db"`, "on from where they were, they hear what they may")
			case "another role":
				want = 200
			}
			require.Equal(t, want, answer.Status)
		})
	}
	t.Run("a key", func(t *testing.T) {
		t.Parallel()
		var made struct{ ID, Key string }
		require.NoError(t, send(t, admin, 201, http.MethodPost, "/auth/claves", map[string]any{"name": "da", "device_ids": []string{"da"}}).JSON(&made))
		key := &program.Client{URL: there.URL, HTTP: there.HTTP, Check: there.Check, Key: made.Key}
		send(t, key, 201, http.MethodPost, "/consumo", map[string]any{"device_id": "da", "power_w": 1})
		send(t, admin, 204, http.MethodDelete, "/auth/claves/"+made.ID, nil)
		eventually(t, "the key lets in no more", func() bool {
			answer, err := key.Send(http.MethodPost, "/consumo", map[string]any{"device_id": "da", "power_w": 1})
			return err == nil && answer.Status == 401
		})
	})
}

// TestALongUploadEndsWithTheKey takes the key back while an upload is under way: it is refused, what was stored before stays, and of one
// that wanted all or nothing nothing is stored.
func TestALongUploadEndsWithTheKey(t *testing.T) {
	admin := login(t, start(t, databasetest.SQLite(t)))
	makeTwoBuildings(t, admin)
	for _, atomic := range []string{"true", "false"} {
		var made struct{ ID, Key string }
		require.NoError(t, send(t, admin, 201, http.MethodPost, "/auth/claves", map[string]any{"name": "da", "device_ids": []string{"da"}}).JSON(&made))
		key := &program.Client{URL: admin.URL, HTTP: admin.HTTP, Check: admin.Check, Key: made.Key}
		body, rows := io.Pipe()
		begun := make(chan struct{})
		go func() {
			at := time.Now().UTC().Truncate(time.Second).Add(-24 * time.Hour)
			for n := 0; ; n++ {
				_, err := fmt.Fprintf(rows, `{"device_id":"da","kwh":0.001,"interval_s":1,"timestamp":"%s"}`+"\n", at.Add(time.Duration(n)*time.Second).Format(time.RFC3339))
				if err != nil {
					return
				}
				if n == 20 {
					close(begun)
				}
				time.Sleep(20 * time.Millisecond)
			}
		}()
		go func() {
			<-begun
			_, _ = admin.Send(http.MethodDelete, "/auth/claves/"+made.ID, nil)
		}()
		answer, err := key.Raw(http.MethodPost, "/consumo/lote?atomic="+atomic, "application/x-ndjson", body)
		_ = body.Close()
		require.NoError(t, err)
		require.Equal(t, 401, answer.Status, "%s", answer.Body)
		if atomic == "true" {
			require.Zero(t, count(t, admin, "da"))
		}
	}
}

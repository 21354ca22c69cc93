package blackbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/platform/database/databasetest"
	"github.com/holotwin/holotwin/test/program"
)

func followed(t *testing.T, c *program.Client, path, last string) *program.Stream {
	t.Helper()
	stream, err := c.Follow(path, last)
	require.NoError(t, err)
	t.Cleanup(stream.Close)
	return stream
}

func next(t *testing.T, s *program.Stream) program.StreamEvent {
	t.Helper()
	e, err := s.Next(eventuallyFor)
	require.NoError(t, err)
	require.True(t, json.Valid([]byte(e.Data)), e.Data)
	return e
}

func silent(t *testing.T, s *program.Stream) {
	t.Helper()
	e, err := s.Next(300 * time.Millisecond)
	require.Error(t, err, "%v", e)
}

// TestEventsSayWhatTheAnswersSay compares the events of each kind of reading, and of a correction, with the readings as they are listed.
func TestEventsSayWhatTheAnswersSay(t *testing.T) {
	each(t, func(t *testing.T, databaseURL string) {
		admin := login(t, start(t, databaseURL))
		campus, err := admin.MakeCampus(1)
		require.NoError(t, err)
		for _, measures := range []string{"reactive_inductive", "reactive_capacitive"} {
			send(t, admin, 201, http.MethodPost, "/api/dispositivos", map[string]any{"id": measures, "kind": "meter", "measures": measures, "space_id": campus.Room})
		}
		stream := followed(t, admin, "/api/eventos", "")
		at := func(ago time.Duration) string {
			return time.Now().Add(-ago).UTC().Truncate(time.Second).Format(time.RFC3339)
		}
		bodies := []map[string]any{
			{"device_id": "d0", "kwh": 0.25}, {"device_id": "d0", "register_kwh": 12.5, "timestamp": at(time.Hour)}, {"device_id": "d0", "power_w": 7.5, "age_s": 60},
		}
		for _, id := range []string{"reactive_inductive", "reactive_capacitive"} {
			bodies = append(bodies, map[string]any{"device_id": id, "kvarh": 0.25, "timestamp": at(time.Minute)}, map[string]any{"device_id": id, "register_kvarh": 12.5, "timestamp": at(48 * time.Hour)})
		}
		for _, body := range bodies {
			answer := send(t, admin, 201, http.MethodPost, "/consumo", body)
			require.JSONEq(t, string(answer.Body), next(t, stream).Data)
		}
		changed := send(t, admin, 201, http.MethodPost, "/api/dispositivos/d0/estado", map[string]any{"state": "standby"})
		require.JSONEq(t, string(changed.Body), next(t, stream).Data)
		var sensed, answered map[string]any
		require.NoError(t, send(t, admin, 201, http.MethodPost, "/ambiente", map[string]any{"space_id": campus.Room, "temperature_c": -0.001, "co2_ppm": 700}).JSON(&answered))
		require.NoError(t, json.Unmarshal([]byte(next(t, stream).Data), &sensed))
		for _, name := range []string{"source", "humidity_pct", "occupancy"} { // an event names what was measured alone
			delete(answered, name)
		}
		require.Equal(t, answered, sensed)
		require.Equal(t, -0.001, sensed["temperature_c"])

		path := "/consumo/reactive_inductive/" + bodies[3]["timestamp"].(string)
		send(t, admin, 200, http.MethodPut, path, map[string]any{"kvarh": 0.5, "reason": "leído mal"})
		var history struct{ Reading map[string]any }
		require.NoError(t, send(t, admin, 200, http.MethodGet, path, nil).JSON(&history))
		var told map[string]any
		require.NoError(t, json.Unmarshal([]byte(next(t, stream).Data), &told))
		require.Equal(t, true, told["corrected"])
		require.Equal(t, []any{0.5, 0.5, nil}, []any{told["kvarh"], history.Reading["kvarh"], told["kwh"]})
	})
}

// TestEvents sends readers the events of their part of the campus, and continues where they left.
func TestEvents(t *testing.T) {
	each(t, func(t *testing.T, databaseURL string) {
		admin := login(t, start(t, databaseURL))
		campus, err := admin.MakeCampus(2)
		require.NoError(t, err)
		var other struct{ ID string }
		require.NoError(t, send(t, admin, 201, http.MethodPost, "/api/espacios", map[string]any{"name": "Otro", "kind": "building", "parent_id": campus.Site}).JSON(&other))
		send(t, admin, 201, http.MethodPost, "/api/dispositivos", map[string]any{"id": "ajeno", "kind": "meter", "space_id": other.ID})
		dean := newUser(t, admin, "viewer", campus.Room)

		all, room, states := followed(t, admin, "/api/eventos", ""), followed(t, dean, "/api/eventos", ""), followed(t, admin, "/api/eventos?kind=device_state,ambient&space_id="+campus.Room, "")
		now := time.Now().UTC().Truncate(time.Minute)
		reading := func(device string, kwh float64, ago time.Duration) {
			send(t, admin, 201, http.MethodPost, "/consumo", map[string]any{"device_id": device, "kwh": kwh, "timestamp": now.Add(-ago).Format(time.RFC3339)})
		}
		reading("ajeno", 1.5, 0)
		reading("d0", 0.25, 0)
		send(t, admin, 200, http.MethodPost, "/consumo", map[string]any{"device_id": "d0", "kwh": 0.25, "timestamp": now.Format(time.RFC3339)}) // a repeat is no news
		send(t, admin, 201, http.MethodPost, "/api/dispositivos/d0/estado", map[string]any{"state": "on"})
		send(t, admin, 201, http.MethodPost, "/ambiente", map[string]any{"space_id": campus.Room, "temperature_c": 24.5})

		require.Contains(t, next(t, all).Data, `"device_id":"ajeno"`)
		first := next(t, all)
		require.Equal(t, "reading", first.Kind)
		require.JSONEq(t, fmt.Sprintf(`{"device_id":"d0","timestamp":"%s","kwh":0.25,"interval_s":900,"time_source":"device"}`, now.Format(time.RFC3339)), first.Data)
		require.Equal(t, first, next(t, room), "the dean hears of his room only")
		for _, stream := range []*program.Stream{all, room, states} {
			require.Equal(t, "device_state", next(t, stream).Kind)
			e := next(t, stream)
			require.Equal(t, "ambient", e.Kind)
			require.Contains(t, e.Data, `"temperature_c":24.5`)
			silent(t, stream)
		}

		// Away and back: nothing is missed and nothing comes twice.
		room.Close()
		reading("d1", 0.5, 0)
		reading("ajeno", 1.5, time.Hour)
		send(t, admin, 200, http.MethodPut, "/consumo/d0/"+now.Format(time.RFC3339), map[string]any{"kwh": 0.2, "reason": "otro medidor"})
		again := followed(t, dean, "/api/eventos", room.Last)
		require.Contains(t, next(t, again).Data, `"device_id":"d1"`)
		require.Contains(t, next(t, again).Data, `"corrected":true`)
		silent(t, again)

		longAgo := followed(t, dean, "/api/eventos", "1000-1-1-1")
		require.Equal(t, "reset", next(t, longAgo).Kind)
		for _, path := range []string{"/api/eventos?space_id=" + other.ID, "/api/eventos?device_id=ajeno", "/api/eventos?space_id=nada"} {
			send(t, dean, 404, http.MethodGet, path, nil)
		}
		send(t, dean, 400, http.MethodGet, "/api/eventos?kind=todo", nil)
		answer, err := dean.Raw(http.MethodGet, "/api/eventos", "", nil, "Last-Event-ID", "ayer")
		require.NoError(t, err)
		require.Equal(t, 400, answer.Status)
	})
}

// TestEventsOnEveryReplica lets readers of one process receive what another one stored, each event once.
func TestEventsOnEveryReplica(t *testing.T) {
	databaseURL := databasetest.Postgres(t)
	one, two := login(t, start(t, databaseURL)), login(t, start(t, databaseURL))
	_, err := one.MakeCampus(1)
	require.NoError(t, err)
	here, there := followed(t, one, "/api/eventos", ""), followed(t, two, "/api/eventos", "")
	const each = 100
	now := time.Now().UTC().Truncate(time.Minute)
	var writing sync.WaitGroup
	for i, client := range []*program.Client{one, two} {
		writing.Go(func() {
			for n := range each {
				at := now.Add(-time.Duration(2*n+i) * time.Second).Format(time.RFC3339)
				_, _ = client.Send(http.MethodPost, "/consumo", map[string]any{"device_id": "d0", "kwh": 0.001, "interval_s": 1, "timestamp": at})
			}
		})
	}
	writing.Wait()
	var heard [2][]program.StreamEvent
	for range 2 * each {
		heard[0], heard[1] = append(heard[0], next(t, here)), append(heard[1], next(t, there))
	}
	require.Equal(t, heard[0], heard[1], "in the same order, under the same ids")
	silent(t, here)
	// A reader who leaves one replica continues at the other.
	moved := followed(t, two, "/api/eventos", heard[0][each].ID)
	require.Equal(t, heard[0][each+1], next(t, moved))
}

// TestStuckReader opens streams that are never read. They are closed, others get each event meanwhile, and the server still stops well:
// it fails to if a stream holds it.
func TestStuckReader(t *testing.T) {
	server := start(t, databasetest.SQLite(t))
	client := login(t, server)
	campus, err := client.MakeCampus(1)
	require.NoError(t, err)
	address, err := url.Parse(server.URL)
	require.NoError(t, err)
	var stuck []net.Conn
	for range 20 {
		conn, err := net.Dial("tcp", address.Host)
		require.NoError(t, err)
		require.NoError(t, conn.(*net.TCPConn).SetReadBuffer(4<<10))
		_, err = fmt.Fprintf(conn, "GET /api/eventos HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n\r\n", client.Token)
		require.NoError(t, err)
		stuck = append(stuck, conn)
	}
	healthy := followed(t, client, "/api/eventos?kind=device_state", "")
	eventually(t, "the stuck readers' streams are open", func() bool { return !hasRoomFor(client, len(stuck)) })
	at := time.Now().UTC().Truncate(time.Second).AddDate(0, -6, 0)
	eventually(t, "streams that nobody reads are closed", func() bool {
		var rows []map[string]any
		for range 900 {
			at = at.Add(time.Second)
			rows = append(rows, map[string]any{"space_id": campus.Room, "temperature_c": 21.5, "humidity_pct": 40.25, "co2_ppm": 800, "timestamp": at.Format(time.RFC3339)})
		}
		send(t, client, 200, http.MethodPost, "/ambiente/lote", rows)
		send(t, client, 201, http.MethodPost, "/api/dispositivos/d0/estado", map[string]any{"state": "on"})
		next(t, healthy)
		return hasRoomFor(client, len(stuck))
	})
	for _, conn := range stuck {
		// What was sent before the server gave up is still in the buffers; after it the connection is over.
		require.NoError(t, conn.SetReadDeadline(time.Now().Add(eventuallyFor)))
		buffer := make([]byte, 1<<20)
		for err == nil {
			_, err = conn.Read(buffer)
		}
		var timeout net.Error
		require.False(t, errors.As(err, &timeout) && timeout.Timeout(), "a stuck reader is still connected")
		err = conn.Close()
		require.NoError(t, err)
	}
	require.NoError(t, server.Stop(), server.Log)
}

// hasRoomFor reports whether a caller may open so many more streams.
func hasRoomFor(c *program.Client, n int) bool {
	for range n {
		stream, err := c.Follow("/api/eventos?kind=device_state", "")
		if err != nil {
			return false
		}
		defer stream.Close()
	}
	return true
}

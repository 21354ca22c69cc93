package blackbox

import (
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/platform/database/databasetest/pgserver"
	"github.com/holotwin/holotwin/test/program"
)

// ownPostgres starts a server that a test may freeze, stop or fill.
func ownPostgres(t *testing.T, settings ...string) *pgserver.Server {
	t.Helper()
	postgres, err := pgserver.Start(t.Context(), settings...)
	require.NoError(t, err)
	t.Cleanup(func() { _ = postgres.Thaw(); _ = postgres.Stop() })
	return postgres
}

// requireUnavailable checks a refusal that is not the caller's fault: 503, and when to come back.
func requireUnavailable(t *testing.T, answer program.Answer, what string) {
	t.Helper()
	require.Equal(t, http.StatusServiceUnavailable, answer.Status, "%s: %s", what, answer.Body)
	require.NotEmpty(t, answer.Header.Get("Retry-After"), what)
}

// TestAFrozenPostgresIsToldSoon freezes every process of PostgreSQL while readings come in. Each request is answered 503 while it is
// frozen, which shows that none waits for it; none is answered as if it were done; nothing piles up; and it goes on by itself.
func TestAFrozenPostgresIsToldSoon(t *testing.T) {
	t.Parallel()
	postgres := ownPostgres(t)
	server := start(t, postgres.URL)
	client := login(t, server)
	campus, err := client.MakeCampus(4)
	require.NoError(t, err)
	from := time.Now().UTC().Truncate(time.Second).Add(-2 * time.Hour)
	under := underFreeze{client: client, acknowledged: make(map[string]bool), frozen: make(chan struct{})}
	var wait sync.WaitGroup
	for _, device := range campus.Devices {
		wait.Go(func() { under.write(t, device, from) })
	}
	eventually(t, "readings come in", func() bool {
		under.mu.Lock()
		defer under.mu.Unlock()
		return len(under.acknowledged) > 0
	})
	require.NoError(t, postgres.Freeze())
	close(under.frozen)
	before := goroutines(t, client)
	for name, call := range everyKindOfCall(client, campus) {
		for range 5 { // many of each at once
			wait.Go(func() {
				answer, err := call()
				if err != nil {
					t.Errorf("%s: %v", name, err)
					return
				}
				if answer.Status != http.StatusServiceUnavailable || answer.Header.Get("Retry-After") == "" {
					t.Errorf("%s: %d: %s", name, answer.Status, answer.Body)
				}
			})
		}
	}
	wait.Wait()
	for name, call := range everyKindOfCall(client, campus) {
		answer, err := call()
		require.NoError(t, err)
		requireUnavailable(t, answer, name)
	}
	send(t, client, 200, http.MethodGet, "/health/live", nil)
	send(t, client, 503, http.MethodGet, "/health/ready", nil)
	require.Less(t, goroutines(t, client), before+200, "nobody waits for it any more")
	require.Contains(t, server.Log.String(), "PostgreSQL has stopped answering")

	require.NoError(t, postgres.Thaw())
	eventually(t, "it goes on by itself", func() bool {
		answer, err := client.Send(http.MethodPost, "/consumo", reading(campus.Devices[0], from.Add(-time.Hour)))
		return err == nil && answer.Status == http.StatusCreated
	})
	eventually(t, "it is ready", func() bool {
		answer, err := client.Send(http.MethodGet, "/health/ready", nil)
		return err == nil && answer.Status == http.StatusOK
	})
	stored := storedReadings(t, client)
	require.NotEmpty(t, under.acknowledged)
	for key := range under.acknowledged {
		require.Equal(t, 1, stored[key], key)
	}
	for _, refused := range under.refused { // whether they were stored was not known; to send them again is safe
		answer, err := client.Send(http.MethodPost, "/consumo", refused)
		require.NoError(t, err)
		require.Contains(t, []int{200, 201}, answer.Status, "%s", answer.Body)
	}
	requireTotal(t, client, len(storedReadings(t, client)))
}

// TestAFrozenPostgresAcknowledgesNoMessage freezes PostgreSQL under devices of the embedded broker and of an outside one: a message has
// no PUBACK before it is stored, and is there once when it has.
func TestAFrozenPostgresAcknowledgesNoMessage(t *testing.T) {
	t.Parallel()
	postgres := ownPostgres(t)
	outside := mosquitto(t)
	address, err := program.FreeAddress()
	require.NoError(t, err)
	admin := login(t, start(t, postgres.URL, "MQTT_LISTEN="+address, "MQTT_URL="+outside.URL()))
	_, err = admin.MakeCampus(2)
	require.NoError(t, err)
	own := dial(t, address, "d0", "d0", newKey(t, admin, map[string]any{"name": "d0", "device_ids": []string{"d0"}}).Key)
	other := dial(t, outside.Address, "d1", program.BrokerUser, program.BrokerPassword)
	at := time.Now().UTC().Truncate(time.Second).Add(-time.Hour)
	message := func(n int) string {
		return fmt.Sprintf(`{"kwh":0.001,"interval_s":1,"timestamp":%q}`, at.Add(time.Duration(n)*time.Second).Format(time.RFC3339))
	}
	require.NoError(t, own.Say("holotwin/d0/consumo", message(0)))
	require.NoError(t, other.Say("holotwin/d1/consumo", message(0)))
	eventually(t, "both ways in work", func() bool { return count(t, admin, "d1") == 1 })

	require.NoError(t, postgres.Freeze())
	waiting := own.Publish("holotwin/d0/consumo", message(1))
	require.NoError(t, other.Say("holotwin/d1/consumo", message(1)), "the outside broker keeps it")
	require.False(t, waiting.WaitTimeout(6*time.Second) && waiting.Error() == nil, "nothing is stored")
	require.NoError(t, postgres.Thaw())
	require.True(t, waiting.WaitTimeout(eventuallyFor), "it is sent again, and stored")
	require.NoError(t, waiting.Error())
	eventually(t, "each is there once", func() bool { return count(t, admin, "d0") == 2 && count(t, admin, "d1") == 2 })
}

// underFreeze is what became of readings that were sent while the database froze.
type underFreeze struct {
	client *program.Client
	frozen chan struct{}

	mu           sync.Mutex
	acknowledged map[string]bool
	refused      []map[string]any
}

func reading(device string, at time.Time) map[string]any {
	return map[string]any{"device_id": device, "kwh": 0.001, "interval_s": 1, "timestamp": at.Format(time.RFC3339)}
}

// write sends readings until the first that is not taken, and one more.
func (u *underFreeze) write(t *testing.T, device string, from time.Time) {
	for at := from; ; at = at.Add(time.Second) {
		answer, err := u.client.Send(http.MethodPost, "/consumo", reading(device, at))
		if err != nil {
			t.Error(err)
			return
		}
		u.mu.Lock()
		if answer.Status == http.StatusCreated {
			u.acknowledged[device+" "+at.Format(time.RFC3339)] = true
		} else {
			u.refused = append(u.refused, reading(device, at))
		}
		u.mu.Unlock()
		if answer.Status == http.StatusCreated {
			continue
		}
		<-u.frozen
		if answer.Status != http.StatusServiceUnavailable || answer.Header.Get("Retry-After") == "" {
			t.Errorf("%d: %s", answer.Status, answer.Body)
		}
		return
	}
}

// everyKindOfCall reads and writes what only the database knows.
func everyKindOfCall(c *program.Client, campus program.Campus) map[string]func() (program.Answer, error) {
	call := func(method, path string, body any) func() (program.Answer, error) {
		return func() (program.Answer, error) { return c.Send(method, path, body) }
	}
	now := time.Now().UTC().Truncate(time.Second).Add(-time.Minute)
	device := campus.Devices[0]
	return map[string]func() (program.Answer, error){
		"a reading":     call(http.MethodPost, "/consumo", reading(device, now)),
		"many readings": call(http.MethodPost, "/consumo/lote", []any{reading(device, now), reading(device, now.Add(time.Second))}),
		"all or none":   call(http.MethodPost, "/consumo/lote?atomic=true", []any{reading(device, now), reading(device, now.Add(time.Second))}),
		"a room's air":  call(http.MethodPost, "/ambiente", map[string]any{"space_id": campus.Room, "temperature_c": 24.5}),
		"a state":       call(http.MethodPost, "/api/dispositivos/"+device+"/estado", map[string]any{"state": "on"}),
		"a correction":  call(http.MethodDelete, "/consumo/"+device+"/"+now.Format(time.RFC3339)+"?reason=x", nil),
		"a space":       call(http.MethodPost, "/api/espacios", map[string]any{"name": "Otra", "kind": "room", "parent_id": campus.Site}),
		"a user":        call(http.MethodPost, "/auth/usuarios", map[string]any{"email": "otra@usc.edu.co", "password": "una-clave-larga-de-otra", "role": "viewer"}),
		"a login":       call(http.MethodPost, "/auth/login", map[string]any{"email": program.AdminEmail, "password": program.AdminPassword}),
		"the readings":  call(http.MethodGet, "/consumo?limit=10", nil),
		"a series":      call(http.MethodGet, "/api/consumo/serie?from=2026-01-01", nil),
		"the audit":     call(http.MethodGet, "/auth/auditoria", nil),
		"advice":        call(http.MethodGet, "/api/recomendaciones", nil),
		"users":         call(http.MethodGet, "/auth/usuarios", nil),
	}
}

var goroutineGauge = regexp.MustCompile(`(?m)^go_goroutines (\d+)$`)

func goroutines(t *testing.T, c *program.Client) int {
	t.Helper()
	answer := send(t, c, 200, http.MethodGet, "/metrics", nil)
	found := goroutineGauge.FindSubmatch(answer.Body)
	require.NotNil(t, found, fmt.Sprintf("%.200s", answer.Body))
	n, err := strconv.Atoi(string(found[1]))
	require.NoError(t, err)
	return n
}

package blackbox

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/test/program"
)

// recommendations is what an energy manager reads.
type recommendations struct {
	Recomendaciones []struct {
		ID, Kind, Title, Message, Action string
		DeviceID                         string `json:"device_id"`
		Saving                           struct {
			KWhMonth float64 `json:"kwh_month"`
			KWhLow   float64 `json:"kwh_low"`
			KWhHigh  float64 `json:"kwh_high"`
			Cost     float64 `json:"cost_month"`
			CO2      float64 `json:"co2_kg_month"`
		}
		Evidence map[string]any
	}
	Considered map[string]bool
	Reason     string
}

// TestTheMainJob sends six weeks of readings of an air conditioner that runs all night and of a screen that does
// not, with weather and states, and reads what to do about it.
func TestTheMainJob(t *testing.T) {
	everywhere(t, func(t *testing.T, databaseURL string, settings ...string) {
		server := start(t, databaseURL, settings...)
		client := login(t, server)
		campus, err := client.MakeCampus(0)
		require.NoError(t, err)
		for id, kind := range map[string]string{"ac-1": "ac", "tv-1": "tv"} {
			send(t, client, 201, http.MethodPost, "/api/dispositivos", map[string]any{
				"id": id, "name": "Equipo " + id, "kind": kind, "space_id": campus.Room, "rated_w": 3000, "interval_s": 3600,
			})
		}
		send(t, client, 201, http.MethodPost, "/api/calendarios", map[string]any{
			"space_id": campus.Site, "name": "Horario", "kind": "opening",
			"hours": []map[string]any{{"days": []string{"mon", "tue", "wed", "thu", "fri", "holiday"}, "from": "07:00", "to": "20:00"}},
		})
		empty := advise(t, client, "es")
		require.Empty(t, empty.Recomendaciones)
		require.NotEmpty(t, empty.Reason, "too little data says so")

		rows := sixWeeks()
		answer, err := client.Raw(http.MethodPost, "/consumo/lote", "text/csv", strings.NewReader(rows))
		require.NoError(t, err)
		require.Equal(t, 200, answer.Status, string(answer.Body))
		requireNightLoad(t, client)
		again, err := client.Raw(http.MethodPost, "/consumo/lote", "text/csv", strings.NewReader(rows))
		require.NoError(t, err)
		var summary struct{ Received, Inserted, Duplicates int }
		require.NoError(t, again.JSON(&summary))
		require.Zero(t, summary.Inserted, "sending again counts nothing twice")
		require.GreaterOrEqual(t, summary.Duplicates, 1000)
		send(t, client, 201, http.MethodPost, "/ambiente", map[string]any{"space_id": campus.Site, "temperature_c": 27.5})
		send(t, client, 201, http.MethodPost, "/api/dispositivos/ac-1/estado", map[string]any{"state": "on"})

		got := advise(t, client, "es")
		require.NotEmpty(t, got.Recomendaciones)
		for _, r := range got.Recomendaciones {
			require.NotEqual(t, "tv-1", r.DeviceID, "a clean device gets none: %s", r.Message)
		}
		first := got.Recomendaciones[0]
		require.Equal(t, "ac-1", first.DeviceID)
		require.Contains(t, first.Message, "Sala de Juegos")
		require.Positive(t, first.Saving.KWhLow)
		require.LessOrEqual(t, first.Saving.KWhLow, first.Saving.KWhMonth)
		require.LessOrEqual(t, first.Saving.KWhMonth, first.Saving.KWhHigh)
		require.Positive(t, first.Saving.Cost)
		require.Positive(t, first.Saving.CO2)
		require.NotEmpty(t, first.Evidence)
		require.Equal(t, first.ID, advise(t, client, "en").Recomendaciones[0].ID)
		require.NotEqual(t, first.Message, advise(t, client, "en").Recomendaciones[0].Message)

		var evidence struct{ Rule, Hash, Formula string }
		require.NoError(t, send(t, client, 200, http.MethodGet, "/api/recomendaciones/"+first.ID+"/evidencia", nil).JSON(&evidence))
		require.Len(t, evidence.Hash, 64)
		require.Contains(t, evidence.Formula, "fechas al mes", "a formula is in the reader's language")
		send(t, client, 200, http.MethodPost, "/api/recomendaciones/"+first.ID+"/estado", map[string]any{"status": "accepted", "note": "ya"})
		verification := "/api/recomendaciones/" + first.ID + "/verificacion"
		require.Contains(t, string(send(t, client, 200, http.MethodGet, verification, nil).Body), `"verdict":"not_done"`)
	})
}

// sixWeeks are hourly readings up to yesterday: ac-1 draws 1.2 kW day and night, tv-1 0.1 kW in opening hours and
// nothing else.
func sixWeeks() string {
	var b strings.Builder
	b.WriteString("device_id,kwh,timestamp\n")
	zone := time.FixedZone("", -5*3600)
	end := time.Now().In(zone).Truncate(24 * time.Hour).Add(-24 * time.Hour)
	for at := end.AddDate(0, 0, -42); at.Before(end); at = at.Add(time.Hour) {
		tv := 0.0
		if at.Weekday() != time.Sunday && at.Weekday() != time.Saturday && at.Hour() >= 9 && at.Hour() < 17 {
			tv = 0.1
		}
		stamp := at.Add(time.Hour).Format(time.RFC3339)
		fmt.Fprintf(&b, "ac-1,%.3f,%s\ntv-1,%.3f,%s\n", acAt(at), stamp, tv, stamp)
	}
	return b.String()
}

// acAt is what the air conditioner uses in an hour: a little more by day than by night.
func acAt(at time.Time) float64 {
	return 1.1 + 0.05*float64(at.Hour()%7)
}

func advise(t *testing.T, c *program.Client, language string) recommendations {
	t.Helper()
	answer, err := c.Raw(http.MethodGet, "/api/recomendaciones", "", nil, "Accept-Language", language)
	require.NoError(t, err)
	require.Equal(t, 200, answer.Status, string(answer.Body))
	var got recommendations
	require.NoError(t, answer.JSON(&got))
	return got
}

// TestTheUnityClientsCalls are the three calls of the client in the field, as it sends them.
func TestTheUnityClientsCalls(t *testing.T) {
	each(t, func(t *testing.T, databaseURL string) {
		server := start(t, databaseURL)
		client := &program.Client{URL: server.URL, HTTP: http.DefaultClient}
		var granted struct {
			AccessToken string `json:"access_token"`
			TokenType   string `json:"token_type"`
			ExpiresIn   int    `json:"expires_in"`
		}
		answer := send(t, client, 200, http.MethodPost, "/login", map[string]string{"email": program.AdminEmail, "password": program.AdminPassword})
		require.NoError(t, answer.JSON(&granted))
		require.Equal(t, "bearer", granted.TokenType)
		require.Equal(t, 7200, granted.ExpiresIn)
		client.Token = granted.AccessToken
		visit := map[string]any{"sala": "Sala de Juegos", "consumo": 21.4, "dispositivos": []string{"TV", "PS5", "AC", "Luz"}}
		text := recommend(t, client, visit)
		for _, word := range []string{"Sala de Juegos", "21,4", "TV", "PS5", "AC", "Luz"} {
			require.Contains(t, text, word)
		}
		for member, other := range map[string]any{"sala": "Biblioteca", "consumo": 2.5, "dispositivos": []string{"Nevera"}} {
			changed := map[string]any{"sala": visit["sala"], "consumo": visit["consumo"], "dispositivos": visit["dispositivos"]}
			changed[member] = other
			require.NotEqual(t, text, recommend(t, client, changed), member)
		}
		var made struct {
			Msg, Recomendacion string
			RutaPDF            string `json:"ruta_pdf"`
		}
		require.NoError(t, send(t, client, 200, http.MethodPost, "/api/recomendaciones/recomendar/pdf", visit).JSON(&made))
		document := send(t, client, 200, http.MethodGet, made.RutaPDF, nil)
		require.Equal(t, "application/pdf", document.Header.Get("Content-Type"))
		require.True(t, bytes.HasPrefix(document.Body, []byte("%PDF-")))
	})
}

func recommend(t *testing.T, c *program.Client, visit map[string]any) string {
	t.Helper()
	var got struct{ Recomendacion string }
	require.NoError(t, send(t, c, 200, http.MethodPost, "/api/recomendaciones/recomendar", visit).JSON(&got))
	return got.Recomendacion
}

// requireNightLoad reads the profile of the air conditioner that runs all night.
func requireNightLoad(t *testing.T, client *program.Client) {
	t.Helper()
	var profile struct {
		Items []struct {
			Day    string
			Hour   int
			MeanKW *float64 `json:"mean_kw"`
		}
	}
	require.NoError(t, send(t, client, 200, http.MethodGet, "/api/consumo/perfil?level=device&id=ac-1", nil).JSON(&profile))
	require.Len(t, profile.Items, 7*24)
	require.Equal(t, "mon", profile.Items[0].Day)
	for _, item := range profile.Items {
		require.NotNil(t, item.MeanKW, "%s %d", item.Day, item.Hour)
		require.Positive(t, *item.MeanKW)
	}
	send(t, client, 404, http.MethodGet, "/api/consumo/perfil?level=device&id=nobody", nil)
}

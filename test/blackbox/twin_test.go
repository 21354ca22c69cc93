package blackbox

import (
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/test/program"
)

// TestTwin shows the campus at this moment, and keeps a register's step in quarantine until a user decides.
func TestTwin(t *testing.T) {
	each(t, func(t *testing.T, databaseURL string) {
		client := login(t, start(t, databaseURL))
		campus, err := client.MakeCampus(2)
		require.NoError(t, err)
		quarter := time.Now().UTC().Truncate(15 * time.Minute)
		send(t, client, 201, http.MethodPost, "/consumo", map[string]any{"device_id": "d0", "kwh": 0.5, "timestamp": quarter.Format(time.RFC3339)})
		send(t, client, 201, http.MethodPost, "/api/dispositivos/d0/estado", map[string]any{"state": "off", "timestamp": quarter.Add(-time.Hour).Format(time.RFC3339)})
		send(t, client, 201, http.MethodPost, "/api/dispositivos/d0/estado", map[string]any{"state": "on"})
		send(t, client, 201, http.MethodPost, "/ambiente", map[string]any{"space_id": campus.Room, "temperature_c": 24.5, "occupancy": 3, "timestamp": quarter.Format(time.RFC3339)})
		send(t, client, 201, http.MethodPost, "/ambiente", map[string]any{"space_id": campus.Room, "occupancy": 5})
		type device struct {
			ID    string
			State *struct{ State string }
			Power *struct {
				KW    float64
				Since time.Time
			}
		}
		type space struct {
			Temperature struct{ Value float64 } `json:"temperature_c"`
			Occupancy   struct{ Value float64 }
			KW          float64
			Devices     []device
		}
		var twin struct {
			At     time.Time
			Spaces []struct {
				KW     float64
				Spaces []space
			}
		}
		send(t, client, 201, http.MethodPost, "/api/dispositivos", map[string]any{"id": "inner", "kind": "tv", "space_id": campus.Site, "parent_id": "d0"})
		send(t, client, 201, http.MethodPost, "/consumo", map[string]any{"device_id": "inner", "kwh": 0.1, "interval_s": 900, "timestamp": quarter.Format(time.RFC3339)})
		require.NoError(t, json.Unmarshal(send(t, client, 200, http.MethodGet, "/api/gemelo", nil).Body, &twin))
		room := twin.Spaces[0].Spaces[0]
		require.Equal(t, []float64{24.5, 5}, []float64{room.Temperature.Value, room.Occupancy.Value})
		require.Equal(t, "on", room.Devices[0].State.State)
		require.Equal(t, 2.0, room.Devices[0].Power.KW)
		require.Equal(t, quarter.Add(-15*time.Minute), room.Devices[0].Power.Since)
		require.Equal(t, []float64{2, 2}, []float64{twin.Spaces[0].KW, room.KW}, "what sits behind the meter counts with it")
		requireOwnSpace(t, client, campus)
		require.Nil(t, room.Devices[1].Power)

		register := func(kwh float64, ago time.Duration) string {
			return send(t, client, 201, http.MethodPost, "/consumo", map[string]any{"device_id": "d1", "register_kwh": kwh, "timestamp": quarter.Add(-ago).Format(time.RFC3339)}).Header.Get("Location")
		}
		register(100, 45*time.Minute)
		wild := register(5100, 30*time.Minute)
		register(5101, 15*time.Minute)
		var held struct {
			Items []struct {
				StepKWh float64 `json:"step_kwh"`
				Why     string
			}
		}
		require.NoError(t, send(t, client, 200, http.MethodGet, "/api/consumo/cuarentena?space_id="+campus.Room, nil).JSON(&held))
		require.Len(t, held.Items, 1)
		require.Equal(t, []any{5000.0, "impossible_step"}, []any{held.Items[0].StepKWh, held.Items[0].Why})
		settle := "/api/consumo/cuarentena" + wild[len("/consumo"):]
		send(t, client, 400, http.MethodPost, settle, map[string]any{"ruling": "count"})
		send(t, client, 200, http.MethodPost, settle, map[string]any{"ruling": "count", "reason": "se midió aparte"})
		send(t, client, 404, http.MethodPost, settle, map[string]any{"ruling": "count", "reason": "ya está"})
		require.Contains(t, string(send(t, client, 200, http.MethodGet, wild, nil).Body), `"ruling":"count"`)
		require.InDelta(t, 5001.5, monthsOf(t, client, campus, quarter.Format(time.RFC3339)), 1e-9)
	})
}

// requireOwnSpace sends, as a user who is limited to a room, requests without an id: the answers are about their room.
func requireOwnSpace(t *testing.T, admin *program.Client, campus program.Campus) {
	t.Helper()
	const password = "una-clave-larga-7"
	send(t, admin, 201, http.MethodPost, "/auth/usuarios", map[string]any{"email": "sala@usc.edu.co", "password": password, "role": "viewer", "space_id": campus.Room})
	var granted struct {
		AccessToken string `json:"access_token"`
	}
	require.NoError(t, send(t, admin, 200, http.MethodPost, "/auth/login", map[string]any{"email": "sala@usc.edu.co", "password": password}).JSON(&granted))
	limited := &program.Client{URL: admin.URL, HTTP: http.DefaultClient, Check: admin.Check, Token: granted.AccessToken}
	type summary struct {
		Today       struct{ KWh *float64 }
		MonthToDate struct{ KWh *float64 } `json:"month_to_date"`
	}
	var own, whole summary
	require.NoError(t, send(t, limited, 200, http.MethodGet, "/api/consumo/resumen", nil).JSON(&own))
	require.NoError(t, send(t, admin, 200, http.MethodGet, "/api/consumo/resumen?level=room&id="+campus.Room, nil).JSON(&whole))
	require.Equal(t, whole, own)
	day := "&from=" + time.Now().UTC().AddDate(0, 0, -1).Format(time.DateOnly)
	send(t, limited, 200, http.MethodGet, "/api/consumo/serie?bucket=hour"+day, nil)
	send(t, limited, 200, http.MethodGet, "/api/consumo/perfil?"+day[1:], nil)
	send(t, limited, 404, http.MethodGet, "/api/consumo/serie?bucket=hour&level=site&id="+campus.Site+day, nil)
}

package blackbox

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestMove moves a device to another room, starting an hour ago: earlier use stays in the old room, and a meter that counts less than the
// devices behind it is reported, with the likely cause.
func TestMove(t *testing.T) {
	each(t, func(t *testing.T, databaseURL string) {
		client := login(t, start(t, databaseURL))
		campus, err := client.MakeCampus(2)
		require.NoError(t, err)
		var room struct{ ID string }
		require.NoError(t, send(t, client, 201, http.MethodPost, "/api/espacios", map[string]any{"name": "Otra", "kind": "room", "parent_id": campus.Site}).JSON(&room))
		send(t, client, 201, http.MethodPost, "/api/dispositivos", map[string]any{"id": "m", "kind": "meter", "space_id": campus.Site})
		send(t, client, 200, http.MethodPatch, "/api/dispositivos/d0", map[string]any{"parent_id": "m"})
		now := time.Now().UTC().Truncate(15 * time.Minute)
		for i := range 8 {
			at := now.Add(-time.Duration(i) * 15 * time.Minute).Format(time.RFC3339)
			send(t, client, 201, http.MethodPost, "/consumo", map[string]any{"device_id": "d0", "kwh": 0.5, "timestamp": at})
			send(t, client, 201, http.MethodPost, "/consumo", map[string]any{"device_id": "m", "kwh": 0.25, "timestamp": at})
		}
		send(t, client, 400, http.MethodPatch, "/api/dispositivos/d0", map[string]any{"space_id": room.ID, "moved_at": now.Add(time.Hour).Format(time.RFC3339)})
		send(t, client, 400, http.MethodPatch, "/api/dispositivos/d0", map[string]any{"space_id": room.ID, "moved_at": "ayer"})
		var moved struct {
			FormerPlaces []struct {
				SpaceID string `json:"space_id"`
				Until   time.Time
			} `json:"former_places"`
		}
		change := map[string]any{"space_id": room.ID, "moved_at": now.Add(-time.Hour).Format(time.RFC3339)}
		require.NoError(t, send(t, client, 200, http.MethodPatch, "/api/dispositivos/d0", change).JSON(&moved))
		require.Len(t, moved.FormerPlaces, 1)
		require.Equal(t, now.Add(-time.Hour), moved.FormerPlaces[0].Until)

		query := url.Values{"by": {"room"}, "bucket": {"15m"}, "from": {now.Add(-2 * time.Hour).Format(time.RFC3339)}, "to": {now.Format(time.RFC3339)}}
		var answer struct {
			Series []struct {
				Key   string
				Items []struct {
					KWh      *float64
					Excesses []struct {
						MeterID  string `json:"meter_id"`
						KWh      float64
						Cause    string
						DeviceID string `json:"device_id"`
					}
				}
			}
		}
		require.NoError(t, send(t, client, 200, http.MethodGet, "/api/consumo/serie?"+query.Encode(), nil).JSON(&answer))
		sums := map[string]float64{}
		for _, s := range answer.Series {
			for _, item := range s.Items {
				if item.KWh != nil {
					sums[s.Key] += *item.KWh
				}
			}
		}
		require.Equal(t, map[string]float64{moved.FormerPlaces[0].SpaceID: 2, room.ID: 2, "unmetered": -2}, sums)
		excess := answer.Series[len(answer.Series)-1].Items[0].Excesses
		require.Len(t, excess, 1)
		require.Equal(t, []any{"m", 0.25}, []any{excess[0].MeterID, excess[0].KWh})
		send(t, client, 409, http.MethodDelete, "/api/espacios/"+moved.FormerPlaces[0].SpaceID, nil)
	})
}

// TestHolidaysOfASite makes sites that keep Colombia's public holidays and none.
func TestHolidaysOfASite(t *testing.T) {
	each(t, func(t *testing.T, databaseURL string) {
		c := login(t, start(t, databaseURL))
		var usual, other struct{ ID, Holidays string }
		require.NoError(t, send(t, c, 201, http.MethodPost, "/api/espacios", map[string]any{"name": "Sede", "kind": "site"}).JSON(&usual))
		require.Equal(t, "CO", usual.Holidays)
		require.NoError(t, send(t, c, 201, http.MethodPost, "/api/espacios", map[string]any{"name": "Campus", "kind": "site", "holidays": "none"}).JSON(&other))
		require.Equal(t, "none", other.Holidays)
		require.NoError(t, send(t, c, 200, http.MethodPatch, "/api/espacios/"+usual.ID, map[string]any{"holidays": "none"}).JSON(&usual))
		require.NoError(t, send(t, c, 200, http.MethodGet, "/api/espacios/"+usual.ID, nil).JSON(&usual))
		require.Equal(t, "none", usual.Holidays)
		answer := send(t, c, 400, http.MethodPost, "/api/espacios", map[string]any{"name": "Bloque", "kind": "building", "parent_id": usual.ID, "holidays": "none"})
		require.Contains(t, string(answer.Body), `"holidays"`)
		send(t, c, 400, http.MethodPost, "/api/espacios", map[string]any{"name": "Otra", "kind": "site", "holidays": "XX"})
	})
}

package blackbox

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestASpacesPowerIsOfOneQuarterHour lets one device report its last two hours, another only until an hour ago, and a third be silent for
// half a day: the power of the space is the sum of the first two, with the time until which it is known.
func TestASpacesPowerIsOfOneQuarterHour(t *testing.T) {
	each(t, func(t *testing.T, databaseURL string) {
		client := login(t, start(t, databaseURL))
		_, err := client.MakeCampus(3)
		require.NoError(t, err)
		quarter := time.Now().UTC().Truncate(15 * time.Minute)
		tell := func(device string, kwh float64, ago time.Duration) {
			send(t, client, 201, http.MethodPost, "/consumo", map[string]any{"device_id": device, "kwh": kwh, "interval_s": 900, "timestamp": quarter.Add(-ago).Format(time.RFC3339)})
		}
		for i := range 8 {
			tell("d0", 0.25+0.25*float64(i), time.Duration(i)*15*time.Minute) // 1 kW now, 5 kW an hour ago
		}
		for i := 4; i < 8; i++ {
			tell("d1", 0.5, time.Duration(i)*15*time.Minute)
		}
		tell("d2", 2, 12*time.Hour)
		type space struct {
			KW       float64
			KWUntil  time.Time `json:"kw_until"`
			KWSilent int       `json:"kw_silent"`
			Devices  []struct {
				ID    string
				Power *struct{ KW float64 }
			}
			Spaces []struct{ KW float64 }
		}
		var twin struct{ Spaces []space }
		require.NoError(t, send(t, client, 200, http.MethodGet, "/api/gemelo", nil).JSON(&twin))
		site := twin.Spaces[0]
		require.InDelta(t, 5+2, site.KW, 1e-9)
		require.Equal(t, quarter.Add(-time.Hour), site.KWUntil)
		require.Equal(t, 1, site.KWSilent)
		require.Equal(t, site.KW, site.Spaces[0].KW)
	})
}

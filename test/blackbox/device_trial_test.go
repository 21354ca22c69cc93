package blackbox

import (
	"fmt"
	"math"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/test/program"
)

// trial is the answer to a dry run of a change of a device.
type trial struct {
	Device struct {
		ID           string
		ParentID     *string `json:"parent_id"`
		SpaceID      string  `json:"space_id"`
		FormerPlaces []struct {
			SpaceID string `json:"space_id"`
			Until   string
		} `json:"former_places"`
	}
	Sums []struct {
		SpaceID   string `json:"space_id"`
		Name      string
		From, To  string
		BeforeKWh *float64 `json:"before_kwh"`
		AfterKWh  *float64 `json:"after_kwh"`
	}
}

func tryDevice(t *testing.T, c *program.Client, id string, change map[string]any) (out trial) {
	t.Helper()
	require.NoError(t, send(t, c, 200, http.MethodPatch, "/api/dispositivos/"+id+"?dry_run=true", change).JSON(&out))
	return out
}

// milliwatthours are exact: the sums have six decimals.
func milliwatthours(kwh float64) int64 { return int64(math.Round(kwh * 1e6)) }

// energyOf adds up the series of a space, mWh.
func energyOf(t *testing.T, c *program.Client, level, id, from, to string) (sum int64) {
	t.Helper()
	query := url.Values{"level": {level}, "id": {id}, "from": {from}, "to": {to}, "bucket": {"hour"}}
	var serie struct{ Items []struct{ KWh *float64 } }
	require.NoError(t, send(t, c, 200, http.MethodGet, "/api/consumo/serie?"+query.Encode(), nil).JSON(&serie))
	for _, step := range serie.Items {
		if step.KWh != nil {
			sum += milliwatthours(*step.KWh)
		}
	}
	return sum
}

// TestADeviceIsTriedBehindAMeter asks what the sums would be if the meter of a block already counted a device, makes the change, and
// compares.
func TestADeviceIsTriedBehindAMeter(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, databaseURL string) {
		admin := login(t, start(t, databaseURL))
		made := func(path string, body map[string]any) string {
			var made struct{ ID string }
			require.NoError(t, send(t, admin, 201, http.MethodPost, path, body).JSON(&made))
			return made.ID
		}
		site := made("/api/espacios", map[string]any{"name": "Sede", "kind": "site"})
		block := made("/api/espacios", map[string]any{"name": "Bloque 5", "kind": "building", "parent_id": site})
		floor := made("/api/espacios", map[string]any{"name": "Piso 1", "kind": "floor", "parent_id": block})
		room := made("/api/espacios", map[string]any{"name": "Sala", "kind": "room", "parent_id": floor})
		other := made("/api/espacios", map[string]any{"name": "Otra", "kind": "room", "parent_id": floor})
		made("/api/dispositivos", map[string]any{"id": "m", "kind": "meter", "space_id": block})
		made("/api/dispositivos", map[string]any{"id": "ac", "kind": "ac", "space_id": room})
		made("/api/dispositivos", map[string]any{"id": "tv", "kind": "tv", "space_id": room})
		empty := tryDevice(t, admin, "ac", map[string]any{"parent_id": "m"})
		require.Empty(t, empty.Sums, "nothing was measured")
		require.Equal(t, "m", *empty.Device.ParentID)

		now := time.Now().UTC().Truncate(time.Hour)
		var rows strings.Builder
		rows.WriteString("device_id,kwh,interval_s,timestamp\n")
		for hours := range 35 * 24 {
			at := now.Add(-time.Duration(hours) * time.Hour).Format(time.RFC3339)
			fmt.Fprintf(&rows, "m,1.25,3600,%s\nac,0.3333%02d,3600,%s\n", at, hours%100, at)
		}
		answer, err := admin.Raw(http.MethodPost, "/consumo/lote", "text/csv", strings.NewReader(rows.String()))
		require.NoError(t, err)
		require.Equal(t, 200, answer.Status, string(answer.Body))

		levels := map[string]string{room: "room", other: "room", block: "building", site: "site"}
		db := openSQL(t, databaseURL)
		quiet(t, db)
		before := contents(t, db)
		from := now.AddDate(0, 0, -40).Format(time.RFC3339)
		whole := energyOf(t, admin, "building", block, from, now.Format(time.RFC3339))

		now30 := tryDevice(t, admin, "ac", map[string]any{"parent_id": "m"})
		for _, s := range now30.Sums {
			require.Equal(t, *s.BeforeKWh, *s.AfterKWh, "a move of now leaves the past as it is")
		}
		change := map[string]any{"parent_id": "m", "moved_at": "2000-01-01T00:00:00Z"}
		tried := tryDevice(t, admin, "ac", change)
		require.Equal(t, tried, tryDevice(t, admin, "ac", change))
		var spaces []string
		for _, s := range tried.Sums {
			spaces = append(spaces, s.SpaceID)
			require.Equal(t, energyOf(t, admin, levels[s.SpaceID], s.SpaceID, s.From, s.To), milliwatthours(*s.BeforeKWh), "a trial is in no cache")
			end, err := time.Parse(time.RFC3339, s.To)
			require.NoError(t, err)
			require.Equal(t, now, end.UTC())
		}
		require.Equal(t, []string{room, block, site}, spaces)
		moved := tryDevice(t, admin, "ac", map[string]any{"space_id": other, "moved_at": "2000-01-01T00:00:00Z"})
		require.Len(t, moved.Sums, 4, "the place until now too")
		require.Nil(t, moved.Sums[0].BeforeKWh)
		require.Equal(t, *moved.Sums[3].BeforeKWh, *moved.Sums[0].AfterKWh)
		require.Nil(t, moved.Sums[3].AfterKWh)
		require.Empty(t, differing(before, contents(t, db)))

		require.Equal(t, []string{"parent_id"}, fieldsOf(t, send(t, admin, 400, http.MethodPatch, "/api/dispositivos/ac?dry_run=true", map[string]any{"parent_id": "nada"})))
		require.Equal(t, []string{"moved_at"}, fieldsOf(t, send(t, admin, 400, http.MethodPatch, "/api/dispositivos/ac?dry_run=true", map[string]any{"moved_at": "ayer"})))
		send(t, admin, 404, http.MethodPatch, "/api/dispositivos/nada?dry_run=true", map[string]any{})
		send(t, newUser(t, admin, "viewer", ""), 403, http.MethodPatch, "/api/dispositivos/ac?dry_run=true", change)
		limited := newUser(t, admin, "manager", room)
		require.Equal(t, []string{"parent_id"}, fieldsOf(t, send(t, limited, 400, http.MethodPatch, "/api/dispositivos/ac?dry_run=true", change)))
		require.Len(t, tryDevice(t, limited, "ac", map[string]any{"name": "Aire"}).Sums, 1, "only the sums of spaces that the caller sees")

		var real struct {
			FormerPlaces []struct{ Until string } `json:"former_places"`
		}
		require.NoError(t, send(t, admin, 200, http.MethodPatch, "/api/dispositivos/ac", change).JSON(&real))
		require.Len(t, real.FormerPlaces, len(tried.Device.FormerPlaces))
		for _, s := range tried.Sums {
			require.Equal(t, energyOf(t, admin, levels[s.SpaceID], s.SpaceID, s.From, s.To), milliwatthours(*s.AfterKWh), "as it was tried, to the last digit")
		}
		require.Less(t, milliwatthours(*tried.Sums[1].AfterKWh), milliwatthours(*tried.Sums[1].BeforeKWh))
		after := energyOf(t, admin, "building", block, from, now.Format(time.RFC3339))
		require.Equal(t, int64(35*24*1_250_000), after, "all of the past is restated, also what is older than 30 days")
		require.Less(t, after, whole)
		send(t, admin, 200, http.MethodPatch, "/api/dispositivos/ac", map[string]any{"parent_id": "", "moved_at": real.FormerPlaces[0].Until})
		require.Equal(t, whole, energyOf(t, admin, "building", block, from, now.Format(time.RFC3339)), "and back")
	})
}

package gormenergy_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	gormenergy "github.com/holotwin/holotwin/adapters/gorm/energy"
	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/energytest"
	"github.com/holotwin/holotwin/modules/energy/ledger"
	"github.com/holotwin/holotwin/platform/database"
	"github.com/holotwin/holotwin/platform/database/databasetest"
)

// TestRelearn judges a counter again that was stored by a version which assumed that it reports every quarter hour.
func TestRelearn(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.Database) {
		ctx := context.Background()
		require.NoError(t, db.Migrate(ctx, "energy", gormenergy.Migrations()))
		store := gormenergy.New(db, energytest.Clock{})
		untold := func(id energy.DeviceID) ledger.Traits {
			traits := energytest.Traits(id)
			traits.UsualIsGuess = id != "told"
			return traits
		}
		hour := energy.Instant(time.Hour / time.Millisecond)
		counter := func(device energy.DeviceID) (batch []energy.Reading) {
			for h := range energy.Instant(2500) {
				if h < 100 || h > 110 {
					batch = append(batch, energytest.Register(device, energytest.Start-3000*hour+h*hour, energy.Energy(h)*energy.KilowattHour))
				}
			}
			return batch
		}
		for _, device := range []energy.DeviceID{"old", "told"} {
			_, err := store.Append(ctx, counter(device), energytest.Traits)
			require.NoError(t, err)
		}
		_, err := store.Append(ctx, counter("new"), untold)
		require.NoError(t, err)
		told, total := energytest.Pages(t, store, "told"), energytest.Total(t, store, "old")
		require.NoError(t, db.Write.Exec("INSERT INTO energy_relearn (device_id) VALUES ('old'), ('told'), ('gone')").Error)
		calls := 0
		for more := true; more; calls++ {
			more, err = store.Relearn(ctx, untold)
			require.NoError(t, err)
		}
		require.Equal(t, 4, calls)
		want, got := energytest.Pages(t, store, "new"), energytest.Pages(t, store, "old")
		require.Equal(t, len(want), len(got))
		for i := range want {
			require.Equal(t, want[i].Quarters, got[i].Quarters)
		}
		require.Equal(t, told, energytest.Pages(t, store, "told"), "somebody said how often it reports")
		require.Equal(t, total, energytest.Total(t, store, "old"))
		var left int
		require.NoError(t, db.Read.Raw("SELECT count(*) FROM energy_relearn").Scan(&left).Error)
		require.Zero(t, left)
	})
}

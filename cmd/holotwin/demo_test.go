package main

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/adapters/demo"
	gormenergy "github.com/holotwin/holotwin/adapters/gorm/energy"
	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/campus"
	"github.com/holotwin/holotwin/modules/energy/conditions"
	"github.com/holotwin/holotwin/modules/energy/ledger"
	"github.com/holotwin/holotwin/modules/energy/rulebook"
	"github.com/holotwin/holotwin/platform/database"
	"github.com/holotwin/holotwin/platform/database/databasetest"
	"github.com/holotwin/holotwin/platform/random"
)

// handClock is moved by hand.
type handClock struct{ at *time.Time }

func (c handClock) Now() energy.Instant { return energy.InstantOf(*c.at) }

func silent(int, int) {}

// TestTheDemoGoesOn loads the demo, carries it on by minutes and over a stop of two days, and reads a device's last week: a reading
// for each quarter hour or hour, without gap or double, up to the quarter hour that has ended.
func TestTheDemoGoesOn(t *testing.T) {
	ctx := context.Background()
	db, err := database.Open(ctx, database.Options{URL: databasetest.SQLite(t)})
	require.NoError(t, err)
	t.Cleanup(func() { _ = db.Close() })
	require.NoError(t, db.Migrate(ctx, "energy", gormenergy.Migrations()))
	zone, err := time.LoadLocation("America/Bogota")
	require.NoError(t, err)
	now := time.Date(2026, 11, 20, 8, 7, 0, 0, zone)
	clock := handClock{&now}
	load := func() demo.Loader { // as a program that starts
		store := gormenergy.New(db, clock)
		catalog := campus.NewCatalog(store, clock, random.ID, zone)
		return demo.Loader{
			Catalog: catalog, Rules: rulebook.NewRules(store, catalog, random.ID), Moments: store, Zone: zone, KeptDays: 30,
			Ledger: ledger.NewLedger(store, catalog, clock, zone, ledger.Retention{}), Conditions: conditions.NewRecorder(store, store, store, catalog, clock, zone),
		}
	}
	loader := load()
	created, err := loader.Create(ctx, now)
	require.NoError(t, err)
	require.True(t, created)
	require.NoError(t, loader.CatchUp(ctx, now, silent))
	for range 40 { // minutes
		now = now.Add(time.Minute)
		require.NoError(t, loader.CatchUp(ctx, now, silent))
	}
	now = now.Add(50 * time.Hour)
	loader = load()
	created, err = loader.Create(ctx, now)
	require.NoError(t, err)
	require.False(t, created, "there is one already")
	require.NoError(t, loader.CatchUp(ctx, now, silent))
	require.NoError(t, loader.CatchUp(ctx, now, silent), "again at the same instant")
	store := gormenergy.New(db, clock)
	for _, id := range []energy.DeviceID{"demo-medidor-bloque-1", "demo-medidor-bloque-7", "demo-tv-1", "demo-nevera-1"} {
		readings, err := store.List(ctx, []energy.DeviceID{id}, energy.InstantOf(now.AddDate(0, 0, -7)), energy.InstantOf(now), energy.Key{}, 2000)
		require.NoError(t, err)
		require.NotEmpty(t, readings)
		for i, r := range readings[1:] {
			require.Equal(t, r.At.Add(-r.Span), readings[i].At, "%s: no gap and no double at %s", id, r.At.Time())
		}
		require.Equal(t, energy.InstantOf(now.Truncate(15*time.Minute)), readings[len(readings)-1].At, id)
	}
	latest, err := store.LatestStates(ctx, []energy.DeviceID{"demo-nevera-1"}, energy.InstantOf(now))
	require.NoError(t, err)
	require.WithinDuration(t, now, latest["demo-nevera-1"].At.Time(), 12*time.Hour, "the fridge's compressor went on or off")
	hours, err := loader.Conditions.AmbientOf(ctx, energy.Caller{Role: energy.Admin}, siteOf(t, loader), energy.InstantOf(now.AddDate(0, 0, -7)), energy.InstantOf(now), conditions.AmbientKey{}, 1000)
	require.NoError(t, err)
	require.Len(t, hours, 7*24, "a temperature an hour")
}

func siteOf(t *testing.T, loader demo.Loader) energy.SpaceID {
	sites, err := loader.Catalog.Spaces(context.Background(), energy.Caller{Role: energy.Admin}, campus.KindSite, "")
	require.NoError(t, err)
	require.Len(t, sites, 1)
	return sites[0].ID
}

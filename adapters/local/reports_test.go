package local

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/modules/auth"
	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/campus"
	"github.com/holotwin/holotwin/modules/energy/intake"
)

type setClock struct{ now time.Time }

func (c *setClock) Now() energy.Instant { return energy.InstantOf(c.now) }

// fixedCampus is a site in Bogota with two buildings: a1 and a2 are in the first, b1 is in the other.
type fixedCampus struct{ campus.CatalogStore }

func (fixedCampus) Version(context.Context) (int64, error) { return 1, nil }

func (fixedCampus) Load(context.Context) (int64, []campus.Space, []campus.Device, error) {
	spaces := []campus.Space{
		{ID: "sp_site", Kind: "site", TimeZone: "America/Bogota"}, {ID: "sp_a", Kind: "building", Parent: "sp_site"}, {ID: "sp_b", Kind: "building", Parent: "sp_site"},
	}
	return 1, spaces, []campus.Device{{ID: "a1", Space: "sp_a"}, {ID: "a2", Space: "sp_a"}, {ID: "b1", Space: "sp_b"}}, nil
}

type noHeartbeats struct{ intake.Heartbeats }

func (noHeartbeats) HeartbeatsOf(context.Context, []energy.DeviceID) (map[energy.DeviceID]intake.Heartbeat, error) {
	return nil, nil
}

// TestDevicesReportingToday counts by the day of the site, and only devices in the key's reach, on a day on which the key was used.
func TestDevicesReportingToday(t *testing.T) {
	ctx := context.Background()
	clock := &setClock{time.Date(2026, 5, 26, 4, 50, 0, 0, time.UTC)} // ten minutes to midnight in Bogota
	const site, a = "sp_site", "sp_a"
	catalog := campus.NewCatalog(fixedCampus{}, clock, func(string) string { return "" }, time.UTC)
	fleet := intake.NewFleet(noHeartbeats{}, nil, clock)
	reports := Reports{Catalog: catalog, Fleet: fleet, Clock: clock}
	count := func(key auth.Key) int {
		t.Helper()
		n, err := reports.ReportingToday(ctx, key)
		require.NoError(t, err)
		return n
	}
	ofA, ofTwo, ofSite := auth.Key{Space: a}, auth.Key{Devices: []string{"a1", "b1"}}, auth.Key{Space: site}
	for _, id := range []energy.DeviceID{"a1", "b1"} {
		fleet.RecordSeen(id, 0, energy.ByArrival)
	}
	require.Zero(t, count(ofSite), "the key was never used")
	for _, key := range []*auth.Key{&ofA, &ofTwo, &ofSite} {
		key.LastUsed = clock.now
	}
	require.Equal(t, []int{1, 2, 2}, []int{count(ofA), count(ofTwo), count(ofSite)})

	clock.now = clock.now.Add(20 * time.Minute) // a new day
	fleet.RecordSeen("a2", 0, energy.ByArrival)
	require.Zero(t, count(ofSite), "the key was used yesterday")
	ofA.LastUsed, ofSite.LastUsed = clock.now, clock.now
	require.Equal(t, []int{1, 0, 1}, []int{count(ofA), count(ofTwo), count(ofSite)})
	require.Zero(t, count(auth.Key{Space: "sp_gone", LastUsed: clock.now}))
}

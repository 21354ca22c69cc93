package energytest

import (
	"context"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/campus"
	"github.com/holotwin/holotwin/modules/energy/ledger"
	"github.com/holotwin/holotwin/modules/energy/tariffs"
	"github.com/holotwin/holotwin/modules/energy/usage"
)

// directory is a campus that the test may replace.
type directory struct{ campus *campus.Campus }

func (d *directory) Campus(context.Context) (*campus.Campus, error) { return d.campus, nil }
func (d *directory) Fresh(context.Context) (*campus.Campus, error)  { return d.campus, nil }

// unpriced returns no prices.
type unpriced struct{}

func (unpriced) Rates(context.Context, energy.SpaceID, energy.Instant, energy.Instant) ([]tariffs.Rate, error) {
	return nil, nil
}

var reader = energy.Caller{Role: energy.Viewer}

// building returns a site with a building of two rooms, a meter and three plugs. The plug "moved" is in the second room; until an
// instant it was in the first.
func building(version int64, moved energy.Instant) *campus.Campus {
	plug := func(id energy.DeviceID, space energy.SpaceID) campus.Device {
		return campus.Device{ID: id, Name: string(id), Kind: campus.KindOther, Space: space, Parent: "meter"}
	}
	wanderer := plug("moved", "second")
	if moved > 0 {
		wanderer.Former = []campus.Placement{{Space: "first", Parent: "meter", Until: moved}}
	}
	return campus.NewCampus(version, []campus.Space{
		{ID: "site", Name: "site", Kind: campus.KindSite, TimeZone: "America/Bogota"},
		{ID: "block", Name: "block", Kind: campus.KindBuilding, Parent: "site"},
		{ID: "first", Name: "first", Kind: campus.KindRoom, Parent: "block"},
		{ID: "second", Name: "second", Kind: campus.KindRoom, Parent: "block"},
	}, []campus.Device{
		{ID: "meter", Name: "meter", Kind: campus.KindMeter, Space: "block"},
		plug("one", "first"), plug("two", "second"), wanderer,
	}, time.UTC)
}

// cachedDays asks the same of queries with cached days and of queries with an empty cache, after every change: late readings,
// corrections, moved devices. The answers are equal, and their parts add up to the whole.
func cachedDays(t *testing.T, store ledger.Readings) {
	chance := rand.New(rand.NewPCG(7, 11))
	place := &directory{campus: building(1, 0)}
	old := usage.NewQueries(store, place, unpriced{}, Clock{})
	from := Now - Now%day - 6*day
	for round := range 40 {
		if round%9 == 8 {
			place.campus = building(int64(round), from+energy.Instant(chance.IntN(6*96))*15*minute)
		}
		changeRandomly(t, store, chance, from)
		fresh := usage.NewQueries(store, place, unpriced{}, Clock{})
		for _, q := range questions(chance, from) {
			remembered, covered, err := old.SeriesWithCoverage(context.Background(), reader, q)
			require.NoError(t, err)
			read, again, err := fresh.SeriesWithCoverage(context.Background(), reader, q)
			require.NoError(t, err)
			require.Equal(t, read, remembered, "round %d, %+v", round, q)
			require.Equal(t, again, covered, "round %d, %+v", round, q)
			whole, inAll, err := old.SeriesWithCoverage(context.Background(), reader, usage.Query{Level: q.Level, ID: q.ID, From: q.From, To: q.To, Bucket: q.Bucket})
			require.NoError(t, err)
			require.Equal(t, inAll, covered, "whatever it is broken down by")
			requireSum(t, whole[0].Steps, read)
			requireWeighed(t, whole[0].Steps, covered)
		}
	}
}

// questions covers everything, in all groupings, over some part of the time.
func questions(chance *rand.Rand, from energy.Instant) []usage.Query {
	var all []usage.Query
	for _, by := range []usage.Grouping{usage.PerRoom, usage.PerDevice, usage.PerKind} {
		begin := from + energy.Instant(chance.IntN(4*96))*15*minute
		all = append(all, usage.Query{
			Level: campus.OfSite, ID: "site", By: by, Bucket: []usage.Bucket{usage.ByHour, usage.ByDay, usage.ByQuarter}[chance.IntN(3)],
			From: begin, To: begin + 15*minute + energy.Instant(chance.IntN(3*96))*15*minute,
		})
	}
	return all
}

// changeRandomly sends a few readings of any day, and sometimes corrects one of them.
func changeRandomly(t *testing.T, store ledger.Readings, chance *rand.Rand, from energy.Instant) {
	t.Helper()
	devices := []energy.DeviceID{"meter", "one", "two", "moved"}
	sent := make(map[energy.Key]energy.Reading)
	for range 1 + chance.IntN(12) {
		r := Interval(devices[chance.IntN(4)], from+energy.Instant(1+chance.IntN(6*24*4-1))*15*minute, energy.Energy(chance.IntN(2_000_000)))
		if r.Device == "meter" {
			r.Energy += 3 * energy.KilowattHour
		}
		sent[r.Key()] = r
	}
	var batch []energy.Reading
	for _, r := range sent {
		batch = append(batch, r)
	}
	outcomes, err := store.Append(context.Background(), batch, Traits)
	require.NoError(t, err)
	if chance.IntN(2) == 0 {
		corrected := outcomes[0].Stored
		corrected.Energy /= 2
		_, err := store.Correct(context.Background(), ledger.Correction{Key: corrected.Key(), After: &corrected, Reason: "r", By: "b", Made: Now}, Traits)
		require.NoError(t, err)
	}
}

// requireWeighed checks that the weighted coverage of the steps equals the total coverage, and that the rest is missing.
func requireWeighed(t *testing.T, steps []usage.Step, all usage.Coverage) {
	t.Helper()
	weight, measured, missing := 0.0, 0.0, 0.0
	for _, s := range steps {
		weight += s.Weight
		measured += s.Coverage * s.Weight
	}
	for _, m := range all.Missing {
		missing += m.Share
	}
	if weight > 0 {
		require.InDelta(t, all.Measured, measured/weight, 2e-6)
		require.InDelta(t, 1, all.Measured+missing, 1e-5)
	}
}

// requireSum checks that groups add up to the whole, step by step.
func requireSum(t *testing.T, whole []usage.Step, groups []usage.Series) {
	t.Helper()
	for i, step := range whole {
		var sum energy.Energy
		for _, g := range groups {
			sum += g.Steps[i].Energy
		}
		require.Equal(t, step.Energy, sum, "step %d", i)
	}
}

// movedDevice keeps a device's energy in the space where it was used.
func movedDevice(t *testing.T, store ledger.Readings) {
	place := &directory{campus: building(1, 0)}
	moved := Now - Now%day - 10*day + 12*hour
	var batch []energy.Reading
	for i := energy.Instant(-4); i < 4; i++ {
		batch = append(batch, Interval("moved", moved+(i+1)*15*minute, energy.KilowattHour))
	}
	_, err := store.Append(context.Background(), batch, Traits)
	require.NoError(t, err)
	reports := usage.NewQueries(store, place, unpriced{}, Clock{})
	in := func(room string) energy.Energy {
		all, err := reports.Series(context.Background(), reader, usage.Query{Level: campus.OfRoom, ID: room, From: moved - day, To: moved + day, Bucket: usage.ByMonth})
		require.NoError(t, err)
		var sum energy.Energy
		for _, s := range all[0].Steps {
			sum += s.Energy
		}
		return sum
	}
	require.Equal(t, []energy.Energy{0, 8 * energy.KilowattHour}, []energy.Energy{in("first"), in("second")})
	place.campus = building(2, moved)
	require.Equal(t, []energy.Energy{4 * energy.KilowattHour, 4 * energy.KilowattHour}, []energy.Energy{in("first"), in("second")})
	from, to, found, err := reports.MeasuredRange(context.Background(), reader, campus.OfRoom, "first")
	require.NoError(t, err)
	require.Equal(t, []any{moved - hour, moved + hour, true}, []any{from, to, found})
}

// laterDevice reports a room as partly measured before its second device first reported, for any range.
func laterDevice(t *testing.T, store ledger.Readings) {
	first := Now - Now%day - 10*day
	var batch []energy.Reading
	for i := energy.Instant(1); i <= 192; i++ {
		batch = append(batch, Interval("two", first+i*15*minute, 1))
		if i > 96 {
			batch = append(batch, Interval("moved", first+i*15*minute, 1))
		}
	}
	_, err := store.Append(context.Background(), batch, Traits)
	require.NoError(t, err)
	reports := usage.NewQueries(store, &directory{campus: building(1, 0)}, unpriced{}, Clock{})
	covered := func(room string, from, to energy.Instant) float64 {
		all, err := reports.Series(context.Background(), reader, usage.Query{Level: campus.OfBuilding, ID: room, From: from, To: to, Bucket: usage.ByMonth})
		require.NoError(t, err)
		return all[0].Steps[0].Coverage
	}
	require.Equal(t, []float64{0.5, 1, 0.75}, []float64{covered("block", first, first+day), covered("block", first+day, first+2*day), covered("block", first, first+2*day)})
}

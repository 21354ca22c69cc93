package energytest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/campus"
	"github.com/holotwin/holotwin/modules/energy/ledger"
	"github.com/holotwin/holotwin/modules/energy/usage"
)

// The suites about coverage use eight meters of buildings and fifteen plugs outside their circuits.
const (
	meters = 8
	plugs  = 15
)

// campusOfMeters returns a site with its meters and plugs; the rated power of the plugs is unknown.
func campusOfMeters() *campus.Campus {
	devices := []campus.Device{
		{ID: "total", Name: "total", Kind: campus.KindMeter, Space: "site"},
		{ID: "behind", Name: "behind", Kind: campus.KindAC, Space: "site", Parent: "total"},
	}
	for n := range meters {
		devices = append(devices, campus.Device{ID: energy.DeviceID(fmt.Sprintf("m%d", n)), Name: fmt.Sprintf("Meter %d", n), Kind: campus.KindMeter, Space: "site"})
	}
	for n := range plugs {
		devices = append(devices, campus.Device{ID: energy.DeviceID(fmt.Sprintf("p%02d", n)), Name: fmt.Sprintf("Plug %d", n), Kind: campus.KindOther, Space: "site"})
	}
	return campus.NewCampus(1, []campus.Space{{ID: "site", Name: "site", Kind: campus.KindSite, TimeZone: "America/Bogota"}}, devices, time.UTC)
}

// coverageQuery is what a coverage is computed from.
type coverageQuery struct {
	t       *testing.T
	reports *usage.Queries
}

func newCoverageQuery(t *testing.T, store ledger.Readings, campus *campus.Campus) coverageQuery {
	return coverageQuery{t, usage.NewQueries(store, &directory{campus: campus}, unpriced{}, Clock{})}
}

// over returns the coverage of a range of the site in steps of a width, and what is missing.
func (s coverageQuery) over(from, to energy.Instant, bucket usage.Bucket) ([]usage.Step, usage.Coverage) {
	s.t.Helper()
	all, coverage, err := s.reports.SeriesWithCoverage(context.Background(), reader, usage.Query{Level: campus.OfSite, ID: "site", From: from, To: to, Bucket: bucket})
	require.NoError(s.t, err)
	return all[0].Steps, coverage
}

// requireAlike checks that the coverage of a range is the same in steps of every width, weighted and added up.
func (s coverageQuery) requireAlike(from, to energy.Instant) usage.Coverage {
	s.t.Helper()
	_, want := s.over(from, to, usage.ByMonth)
	for _, bucket := range []usage.Bucket{usage.ByQuarter, usage.ByHour, usage.ByDay, usage.ByWeek, usage.ByMonth} {
		steps, coverage := s.over(from, to, bucket)
		require.Equal(s.t, want, coverage, "by %s", bucket)
		requireWeighed(s.t, steps, coverage)
	}
	return want
}

// coverageByEnergy weighs fully measured meters and plugs that were measured a third of the time.
func coverageByEnergy(t *testing.T, store ledger.Readings) {
	from := Now - Now%day - 10*day
	var batch []energy.Reading
	for n := range energy.Instant(3 * 96) {
		at := from + (n+1)*15*minute
		for m := range meters {
			batch = append(batch, Interval(energy.DeviceID(fmt.Sprintf("m%d", m)), at, energy.Energy(m+1)*energy.KilowattHour))
		}
		if n%96 >= 32 {
			continue
		}
		for p := range plugs {
			batch = append(batch, Interval(energy.DeviceID(fmt.Sprintf("p%02d", p)), at, energy.KilowattHour/2000))
		}
	}
	_, err := store.Append(context.Background(), batch, Traits)
	require.NoError(t, err)
	s := newCoverageQuery(t, store, campusOfMeters())
	coverage := s.requireAlike(from, from+3*day)
	require.GreaterOrEqual(t, coverage.Measured, 0.99)
	require.Less(t, coverage.Measured, 1.0)
	require.Len(t, coverage.Missing, plugs)
	require.Equal(t, usage.Missing{Device: "p00", Name: "Plug 0", Share: coverage.Missing[0].Share}, coverage.Missing[0])
	s.requireAlike(from+5*hour, from+29*hour)
}

// coverageOfSilentDevices weighs a silent half of the time by what the device usually uses then.
func coverageOfSilentDevices(t *testing.T, store ledger.Readings) {
	from := Now - Now%day - 21*day
	var batch []energy.Reading
	for n := range energy.Instant(14 * 96) {
		at := from + (n+1)*15*minute
		used := energy.KilowattHour // at night
		if hour := n % 96 / 4; hour >= 8 && hour < 20 {
			used = 3 * energy.KilowattHour
		}
		batch = append(batch, Interval("m0", at, energy.KilowattHour))
		if n < 13*96 || n%96/4 < 8 { // on the last day it is silent from 8:00 on
			batch = append(batch, Interval("m1", at, used/2))
		}
	}
	_, err := store.Append(context.Background(), batch, Traits)
	require.NoError(t, err)
	s := newCoverageQuery(t, store, campusOfMeters())
	coverage := s.requireAlike(from+13*day, from+14*day)
	// A day of m0 is 96 kWh, and so is a day of m1 (24 + 72). m1 lacks 12 hours of 6 kWh and 4 hours of 2 kWh.
	require.InDelta(t, 1-(72+8.0)/(96+96), coverage.Measured, 0.003)
	require.Equal(t, energy.DeviceID("m1"), coverage.Missing[0].Device)
	require.Equal(t, 1.0, s.requireAlike(from, from+13*day).Measured)
}

// coverageOfMeters lets a meter cover the devices behind it, and those devices cover their part while the meter is silent.
func coverageOfMeters(t *testing.T, store ledger.Readings) {
	from := Now - Now%day - 21*day
	var batch []energy.Reading
	for n := range energy.Instant(14 * 96) {
		at := from + (n+1)*15*minute
		if n < 13*96+48 {
			batch = append(batch, Interval("total", at, 10*energy.KilowattHour))
		}
		if n%2 == 0 || n >= 13*96 {
			batch = append(batch, Interval("behind", at, energy.KilowattHour))
		}
	}
	_, err := store.Append(context.Background(), batch, Traits)
	require.NoError(t, err)
	s := newCoverageQuery(t, store, campusOfMeters())
	require.Equal(t, usage.Coverage{Measured: 1, Missing: []usage.Missing{}}, s.requireAlike(from, from+13*day), "the meter was measured")
	coverage := s.requireAlike(from+13*day, from+14*day)
	require.InDelta(t, 0.55, coverage.Measured, 1e-6, "a half by the meter, a tenth of the other by what is behind it")
	require.Equal(t, []usage.Missing{{Device: "total", Name: "total", Share: 0.45}}, coverage.Missing)
}

// coverageOfNothing weighs by time if nothing was ever used, and ignores the future.
func coverageOfNothing(t *testing.T, store ledger.Readings) {
	today := Now - Now%day
	var batch []energy.Reading
	for n := range energy.Instant(96) {
		batch = append(batch, Interval("m0", today-day+(n+1)*15*minute, 0))
		if n%4 == 0 {
			batch = append(batch, Interval("m1", today-day+(n+1)*15*minute, 0))
		}
	}
	for at := today + 15*minute; at <= Now; at += 15 * minute {
		batch = append(batch, Interval("m0", at, 0), Interval("m1", at, 0))
	}
	_, err := store.Append(context.Background(), batch, Traits)
	require.NoError(t, err)
	s := newCoverageQuery(t, store, campusOfMeters())
	require.InDelta(t, 0.625, s.requireAlike(today-day, today).Measured, 1e-9)
	ahead := s.requireAlike(today, today+30*day)
	require.Greater(t, ahead.Measured, 0.9, "what is to come is not missing: %+v", ahead)
	steps, _ := s.over(today+2*day, today+3*day, usage.ByDay)
	require.Zero(t, steps[0].Coverage)
}

// coverageInAnyOrder computes the same coverage from the same readings in any order, also if it is computed in between.
func coverageInAnyOrder(t *testing.T, fresh func(t *testing.T) ledger.Readings) {
	from := Now - Now%day - 20*day
	chance := rand.New(rand.NewPCG(3, 5))
	var batch []energy.Reading
	for n := range energy.Instant(20 * 24) {
		for m := range 3 {
			if chance.IntN(5) > 0 {
				device := energy.DeviceID(fmt.Sprintf("m%d", m))
				batch = append(batch, energy.Reading{Device: device, At: from + (n+1)*hour, Kind: energy.Interval, Energy: energy.Energy(chance.IntN(5_000_000)), Span: int64(hour)})
			}
		}
	}
	var want []any
	for round := range 3 {
		store := fresh(t)
		s := newCoverageQuery(t, store, campusOfMeters())
		for part := range slices.Chunk(batch, 100) {
			_, err := store.Append(context.Background(), part, Traits)
			require.NoError(t, err)
			s.over(from, from+20*day, usage.ByDay)
		}
		var got []any
		for n := range energy.Instant(20) {
			got = append(got, s.requireAlike(from+n*day, from+(n+1)*day))
		}
		if round == 0 {
			want = got
		}
		require.Equal(t, want, got)
		chance.Shuffle(len(batch), func(i, j int) { batch[i], batch[j] = batch[j], batch[i] })
	}
}

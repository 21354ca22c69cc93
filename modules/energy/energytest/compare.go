package energytest

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/campus"
	"github.com/holotwin/holotwin/modules/energy/ledger"
	"github.com/holotwin/holotwin/modules/energy/usage"
)

// compares compares a week with the week before: devices that were measured in both, by themselves or by the devices behind them.
func compares(t *testing.T, store ledger.Readings) {
	from := Now - Now%day - 20*day
	var batch []energy.Reading
	hourly := func(device energy.DeviceID, begin, end energy.Instant, used energy.Energy) {
		for at := begin + hour; at <= end; at += hour {
			batch = append(batch, energy.Reading{Device: device, At: at, Kind: energy.Interval, Energy: used, Span: int64(hour)})
		}
	}
	hourly("total", from, from+7*day, 10*energy.KilowattHour)
	hourly("total", from+7*day, from+10*day, 11*energy.KilowattHour) // then it is silent
	hourly("behind", from, from+14*day, energy.KilowattHour)
	hourly("m0", from, from+7*day, 8*energy.KilowattHour)
	hourly("m0", from+7*day, from+14*day, 4*energy.KilowattHour)
	hourly("m1", from+7*day, from+14*day, 2*energy.KilowattHour) // it is new
	_, err := store.Append(context.Background(), batch, Traits)
	require.NoError(t, err)
	s := newCoverageQuery(t, store, campusOfMeters())
	compare := func(from, to energy.Instant, days int) usage.Comparison {
		c, err := s.reports.Compare(context.Background(), reader, campus.OfSite, "site", from, to, days)
		require.NoError(t, err)
		return c
	}

	three := compare(from+7*day, from+10*day, 7)
	require.Equal(t, []energy.Instant{from + 7*day, from + 10*day, from, from + 3*day}, []energy.Instant{three.From, three.To, three.EarlierFrom, three.EarlierTo})
	require.Equal(t, []usage.ComparedDevice{
		{Device: "total", Name: "total", Energy: 72 * 11 * energy.KilowattHour, Earlier: 72 * 10 * energy.KilowattHour},
		{Device: "m0", Name: "Meter 0", Energy: 72 * 4 * energy.KilowattHour, Earlier: 72 * 8 * energy.KilowattHour},
	}, three.Devices)
	require.True(t, three.ChangeKnown)
	require.InDelta(t, 15.0/18-1, three.Change, 1e-12)
	require.Equal(t, energy.DeviceID("m1"), three.Missing[0].Device)
	require.InDelta(t, 1, three.Share+three.Missing[0].Share, 1e-5)

	silent := compare(from+10*day, from+14*day, 7)
	require.Len(t, silent.Devices, 2)
	require.Equal(t, usage.ComparedDevice{Device: "behind", Name: "behind", Energy: 96 * energy.KilowattHour, Earlier: 96 * energy.KilowattHour}, silent.Devices[1])
	require.Equal(t, energy.DeviceID("total"), silent.Missing[0].Device)
	require.False(t, silent.ChangeKnown, "of half the energy there is no change: %v", silent.Share)

	require.Zero(t, compare(from+7*day, from+14*day, 364).Share)
	ahead := compare(Now+day, Now+2*day, 7)
	require.Equal(t, ahead.From, ahead.To, "what is to come is not compared")
}

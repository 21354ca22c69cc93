package intake

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/ledger"
)

// TestOneKilowattHourIsOne reads the same energy in each supported unit.
func TestOneKilowattHourIsOne(t *testing.T) {
	for unit, text := range map[energy.Unit]string{
		energy.UnitMilliwattHour: "1000000", energy.UnitWattHour: "1000.0", energy.UnitKilowattHour: "1", energy.UnitMegawattHour: "0.001",
		energy.UnitWattMinute: "60000", energy.UnitWattSecond: "3.6e6",
	} {
		e, err := energy.ReadEnergy(text, unit)
		require.NoError(t, err, unit)
		require.Equal(t, energy.KilowattHour, e, unit)
	}
	least, err := energy.ReadEnergy("0.000000001", energy.UnitMegawattHour)
	require.NoError(t, err)
	require.Equal(t, energy.MilliwattHour, least)
	register, err := energy.ReadEnergy("9223372036", energy.UnitKilowattHour)
	require.NoError(t, err)
	require.Equal(t, 9_223_372_036*energy.KilowattHour, register)
}

func TestReadEnergyRefuses(t *testing.T) {
	for _, text := range []string{"", "nan", "NaN", "Inf", "1,5", "0x10", "unavailable", "1e30", "92233720368547758070"} {
		_, err := energy.ReadEnergy(text, energy.UnitKilowattHour)
		require.ErrorIs(t, err, energy.ErrNotEnergy, text)
	}
	_, err := energy.ReadEnergy("1", energy.UnitWatt)
	require.ErrorIs(t, err, energy.ErrNotEnergy)
	_, err = energy.ReadEnergy("1e12", energy.UnitMegawattHour)
	require.ErrorIs(t, err, energy.ErrNotEnergy)
}

func TestReadPower(t *testing.T) {
	for unit, text := range map[energy.Unit]string{energy.UnitMilliwatt: "1500000", energy.UnitWatt: "1500.0", energy.UnitKilowatt: "1.5"} {
		p, err := energy.ReadPower(text, unit)
		require.NoError(t, err)
		require.Equal(t, 1500*energy.Watt, p)
	}
	_, err := energy.ReadPower("1", energy.UnitKilowattHour)
	require.ErrorIs(t, err, energy.ErrNotPower)
}

// TestSourceOfATime checks which clock a timestamp comes from.
func TestSourceOfATime(t *testing.T) {
	for text, want := range map[string]energy.TimeSource{
		"2026-05-26T23:03:57": energy.ByDeviceLocal, "2026-05-26T23:03:57Z": energy.ByDevice, "2026-05-26T23:03:57-05:00": energy.ByDevice,
	} {
		require.Equal(t, want, ledger.Draft{At: energy.Read(text, energy.ParseWallTime)}.ClockSource(), text)
	}
	require.Equal(t, energy.ByAge, ledger.Draft{Age: energy.Known(int64(5000))}.ClockSource())
	require.Equal(t, energy.ByArrival, ledger.Draft{}.ClockSource())
	require.Equal(t, energy.ByBridge, ledger.Draft{At: energy.Known(energy.WallTimeAt(1)), Source: energy.ByBridge}.ClockSource())
}

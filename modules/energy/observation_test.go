package energy

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestOneKilowattHourIsOne reads the same energy in every unit that devices count.
func TestOneKilowattHourIsOne(t *testing.T) {
	for unit, text := range map[Unit]string{
		UnitMilliwattHour: "1000000", UnitWattHour: "1000.0", UnitKilowattHour: "1", UnitMegawattHour: "0.001",
		UnitWattMinute: "60000", UnitWattSecond: "3.6e6",
	} {
		e, err := ReadEnergy(text, unit)
		require.NoError(t, err, unit)
		require.Equal(t, KilowattHour, e, unit)
	}
	least, err := ReadEnergy("0.000000001", UnitMegawattHour)
	require.NoError(t, err)
	require.Equal(t, MilliwattHour, least)
	register, err := ReadEnergy("9223372036", UnitKilowattHour)
	require.NoError(t, err)
	require.Equal(t, 9_223_372_036*KilowattHour, register)
}

func TestReadEnergyRefuses(t *testing.T) {
	for _, text := range []string{"", "nan", "NaN", "Inf", "1,5", "0x10", "unavailable", "1e30", "92233720368547758070"} {
		_, err := ReadEnergy(text, UnitKilowattHour)
		require.ErrorIs(t, err, ErrNotEnergy, text)
	}
	_, err := ReadEnergy("1", UnitWatt)
	require.ErrorIs(t, err, ErrNotEnergy)
	_, err = ReadEnergy("1e12", UnitMegawattHour)
	require.ErrorIs(t, err, ErrNotEnergy)
}

func TestReadPower(t *testing.T) {
	for unit, text := range map[Unit]string{UnitMilliwatt: "1500000", UnitWatt: "1500.0", UnitKilowatt: "1.5"} {
		p, err := ReadPower(text, unit)
		require.NoError(t, err)
		require.Equal(t, 1500*Watt, p)
	}
	_, err := ReadPower("1", UnitKilowattHour)
	require.ErrorIs(t, err, ErrNotPower)
}

// TestSourceOfATime reports whose clock an instant is of.
func TestSourceOfATime(t *testing.T) {
	for text, want := range map[string]TimeSource{
		"2026-05-26T23:03:57": ByDeviceLocal, "2026-05-26T23:03:57Z": ByDevice, "2026-05-26T23:03:57-05:00": ByDevice,
	} {
		require.Equal(t, want, Draft{At: Read(text, ParseWallTime)}.source(), text)
	}
	require.Equal(t, ByAge, Draft{Age: Known(int64(5000))}.source())
	require.Equal(t, ByArrival, Draft{}.source())
	require.Equal(t, ByBridge, Draft{At: Known(WallTimeAt(1)), Source: ByBridge}.source())
}

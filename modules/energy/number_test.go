package energy

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// TestNumbers reads numbers without a unit and converts them to energy and power.
func TestNumbers(t *testing.T) {
	for _, text := range []string{"", " 1", "1 ", "1,5", "+1", "0x1", "NaN", "01", "1.", ".5", "9223372036854775.808", "1e400"} {
		n, err := ParseNumber(text)
		require.ErrorIs(t, err, ErrNotNumber, text)
		require.False(t, n.Given(), text)
	}
	var none Number
	_, ok := none.Thousandths()
	require.False(t, ok)
	_, err := none.Energy(UnitKilowattHour)
	require.ErrorIs(t, err, ErrNotEnergy)
	half, err := ParseNumber("-0.5000005")
	require.NoError(t, err)
	require.Equal(t, []any{true, true, "-0.5000005"}, []any{half.Given(), half.IsNegative(), half.String()})
	thousandths, ok := half.Thousandths()
	require.Equal(t, []any{int64(-500), true}, []any{thousandths, ok})
	e, err := half.Energy(UnitKilowattHour)
	require.NoError(t, err)
	require.Equal(t, -500_000*MilliwattHour, e, "half to even")
	_, err = half.Energy(UnitWatt)
	require.ErrorIs(t, err, ErrNotEnergy)
	_, err = half.Power(UnitKilowattHour)
	require.ErrorIs(t, err, ErrNotPower)
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`-?(0|[1-9][0-9]{0,9})(\.[0-9]{1,9})?([eE][+-]?[0-3])?`).Draw(t, "text")
		n, err := ParseNumber(text)
		require.NoError(t, err)
		want, ok := ReadThousandths(text)
		got, fits := n.Thousandths()
		require.Equal(t, []any{want, ok}, []any{got, fits})
		kwh, err := ParseKWh(text)
		e, failed := n.Energy(UnitKilowattHour)
		require.Equal(t, err == nil, failed == nil)
		require.Equal(t, kwh, e)
		watts, err := ParseWatts(text)
		p, failed := n.Power(UnitWatt)
		require.Equal(t, err == nil, failed == nil)
		require.Equal(t, watts, p)
	})
}

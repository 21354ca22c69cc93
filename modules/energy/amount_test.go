package energy_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/holotwin/holotwin/modules/energy"
)

func TestParseKWh(t *testing.T) {
	for text, want := range map[string]energy.Energy{
		"0": 0, "0.42": 420_000, "-0": 0, "1e-6": 1, "12.5e1": 125_000_000, "0.0000005": 0, "0.0000015": 2, "0.0000025": 2,
		"-0.0000015": -2, "9223372036854.775807": 1<<63 - 1, "1e-400": 0, "0e999": 0,
	} {
		got, err := energy.ParseKWh(text)
		require.NoError(t, err, text)
		require.Equal(t, want, got, text)
	}
	for _, text := range []string{"", "NaN", "Inf", "1e400", "0x1p-2", "1_000", "+1", " 1", "1 ", "1.", ".5", "01", "1e", "1e+-2", "9223372036854.775808", "--1", "1,5"} {
		_, err := energy.ParseKWh(text)
		require.ErrorIs(t, err, energy.ErrNotEnergy, text)
	}
}

func TestKWhIsReadBackAsItWasWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := energy.Energy(rapid.Int64().Draw(t, "mWh"))
		back, err := energy.ParseKWh(e.KWh())
		require.NoError(t, err)
		require.Equal(t, e, back)
	})
}

func FuzzParseKWh(f *testing.F) {
	for _, seed := range []string{"0.42", "1e-6", "NaN", "-1e400", "0.0000005"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		e, err := energy.ParseKWh(s)
		if err != nil {
			return
		}
		back, err := energy.ParseKWh(e.KWh())
		require.NoError(t, err)
		require.Equal(t, e, back)
	})
}

func ExampleParseKWh() {
	for _, text := range []string{"1.5", "1e-3", "0.0000005", "0.0000015", "1,5"} {
		e, err := energy.ParseKWh(text)
		fmt.Println(text, "is", int64(e), "mWh", err)
	}
	// Output:
	// 1.5 is 1500000 mWh <nil>
	// 1e-3 is 1000 mWh <nil>
	// 0.0000005 is 0 mWh <nil>
	// 0.0000015 is 2 mWh <nil>
	// 1,5 is 0 mWh not an amount of energy
}

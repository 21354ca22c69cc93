package energy_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/modules/energy"
)

var bogota = time.FixedZone("America/Bogota", -5*3600)

func TestParseInstant(t *testing.T) {
	for text, want := range map[string]string{
		"2026-05-26T23:03:57-05:00":        "2026-05-27T04:03:57Z",
		"2026-05-26T23:03:57":              "2026-05-27T04:03:57Z",
		"2026-05-26 23:03:57Z":             "2026-05-26T23:03:57Z",
		"2026-05-26t23:03:57.0019z":        "2026-05-26T23:03:57.001Z",
		"2026-05-26T23:03:57.123456+05:45": "2026-05-26T17:18:57.123Z",
	} {
		got, err := energy.ParseInstant(text, bogota)
		require.NoError(t, err, text)
		require.Equal(t, want, got.String(), text)
	}
	for _, text := range []string{
		"", "2026", "2026-05-26", "2026-05-26T0:00:00Z", "2026-05-26T00:00:00,5Z", "2026-05-26T00:00:00+24:00", "2026-02-30T00:00:00Z",
		"2026-05-26T24:00:00Z", "2026-05-26T00:00:60Z", "2026-05-26T00:00:00.Z", "2026-05-26T00:00:00+0500", "1779854637", "2026-05-26T00:00:00Z ",
	} {
		_, err := energy.ParseInstant(text, bogota)
		require.ErrorIs(t, err, energy.ErrNotInstant, text)
	}
}

func FuzzParseInstant(f *testing.F) {
	f.Add("2026-05-26T23:03:57-05:00")
	f.Add("2026-05-26T23:03:57.5")
	f.Fuzz(func(t *testing.T, s string) {
		at, err := energy.ParseInstant(s, bogota)
		if err != nil {
			return
		}
		back, err := energy.ParseInstant(at.String(), bogota)
		require.NoError(t, err)
		require.Equal(t, at, back)
	})
}

func ExampleParseInstant() {
	for _, text := range []string{"2026-05-26T10:00:00", "2026-05-26T10:00:00-05:00", "2026-05-26T15:00:00.250Z", "26.05.2026"} {
		at, err := energy.ParseInstant(text, bogota)
		if err != nil {
			fmt.Println(err)
			continue
		}
		fmt.Println(at)
	}
	// Output:
	// 2026-05-26T15:00:00Z
	// 2026-05-26T15:00:00Z
	// 2026-05-26T15:00:00.25Z
	// not an RFC 3339 instant
}

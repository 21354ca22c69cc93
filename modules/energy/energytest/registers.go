package energytest

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/ledger"
)

// registerStreams are readings of real meters, with their expected results.
var registerStreams = []struct {
	name    string
	counts  []string // kWh, one every 15 minutes
	modulus string
	kwh     string
}{
	{"steady", []string{"10", "10.5", "11"}, "", "1"},
	{"a transient zero", []string{"13423.7", "0", "13423.7"}, "", "0"},
	{"a transient zero while running", []string{"13423.7", "0", "13424.2", "13424.7"}, "", "1"},
	{"jitter", []string{"215.7", "215.6", "215.8"}, "", "0.1"},
	{"a plug's W·min counter after a reboot", []string{"1.2", "0.00025", "0.001"}, "", "0.001"},
	{"rollover", []string{"999999.984", "0.02"}, "1000000", "0.036"},
	{"a used meter first seen", []string{"56842220", "56842220.5"}, "", "0.5"},
	{"a step back after a power cut", []string{"6.294", "5.9", "6.1"}, "", "0.2"},
	{"a wild value", []string{"100", "53700100", "100.5"}, "", "0.5"},
	{"another meter", []string{"13423", "5000", "5000.5"}, "", "0.5"},
}

func registers(t *testing.T, fresh func(t *testing.T) ledger.Readings) {
	for _, c := range registerStreams {
		t.Run(c.name, func(t *testing.T) {
			store := fresh(t)
			traits := func(id energy.DeviceID) ledger.Traits {
				t := Traits(id)
				if c.modulus != "" {
					t.Modulus = kwh(c.modulus)
				}
				return t
			}
			var batch []energy.Reading
			for i, count := range c.counts {
				batch = append(batch, Register("m", Start+energy.Instant(i)*15*minute, kwh(count)))
			}
			for _, i := range backToFront(len(batch)) { // newest first: each one changes the result of what came before
				_, err := store.Append(context.Background(), batch[i:i+1], traits)
				require.NoError(t, err)
			}
			require.Equal(t, c.kwh, Total(t, store, "m").KWh())
		})
	}
}

func backToFront(n int) []int {
	order := make([]int, n)
	for i := range order {
		order[i] = n - 1 - i
	}
	return order
}

func kwh(s string) energy.Energy {
	e, err := energy.ParseKWh(s)
	if err != nil {
		panic(err)
	}
	return e
}

package energytest

import (
	"context"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/ledger"
)

// unknownIntervals returns traits of devices whose reporting interval is unknown.
func unknownIntervals(id energy.DeviceID) ledger.Traits {
	t := Traits(id)
	t.UsualIsGuess = true
	return t
}

// counterAt returns readings of a counter at some hours after Start, at one kilowatt.
func counterAt(hours ...int) []energy.Reading {
	batch := make([]energy.Reading, len(hours))
	for i, h := range hours {
		batch[i] = Register("m", Start+energy.Instant(h)*hour, energy.Energy(100+h)*energy.KilowattHour)
	}
	return batch
}

func every(step, from, to int) (hours []int) {
	for h := from; h <= to; h += step {
		hours = append(hours, h)
	}
	return hours
}

// paces are counters with the hours measured, the hours filled, and the estimated energy, kWh.
var paces = []struct {
	name                        string
	hours                       []int
	measured, filled, estimated energy.Instant
}{
	{"hourly", every(1, 0, 72), 72, 0, 0},
	{"hourly, one reading lost", slices.Concat(every(1, 0, 30), every(1, 32, 72)), 72, 0, 0},
	{"hourly, with a silence", slices.Concat(every(1, 0, 30), every(1, 36, 72)), 66, 6, 6},
	{"hourly, with two silences that meet", slices.Concat(every(1, 0, 30), []int{36}, every(1, 42, 72)), 60, 12, 12},
	{"daily: of which hour is not known", every(24, 0, 240), 240, 0, 240},
	{"daily, with a week's silence", slices.Concat(every(24, 0, 240), every(24, 408, 600)), 432, 168, 600},
	{"twice only", []int{0, 1}, 0, 1, 1},
	{"monthly", every(720, 0, 3600), 0, 3600, 3600},
	{"hourly, and then daily", slices.Concat(every(1, 0, 48), every(24, 72, 240)), 240, 0, 192},
}

// learntPace counts readings at a counter's own pace as measured, and the rest as filled.
func learntPace(t *testing.T, fresh func(t *testing.T) ledger.Readings) {
	for _, c := range paces {
		t.Run(c.name, func(t *testing.T) {
			store := fresh(t)
			_, err := store.Append(context.Background(), counterAt(c.hours...), unknownIntervals)
			require.NoError(t, err)
			var measured, filled energy.Instant
			var used, estimated energy.Energy
			for _, page := range Pages(t, store, "m") {
				for _, q := range page.Quarters {
					measured, filled, used, estimated = measured+energy.Instant(q.Measured), filled+energy.Instant(q.Filled), used+q.Energy, estimated+q.Estimated
				}
			}
			last := c.hours[len(c.hours)-1]
			require.Equal(t, energy.Energy(last)*energy.KilowattHour, used)
			require.Equal(t, []energy.Instant{c.measured, c.filled, c.estimated}, []energy.Instant{measured / hour, filled / hour, energy.Instant(estimated / energy.KilowattHour)})
		})
	}
}

// learntInAnyOrder sends a counter that is hourly, then silent, then quarter-hourly, in several orders and parts. It withdraws
// one reading and sends it again.
func learntInAnyOrder(t *testing.T, fresh func(t *testing.T) ledger.Readings) {
	batch := counterAt(slices.Concat(every(1, 0, 40), every(1, 55, 70), []int{75, 80, 81, 82})...)
	for n := range energy.Instant(60) {
		batch = append(batch, Register("m", Start+83*hour+n*15*minute, 200*energy.KilowattHour+energy.Energy(n)*energy.KilowattHour/4))
	}
	store := fresh(t)
	_, err := store.Append(context.Background(), batch, unknownIntervals)
	require.NoError(t, err)
	want := Pages(t, store, "m")
	chance := rand.New(rand.NewPCG(1, 9))
	for range 3 {
		chance.Shuffle(len(batch), func(i, j int) { batch[i], batch[j] = batch[j], batch[i] })
		store := fresh(t)
		for part := range slices.Chunk(batch, 1+chance.IntN(30)) {
			_, err := store.Append(context.Background(), part, unknownIntervals)
			require.NoError(t, err)
		}
		require.Equal(t, want, Pages(t, store, "m"))
		other := batch[0]
		other.Energy += energy.KilowattHour / 10
		for _, after := range []*energy.Reading{&other, nil, &batch[0]} {
			_, err = store.Correct(context.Background(), ledger.Correction{Key: batch[0].Key(), After: after, Reason: "r", By: "b", Made: Now}, unknownIntervals)
			require.NoError(t, err)
		}
		require.Equal(t, want, Pages(t, store, "m"))
	}
}

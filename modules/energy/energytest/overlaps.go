package energytest

import (
	"context"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/ledger"
)

const second = minute / 60

// Stated returns a reading of kWh over a stated time up to an instant.
func Stated(device energy.DeviceID, at energy.Instant, e energy.Energy, span energy.Instant) energy.Reading {
	return energy.Reading{Device: device, At: at, Kind: energy.Interval, Energy: e, Span: int64(span)}
}

func runOverlaps(t *testing.T, fresh func(t *testing.T) ledger.Readings) {
	t.Run("the same time sent twice counts once", func(t *testing.T) { sentTwice(t, fresh(t)) })
	t.Run("in any order and batches", func(t *testing.T) { overlapsInAnyOrder(t, fresh) })
	t.Run("by several at once", func(t *testing.T) { overlapsAtOnce(t, fresh(t)) })
	t.Run("by a register too", func(t *testing.T) { registerAndInterval(t, fresh) })
	t.Run("by powers too", func(t *testing.T) { powersBeside(t, fresh) })
	t.Run("no correction makes an overlap", func(t *testing.T) { correctedOverlaps(t, fresh(t)) })
}

// appendResults appends a batch and returns the result of each reading.
func appendResults(t *testing.T, store ledger.Readings, batch ...energy.Reading) []energy.Result {
	t.Helper()
	outcomes, err := store.Append(context.Background(), batch, Traits)
	require.NoError(t, err)
	results := make([]energy.Result, len(outcomes))
	for i, o := range outcomes {
		results[i] = o.Result
		if o.Result == energy.Overlapping {
			require.True(t, o.Covered.Overlaps(batch[i].CoveredSpan()), "%v of %v", o.Covered, batch[i].CoveredSpan())
		}
	}
	return results
}

func sentTwice(t *testing.T, store ledger.Readings) {
	const inserted, duplicate, overlapping = energy.Inserted, energy.Duplicate, energy.Overlapping
	for device, eight := range map[energy.DeviceID]energy.Instant{"past": Start + 8*hour, "present": Now - 3*hour} {
		batch := []energy.Reading{
			Stated(device, eight, kwh("6"), hour),
			Stated(device, eight-45*minute, kwh("1.5"), 15*minute), Stated(device, eight-30*minute, kwh("1.5"), 15*minute), Stated(device, eight-15*minute, kwh("1.5"), 15*minute),
			Stated(device, eight+2*second, kwh("6"), hour), Stated(device, eight+hour, kwh("2"), hour),
		}
		require.Equal(t, []energy.Result{inserted, overlapping, overlapping, overlapping, overlapping, inserted}, appendResults(t, store, batch...))
		require.Equal(t, []energy.Result{duplicate, overlapping, overlapping, overlapping, overlapping, duplicate}, appendResults(t, store, batch...))
		for i, r := range batch {
			require.Equal(t, i == 0 || i == 5, appendResults(t, store, r)[0] == duplicate)
		}
		require.Equal(t, "8", Total(t, store, device).KWh())
		require.Equal(t, []energy.Result{inserted}, appendResults(t, store, Stated(device, eight-hour, kwh("1"), hour)), "it touches")
		require.Equal(t, []energy.Result{inserted}, appendResults(t, store, Stated(device, eight+2*hour+500, kwh("1"), hour+501)), "it is rounded otherwise")
		require.Equal(t, []energy.Result{inserted, inserted}, appendResults(t, store, Interval(device, eight+1, kwh("1")), Interval(device, eight+2, kwh("1"))), "its length is not stated")
		outcomes, err := store.AppendAll(context.Background(), []energy.Reading{Stated(device, eight+10*hour, kwh("1"), hour), Stated(device, eight-1, kwh("1"), hour)}, Traits)
		require.NoError(t, err)
		require.Equal(t, overlapping, outcomes[1].Result)
		require.Equal(t, "12", Total(t, store, device).KWh())
	}
}

// overlapsInAnyOrder sends intervals of all lengths in any order and in batches of any size: the total is the sum of the accepted
// ones, and no two of them overlap.
func overlapsInAnyOrder(t *testing.T, fresh func(t *testing.T) ledger.Readings) {
	chance := rand.New(rand.NewPCG(17, 3))
	devices := []energy.DeviceID{"past", "present", "mixed"}
	for range 6 {
		store, kept := fresh(t), make(map[energy.Key]energy.Reading)
		appendResults(t, store, Register("mixed", Start, kwh("5")))
		for range 40 {
			var batch []energy.Reading
			seen := make(map[energy.Key]bool)
			for range 1 + chance.IntN(20) {
				r := randomInterval(chance, devices[chance.IntN(len(devices))])
				if !seen[r.Key()] {
					seen[r.Key()] = true
					batch = append(batch, r)
				}
			}
			for i, result := range appendResults(t, store, batch...) {
				if result == energy.Inserted {
					kept[batch[i].Key()] = batch[i]
				}
			}
		}
		for _, d := range devices {
			apart(t, kept, d)
			sum := energy.Energy(0)
			for key, r := range kept {
				if key.Device == d {
					sum += r.Energy
				}
			}
			require.Equal(t, sum, Total(t, store, d))
		}
	}
}

func randomInterval(chance *rand.Rand, device energy.DeviceID) energy.Reading {
	begin := Start
	if device == "present" {
		begin = Now - day
	}
	at := begin + energy.Instant(chance.IntN(24*4))*15*minute + energy.Instant(chance.IntN(3)-1)*[]energy.Instant{0, 0, 400, second, minute}[chance.IntN(5)]
	if chance.IntN(10) == 0 {
		return Interval(device, at, energy.Energy(1+chance.IntN(5000)))
	}
	return Stated(device, at, energy.Energy(1+chance.IntN(5000)), []energy.Instant{minute, 15 * minute, 15 * minute, hour, 6 * hour, day}[chance.IntN(6)])
}

func apart(t *testing.T, kept map[energy.Key]energy.Reading, device energy.DeviceID) {
	t.Helper()
	for one, r := range kept {
		for other, o := range kept {
			if one != other && one.Device == device && other.Device == device && r.HasStatedSpan() && o.HasStatedSpan() {
				require.False(t, r.CoveredSpan().Overlaps(o.CoveredSpan()), "%v %v", r, o)
			}
		}
	}
}

// overlapsAtOnce lets writers send the same times at once, in the past and the present: one reading of each time is accepted.
func overlapsAtOnce(t *testing.T, store ledger.Readings) {
	const writers, rounds = 6, 25
	var mu sync.Mutex
	kept, sums := make(map[energy.Key]energy.Reading), make(map[energy.DeviceID]energy.Energy)
	var wait sync.WaitGroup
	for w := range energy.Instant(writers) {
		wait.Go(func() {
			for i := range energy.Instant(rounds) {
				for device, at := range map[energy.DeviceID]energy.Instant{"past": Start + day, "present": Now - 8*hour} {
					r := Stated(device, at+15*minute*i+w*10*second, 1000, 15*minute)
					outcomes, err := store.Append(context.Background(), []energy.Reading{r}, Traits)
					if err != nil {
						t.Error(err)
						continue
					}
					mu.Lock()
					if outcomes[0].Result == energy.Inserted {
						kept[r.Key()] = r
						sums[device] += r.Energy
					}
					mu.Unlock()
				}
			}
		})
	}
	wait.Wait()
	for _, device := range []energy.DeviceID{"past", "present"} {
		apart(t, kept, device)
		require.Equal(t, sums[device], Total(t, store, device))
		require.GreaterOrEqual(t, sums[device], energy.Energy(1000*rounds/2))
	}
}

// registerAndInterval sends an hour by a counter and by an interval, in every order.
func registerAndInterval(t *testing.T, fresh func(t *testing.T) ledger.Readings) {
	for _, begin := range []energy.Instant{Start, Now - 5*hour} {
		all := []energy.Reading{
			Register("m", begin, kwh("410")), Stated("m", begin+58*minute, kwh("3"), 58*minute), Register("m", begin+hour, kwh("413")), Register("m", begin+75*minute, kwh("414")),
		}
		for _, order := range permutations(len(all)) {
			store := fresh(t)
			taken := make(map[int]energy.Result)
			for _, i := range order {
				taken[i] = appendResults(t, store, all[i])[0]
			}
			held, err := store.Quarantined(context.Background(), []energy.DeviceID{"m"}, energy.Key{}, 10)
			require.NoError(t, err)
			accepted := 0
			if taken[1] == energy.Overlapping {
				accepted++
			}
			require.Equal(t, 1, accepted+len(held), "order %v: the second one is refused or quarantined", order)
			want := "4"
			if len(held) > 0 && held[0].Reading.At == begin+75*minute {
				want = "3"
			}
			if len(held) > 0 {
				ruling := ledger.Correction{Key: held[0].Reading.Key(), Ruling: ledger.AcceptStep, Reason: "r", By: "b", Made: Now}
				_, err := store.Correct(context.Background(), ruling, Traits)
				require.ErrorAs(t, err, &energy.ErrOverlapping{}, "it counts once")
			}
			require.Equal(t, want, Total(t, store, "m").KWh(), "order %v", order)
		}
		store := fresh(t)
		appendResults(t, store, all...)
		require.Equal(t, "4", Total(t, store, "m").KWh())
		_, err := store.Correct(context.Background(), ledger.Correction{Key: all[1].Key(), Reason: "r", By: "b", Made: Now}, Traits)
		require.NoError(t, err)
		require.Equal(t, "4", Total(t, store, "m").KWh(), "the counter counts what the interval did")
		require.Equal(t, []energy.Result{energy.Overlapping}, appendResults(t, store, Stated("m", begin+57*minute, kwh("3"), 58*minute)))
		_, err = store.Correct(context.Background(), ledger.Correction{Key: all[1].Key(), After: &all[1], Reason: "r", By: "b", Made: Now}, Traits)
		require.ErrorAs(t, err, &energy.ErrOverlapping{})
	}
}

func permutations(n int) [][]int {
	if n == 0 {
		return [][]int{{}}
	}
	var all [][]int
	for _, p := range permutations(n - 1) {
		for at := range n {
			one := append(append(append([]int{}, p[:at]...), n-1), p[at:]...)
			all = append(all, one)
		}
	}
	return all
}

// powersBeside sends powers with an interval or a counter of the same time, in any order: the powers are ignored.
func powersBeside(t *testing.T, fresh func(t *testing.T) ledger.Readings) {
	chance := rand.New(rand.NewPCG(2, 9))
	for _, begin := range []energy.Instant{Start, Now - 5*hour} {
		powers := make([]energy.Reading, 5)
		for i := range powers {
			powers[i] = Sample("m", begin+energy.Instant(i)*10*minute, 600*energy.Watt) // 0.1 kWh every ten minutes
		}
		for _, beside := range [][]energy.Reading{
			{Stated("m", begin+25*minute, kwh("0.3"), 10*minute)},
			{Register("m", begin+10*minute+1, kwh("10")), Register("m", begin+29*minute, kwh("10.3"))},
		} { // both overlap two of the four ten-minute spans
			for range 4 {
				store, all := fresh(t), append(powers[:5:5], beside...)
				chance.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
				for _, r := range all {
					require.Equal(t, []energy.Result{energy.Inserted}, appendResults(t, store, r))
				}
				require.Equal(t, "0.5", Total(t, store, "m").KWh())
				for _, r := range beside {
					_, err := store.Correct(context.Background(), ledger.Correction{Key: r.Key(), Reason: "r", By: "b", Made: Now}, Traits)
					require.NoError(t, err)
				}
				require.Equal(t, "0.4", Total(t, store, "m").KWh(), "withdrawn, it frees its time")
			}
		}
	}
}

func correctedOverlaps(t *testing.T, store ledger.Readings) {
	ctx := context.Background()
	for device, at := range map[energy.DeviceID]energy.Instant{"past": Start + day, "present": Now - 5*hour} {
		quarter, hourly := Stated(device, at, kwh("1"), 15*minute), Stated(device, at, kwh("2"), hour)
		appendResults(t, store, quarter, Stated(device, at-15*minute, kwh("1"), 15*minute))
		correct := func(key energy.Key, after *energy.Reading) error {
			_, err := store.Correct(ctx, ledger.Correction{Key: key, After: after, Reason: "r", By: "b", Made: Now}, Traits)
			return err
		}
		require.ErrorAs(t, correct(quarter.Key(), &hourly), &energy.ErrOverlapping{})
		require.Equal(t, "2", Total(t, store, device).KWh())
		require.NoError(t, correct(energy.Key{Device: device, At: at - 15*minute}, nil))
		require.NoError(t, correct(quarter.Key(), &hourly), "what was withdrawn frees its time")
		require.Equal(t, "2", Total(t, store, device).KWh())
		require.NoError(t, correct(quarter.Key(), &quarter))
		require.Equal(t, []energy.Result{energy.Inserted}, appendResults(t, store, Stated(device, at-30*minute, kwh("1"), 15*minute)))
		back := Stated(device, at-15*minute, kwh("1"), 30*minute)
		require.ErrorAs(t, correct(back.Key(), &back), &energy.ErrOverlapping{})
		guess := quarter
		guess.Guessed, guess.Span = true, int64(hour)
		require.NoError(t, correct(quarter.Key(), &guess), "its length is not stated")
	}
}

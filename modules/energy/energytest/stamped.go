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

// arrived returns a reading with an instant assigned by the server.
func arrived(r energy.Reading) energy.Reading {
	r.Source = energy.ByArrival
	return r
}

// moved stores readings with assigned instants beside other readings of the same instants, each once.
func moved(t *testing.T, store ledger.Readings) {
	ctx := context.Background()
	for _, at := range []energy.Instant{Now - hour, Start + hour} { // the present is journalled on PostgreSQL, the past is not
		own, equal := Interval("ac-1", at, 1000), arrived(Interval("ac-1", at, 1000))
		outcomes, err := store.Append(ctx, []energy.Reading{own}, Traits)
		require.NoError(t, err)
		require.Equal(t, energy.Inserted, outcomes[0].Result)
		for i := range 3 {
			outcomes, err = store.Append(ctx, []energy.Reading{equal, arrived(Interval("ac-1", at+1, 1000))}, Traits)
			require.NoError(t, err)
			for _, o := range outcomes {
				require.Equal(t, energy.Inserted, o.Result, "round %d", i)
				got, err := store.Reading(ctx, o.Stored.Key())
				require.NoError(t, err)
				require.Equal(t, o.Stored, got)
			}
		}
		all, err := store.List(ctx, []energy.DeviceID{"ac-1"}, at, at+hour, energy.Key{}, 100)
		require.NoError(t, err)
		require.Len(t, all, 7)
		outcomes, err = store.Append(ctx, []energy.Reading{own}, Traits)
		require.NoError(t, err)
		require.Equal(t, energy.Duplicate, outcomes[0].Result)
		outcomes, err = store.AppendAll(ctx, []energy.Reading{own, arrived(Interval("ac-1", at+2, 1000))}, Traits)
		require.NoError(t, err)
		require.Equal(t, []energy.Result{energy.Duplicate, energy.Inserted}, []energy.Result{outcomes[0].Result, outcomes[1].Result})
	}
	require.Equal(t, energy.Energy(16_000), Total(t, store, "ac-1"))
}

// movedAtOnce lets several writers give readings of one device the same instants, as independent processes do.
func movedAtOnce(t *testing.T, store ledger.Readings) {
	const writers, rounds = 6, 20
	var wait sync.WaitGroup
	for w := range writers {
		wait.Go(func() {
			for i := range energy.Instant(rounds) {
				for _, batch := range [][]energy.Reading{
					{arrived(Interval("live", Now-hour+i, 1000))},
					{arrived(Interval("live", Start+hour+i, 1000)), arrived(Interval("second", Start+hour+i, 1000))},
					{arrived(Register("counter", Start+hour+i, kwh("5"))), arrived(Sample("sampler", Start+hour+energy.Instant(w%2), 60))},
				} {
					outcomes, err := store.Append(context.Background(), batch, Traits)
					if err != nil {
						t.Error(err)
					}
					for _, o := range outcomes {
						if o.Result != energy.Inserted {
							t.Errorf("%v", o)
						}
					}
				}
			}
		})
	}
	wait.Wait()
	require.Equal(t, energy.Energy(2*writers*rounds*1000), Total(t, store, "live"))
	require.Equal(t, energy.Energy(writers*rounds*1000), Total(t, store, "second"))
	all, err := store.List(context.Background(), []energy.DeviceID{"counter", "sampler"}, 0, Now, energy.Key{}, 1000)
	require.NoError(t, err)
	require.Len(t, all, 2*writers*rounds)
}

// movedInOrder keeps the order of a counter's readings if one of them finds its instant occupied.
func movedInOrder(t *testing.T, store ledger.Readings) {
	ctx := context.Background()
	_, err := store.Append(ctx, []energy.Reading{Register("m", Start, kwh("60")), arrived(Register("m", Start+2*hour+1, kwh("60"))), Register("m", Start+2*hour+6, kwh("62"))}, Traits)
	require.NoError(t, err)
	var batch []energy.Reading
	for i, count := range []string{"60.5", "61", "61.5", "62"} {
		batch = append(batch, arrived(Register("m", Start+2*hour+energy.Instant(i), kwh(count))))
	}
	outcomes, err := store.Append(ctx, batch, Traits)
	require.NoError(t, err)
	last := energy.Instant(0)
	for i, o := range outcomes {
		require.Equal(t, batch[i].Energy, o.Stored.Energy)
		require.Greater(t, o.Stored.At, last)
		last = o.Stored.At
	}
}

// burstOf returns a counter's readings at instants, in ms from a start, with assigned instants.
func burstOf(from energy.Instant, counts map[energy.Instant]string) []energy.Reading {
	var all []energy.Reading
	for after, count := range counts {
		all = append(all, arrived(Register("m", from+after, kwh(count))))
	}
	return all
}

// bursts are counters that a broker delivered at once after two hours, in which the suites' device uses 20 kWh at most.
var bursts = []struct {
	name   string
	counts map[energy.Instant]string
	kwh    string
	most   string // the maximum of a quarter hour
	held   int
}{
	{"a backlog is spread over the silence before it", map[energy.Instant]string{0: "60.5", 1: "61", 2: "61.5", 3: "62"}, "2", "0.25", 0},
	{"what is live afterwards is of its own time", map[energy.Instant]string{0: "60.5", 1: "62", 5000: "62.001"}, "2.001", "0.251", 0},
	{"a lone zero in it", map[energy.Instant]string{0: "60.5", 1: "0", 2: "61", 3: "62"}, "2", "0.25", 0},
	{"a counter that began again in it", map[energy.Instant]string{0: "61", 1: "0", 2: "0.5", 3: "1"}, "2", "0.25", 0},
	{"too much for all the time", map[energy.Instant]string{0: "65", 1: "70", 2: "75", 3: "81", 4: "82"}, "16", "2", 1},
	{"its first alone is too much", map[energy.Instant]string{0: "181", 1: "182", 2: "183"}, "2", "0.25", 1},
	{"slowly delivered", map[energy.Instant]string{0: "61", 900: "62", 1800: "63", 2700: "64"}, "4", "0.500001", 0},
}

func burst(t *testing.T, fresh func(t *testing.T) ledger.Readings) {
	ctx := context.Background()
	chance := rand.New(rand.NewPCG(3, 4))
	for _, c := range bursts {
		t.Run(c.name, func(t *testing.T) {
			for range 3 {
				store := fresh(t)
				all := append(burstOf(Start+2*hour, c.counts), Register("m", Start, kwh("60")))
				chance.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
				for _, r := range all {
					_, err := store.Append(ctx, []energy.Reading{r}, Traits)
					require.NoError(t, err)
				}
				require.Equal(t, c.kwh, Total(t, store, "m").KWh())
				held, err := store.Quarantined(ctx, []energy.DeviceID{"m"}, energy.Key{}, 10)
				require.NoError(t, err)
				require.Len(t, held, c.held)
				for _, page := range Pages(t, store, "m") {
					for _, q := range page.Quarters {
						require.LessOrEqual(t, q.Energy, kwh(c.most))
					}
				}
			}
		})
	}
	t.Run("of a device without earlier readings", func(t *testing.T) {
		store := fresh(t)
		for _, r := range burstOf(Start+2*hour, map[energy.Instant]string{0: "10", 1: "10.5", 2: "11"}) {
			_, err := store.Append(ctx, []energy.Reading{r}, Traits)
			require.NoError(t, err)
		}
		require.Equal(t, "1", Total(t, store, "m").KWh())
	})
	t.Run("any order gives the same books", func(t *testing.T) { anyBurst(t, fresh, chance) })
}

// anyBurst compares the books of bursts and steady readings in any order.
func anyBurst(t *testing.T, fresh func(t *testing.T) ledger.Readings, chance *rand.Rand) {
	var all []energy.Reading
	at, count := Start, energy.Energy(50*energy.KilowattHour)
	for range 400 {
		at += []energy.Instant{1, 2, 300, 700, minute, 90 * minute}[chance.IntN(6)]
		count = nextCount(chance, count)
		r := Register("m", at, count)
		if chance.IntN(5) > 0 {
			r = arrived(r)
		}
		all = append(all, r)
	}
	var books []ledger.Page
	for round := range 4 {
		store := fresh(t)
		send(t, store, all, []int{400, 1, 7, 50}[round])
		if round == 0 {
			books = Pages(t, store, "m")
		}
		require.Equal(t, books, Pages(t, store, "m"), "round %d", round)
		chance.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	}
}

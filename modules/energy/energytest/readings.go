// Package energytest holds the contract suites of the energy module's ports. Each adapter runs them.
package energytest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/ledger"
)

// Start is the first instant of the suites' readings: local midnight in Bogotá.
const Start = energy.Instant(1_767_243_600_000) // 2026-01-01T05:00:00Z

const (
	minute = energy.Instant(time.Minute / time.Millisecond)
	hour   = 60 * minute
	day    = 24 * hour
)

// Traits returns the traits of the suites' devices: 10 kW at most, a reading every 15 minutes.
func Traits(energy.DeviceID) ledger.Traits {
	return ledger.Traits{Limit: 10 * energy.Kilowatt, Usual: int64(15 * minute)}
}

// Interval returns a reading of kWh without a stated length, for the quarter hour up to an instant.
func Interval(device energy.DeviceID, at energy.Instant, e energy.Energy) energy.Reading {
	return energy.Reading{Device: device, At: at, Kind: energy.Interval, Energy: e, Span: int64(15 * minute), Guessed: true}
}

// Register returns a reading of a cumulative counter.
func Register(device energy.DeviceID, at energy.Instant, e energy.Energy) energy.Reading {
	return energy.Reading{Device: device, At: at, Kind: energy.Register, Energy: e}
}

// Sample returns a reading of power.
func Sample(device energy.DeviceID, at energy.Instant, p energy.Power) energy.Reading {
	return energy.Reading{Device: device, At: at, Kind: energy.Sample, Power: p}
}

// RunReadings checks an adapter of ledger.Readings; fresh returns an empty one.
func RunReadings(t *testing.T, fresh func(t *testing.T) ledger.Readings) {
	t.Run("a reading is stored once", func(t *testing.T) { storedOnce(t, fresh(t)) })
	t.Run("all or none", func(t *testing.T) { allOrNone(t, fresh(t)) })
	t.Run("lists are stable pages", func(t *testing.T) { listed(t, fresh(t)) })
	t.Run("register streams", func(t *testing.T) { registers(t, fresh) })
	t.Run("a counter's own pace is learnt", func(t *testing.T) { learntPace(t, fresh) })
	t.Run("a pace is learnt in any order", func(t *testing.T) { learntInAnyOrder(t, fresh) })
	t.Run("any order and repetition results in the same books", func(t *testing.T) { anyOrder(t, fresh) })
	t.Run("concurrent writers keep the books equal to the readings", func(t *testing.T) { atOnce(t, fresh(t)) })
	t.Run("corrected books are those of the corrected readings", func(t *testing.T) { corrected(t, fresh) })
	t.Run("a person rules on quarantined readings", func(t *testing.T) { settled(t, fresh(t)) })
	t.Run("a correction keeps what it replaced", func(t *testing.T) { kept(t, fresh(t)) })
	t.Run("changed days are reported", func(t *testing.T) { restated(t, fresh(t)) })
	t.Run("answers from memory are those of the books", func(t *testing.T) { cachedDays(t, fresh(t)) })
	t.Run("a moved device's past stays where it was", func(t *testing.T) { movedDevice(t, fresh(t)) })
	t.Run("forgotten readings leave their totals", func(t *testing.T) { forgotten(t, fresh(t)) })
	t.Run("before its first reading a device is a gap", func(t *testing.T) { laterDevice(t, fresh(t)) })
	t.Run("coverage is weighed by energy", func(t *testing.T) { coverageByEnergy(t, fresh(t)) })
	t.Run("a silent device is missed by its usual use", func(t *testing.T) { coverageOfSilentDevices(t, fresh(t)) })
	t.Run("a meter covers the devices behind it", func(t *testing.T) { coverageOfMeters(t, fresh(t)) })
	t.Run("coverage without use weighs the time that has passed", func(t *testing.T) { coverageOfNothing(t, fresh(t)) })
	t.Run("coverage is the same in any order", func(t *testing.T) { coverageInAnyOrder(t, fresh) })
	t.Run("a range is compared by what was measured in both", func(t *testing.T) { compares(t, fresh(t)) })
	t.Run("an assigned instant moves to a free one", func(t *testing.T) { moved(t, fresh(t)) })
	t.Run("equal assigned instants of several writers are all stored", func(t *testing.T) { movedAtOnce(t, fresh(t)) })
	t.Run("moved readings keep their order", func(t *testing.T) { movedInOrder(t, fresh(t)) })
	t.Run("counters that come at once", func(t *testing.T) { burst(t, fresh) })
	runOverlaps(t, fresh)
	t.Run("nothing is joined over what was refused", func(t *testing.T) { refusedPowers(t, fresh) })
	t.Run("nothing is joined over what was withdrawn", func(t *testing.T) { withdrawnPowers(t, fresh(t)) })
	t.Run("only the past leaves a mark", func(t *testing.T) { pastChanges(t, fresh(t)) })
}

func storedOnce(t *testing.T, store ledger.Readings) {
	ctx := context.Background()
	r := Interval("ac-1", Start+hour, 420_000)
	other := r
	other.Energy = 430_000
	for _, c := range []struct {
		sent   energy.Reading
		result energy.Result
	}{{r, energy.Inserted}, {r, energy.Duplicate}, {other, energy.Conflict}, {r, energy.Duplicate}} {
		outcomes, err := store.Append(ctx, []energy.Reading{c.sent}, Traits)
		require.NoError(t, err)
		require.Equal(t, []energy.Outcome{{Result: c.result, Stored: r}}, outcomes)
	}
	got, err := store.Reading(ctx, r.Key())
	require.NoError(t, err)
	require.Equal(t, r, got)
	_, err = store.Reading(ctx, energy.Key{Device: "ac-1", At: Start})
	require.ErrorAs(t, err, &energy.ErrNotFound{})
	require.Equal(t, energy.Energy(420_000), Total(t, store, "ac-1"))
}

func allOrNone(t *testing.T, store ledger.Readings) {
	ctx := context.Background()
	first := Interval("ac-1", Start+hour, 1)
	_, err := store.Append(ctx, []energy.Reading{first}, Traits)
	require.NoError(t, err)
	clash := first
	clash.Energy = 2
	outcomes, err := store.AppendAll(ctx, []energy.Reading{Interval("ac-1", Start+2*hour, 5), clash}, Traits)
	require.NoError(t, err)
	require.Equal(t, energy.Conflict, outcomes[1].Result)
	require.Equal(t, energy.Energy(1), Total(t, store, "ac-1"))
	_, err = store.AppendAll(ctx, []energy.Reading{Interval("ac-1", Start+2*hour, 5), first}, Traits)
	require.NoError(t, err)
	require.Equal(t, energy.Energy(6), Total(t, store, "ac-1"))
}

func listed(t *testing.T, store ledger.Readings) {
	ctx := context.Background()
	var all []energy.Reading
	for _, d := range []energy.DeviceID{"a", "b"} {
		for i := range energy.Instant(5) {
			all = append(all, Interval(d, Start+i*hour, energy.Energy(i)))
		}
	}
	_, err := store.Append(ctx, all, Traits)
	require.NoError(t, err)
	devices := []energy.DeviceID{"b", "a"}
	var got []energy.Reading
	for after := (energy.Key{}); ; {
		page, err := store.List(ctx, devices, Start, Start+4*hour, after, 3)
		require.NoError(t, err)
		got = append(got, page...)
		if len(page) < 3 {
			break
		}
		after = page[2].Key()
	}
	require.Equal(t, append(all[:4:4], all[5:9]...), got)
	between, err := store.Between(ctx, "b", Start+hour, Start+3*hour)
	require.NoError(t, err)
	require.Equal(t, all[6:8], between)
}

// Total returns the sum of a device's pages.
func Total(t *testing.T, store ledger.Readings, device energy.DeviceID) energy.Energy {
	t.Helper()
	var sum energy.Energy
	for _, page := range Pages(t, store, device) {
		sum += page.Total()
	}
	return sum
}

// Pages returns a device's pages over the suites' time, without empty ones.
func Pages(t *testing.T, store ledger.Readings, device energy.DeviceID) []ledger.Page {
	t.Helper()
	var pages []ledger.Page
	err := store.Snapshot(context.Background(), []energy.DeviceID{device}, func(books ledger.Books) error {
		pages = nil
		first, last, found, err := books.DayRange()
		if err != nil || !found {
			return err
		}
		for page, err := range books.Pages(first, last+1) {
			if err != nil {
				return err
			}
			if page.Quarters != [energy.QuartersPerDay]ledger.Quarter{} {
				pages = append(pages, *page)
			}
		}
		return nil
	})
	require.NoError(t, err)
	return pages
}

// anyOrderDigest is the digest of the books after anyOrder, the same on every database.
const anyOrderDigest = "1014008ec206c30106b28d2ebc66c1a417363f3d8bcf615c5a807a345812d650"

// anyOrder sends ten thousand mixed readings in several orders, with repetitions, and compares the books.
func anyOrder(t *testing.T, fresh func(t *testing.T) ledger.Readings) {
	chance := rand.New(rand.NewPCG(1, 2))
	stream := mixedStream(chance, 3334)
	for round := range 3 {
		store := fresh(t)
		shuffled := append(stream[:len(stream):len(stream)], stream[:1000]...)
		if round > 0 {
			chance.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		}
		send(t, store, shuffled, 900)
		digest := sha256.New()
		for _, page := range booksOf(t, store) {
			_, _ = fmt.Fprintf(digest, "%s %d %x\n", page.Device, page.Day, page.EncodeQuarters())
		}
		require.Equal(t, anyOrderDigest, hex.EncodeToString(digest.Sum(nil)), "round %d", round)
	}
}

// mixedStream returns n readings of each kind at uneven instants; the register jitters, resets and stands still.
func mixedStream(chance *rand.Rand, n int) []energy.Reading {
	var stream []energy.Reading
	at, count := Start, energy.Energy(50*energy.KilowattHour)
	for range n {
		at += energy.Instant(1+chance.IntN(40))*minute + energy.Instant(chance.IntN(1000))
		count = nextCount(chance, count)
		stream = append(stream, Register("register", at, count),
			Sample("sampler", at, energy.Power(chance.IntN(3_000_000))),
			Interval("interval", at, energy.Energy(chance.IntN(900_000))))
	}
	return stream
}

func nextCount(chance *rand.Rand, count energy.Energy) energy.Energy {
	switch chance.IntN(20) {
	case 0:
		return 0
	case 1:
		return count / 40
	case 2:
		return max(0, count-1)
	case 3:
		return count * 7 / 10
	case 4:
		return count + 100*energy.KilowattHour
	}
	return count + energy.Energy(chance.IntN(500_000))
}

// send appends in batches with distinct keys, as the port requires.
func send(t *testing.T, store ledger.Readings, readings []energy.Reading, size int) {
	t.Helper()
	for len(readings) > 0 {
		var batch []energy.Reading
		seen := make(map[energy.Key]bool)
		for len(readings) > 0 && len(batch) < size && !seen[readings[0].Key()] {
			seen[readings[0].Key()] = true
			batch = append(batch, readings[0])
			readings = readings[1:]
		}
		_, err := store.Append(context.Background(), batch, Traits)
		require.NoError(t, err)
	}
}

// atOnce lets writers collide on the same devices, days and keys of the present day.
func atOnce(t *testing.T, store ledger.Readings) {
	const writers, rounds = 6, 15
	morning := Now - 3*hour
	var wait sync.WaitGroup
	for w := range writers {
		wait.Go(func() {
			for i := range rounds {
				at := morning + energy.Instant(i*writers+w)*minute
				for _, batch := range [][]energy.Reading{
					{Interval("a", at, 1000)},
					{Interval("a", at, 1000), Interval("b", morning+energy.Instant(i)*minute, 1000)},
					{Sample("c", at, 60*energy.Watt)},
				} {
					if _, err := store.Append(context.Background(), batch, Traits); err != nil {
						t.Error(err)
					}
				}
			}
		})
	}
	wait.Wait()
	require.Equal(t, energy.Energy(writers*rounds*1000), Total(t, store, "a"))
	require.Equal(t, energy.Energy(rounds*1000), Total(t, store, "b"))
	require.Equal(t, energy.Energy((writers*rounds-1)*1000), Total(t, store, "c"))
}

func pastChanges(t *testing.T, store ledger.Readings) {
	ctx := context.Background()
	today := Now - Now%day
	_, err := store.Append(ctx, []energy.Reading{Interval("today", today+hour, 1), Interval("past", today-5*day, 1)}, Traits)
	require.NoError(t, err)
	changes, err := store.PastChanges(ctx, 0)
	require.NoError(t, err)
	require.Equal(t, []ledger.Changed{{Device: "past", At: Now}}, changes)
	changes, err = store.PastChanges(ctx, Now+1)
	require.NoError(t, err)
	require.Empty(t, changes)
}

// Now is the fixed instant of the suites' clock.
const Now = Start + 120*day

// Clock is the suites' clock.
type Clock struct{}

// Now returns the constant Now.
func (Clock) Now() energy.Instant { return Now }

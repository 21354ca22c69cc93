package ledger_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/energytest"
	"github.com/holotwin/holotwin/modules/energy/ledger"
)

func ExampleRechain() {
	at := energytest.Local("2026-05-26T08:00:00")
	links := []ledger.Link{
		{Reading: energytest.Register("m", at, 100*energy.KilowattHour)},
		{Reading: energytest.Register("m", at.Add(15*energytest.Minute), 101*energy.KilowattHour)},
		{Reading: energytest.Register("m", at.Add(30*energytest.Minute), 500*energy.KilowattHour)},
	}
	traits := ledger.Traits{Limit: 10 * energy.Kilowatt, Usual: 15 * energytest.Minute}
	ledger.Rechain(traits, ledger.Base{}, nil, links, len(links), false, nil, func(_, is ledger.Link) {
		fmt.Println(is.Energy.KWh(), "books", is.Booking.Energy.KWh(), "quarantined:", is.Booking.Verdict == ledger.Quarantined)
	})
	// Output:
	// 100 books 0 quarantined: false
	// 101 books 1 quarantined: false
	// 500 books 0 quarantined: true
}

func samplesOf(watts ...int) []ledger.Link {
	links := make([]ledger.Link, len(watts))
	for i, w := range watts {
		links[i] = ledger.Link{Reading: energytest.Sample("m", energytest.Start.Add(int64(i)*15*energytest.Minute), energy.Power(w)*energy.Watt), BreaksChain: w < 0}
	}
	return links
}

// TestSamples decodes powers, one each quarter hour; a negative one stands for a withdrawn reading.
func TestSamples(t *testing.T) {
	quarter := func(n int64) energy.Instant { return energytest.Start.Add(n * 15 * energytest.Minute) }
	for _, c := range []struct {
		name    string
		watts   []int
		covered energy.Spans
		want    []decoded
	}{
		{"the mean of two powers over the time between them", []int{0, 1000, 2000}, nil, []decoded{{ledger.First, "0"}, {ledger.Counted, "0.125"}, {ledger.Counted, "0.375"}}},
		{"no power is joined over one that was withdrawn", []int{1000, -1, 1000, 1000}, nil, []decoded{{ledger.First, "0"}, {0, "0"}, {ledger.First, "0"}, {ledger.Counted, "0.25"}}},
		{
			"what an interval covers is left out",
			[]int{1000, 1000, 1000},
			energy.Spans{{From: quarter(0).Add(5 * energytest.Minute), To: quarter(1)}},
			[]decoded{{ledger.First, "0"}, {ledger.Gap, "0"}, {ledger.Counted, "0.25"}},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			require.Equal(t, c.want, verdictsOf(decode(energytest.Traits("m"), samplesOf(c.watts...), c.covered)))
		})
	}
	far := samplesOf(1000, 1000)
	far[1].At = far[0].At.Add(31 * energytest.Minute)
	require.Equal(t, []decoded{{ledger.First, "0"}, {ledger.Gap, "0"}}, verdictsOf(decode(energytest.Traits("m"), far, nil)))
}

// drawChain draws the readings of a counter that counts, jitters, falls, stands still and restarts, at any pace.
func drawChain(t *rapid.T) (ledger.Traits, []ledger.Link) {
	traits := energytest.Traits("m")
	traits.UsualIsGuess = rapid.Bool().Draw(t, "untold")
	at, count := energytest.Start, energy.Energy(50*energy.KilowattHour)
	links := make([]ledger.Link, rapid.IntRange(1, 40).Draw(t, "n"))
	for i := range links {
		at = at.Add(rapid.OneOf(rapid.Just(15*energytest.Minute), rapid.Just(60*energytest.Minute), rapid.Int64Range(1, 40*energytest.Minute)).Draw(t, "span"))
		count = rapid.OneOf(
			rapid.Map(rapid.Int64Range(0, 2_000_000), func(step int64) energy.Energy { return count + energy.Energy(step) }),
			rapid.SampledFrom([]energy.Energy{0, count / 40, max(0, count-1), count * 7 / 10, count + 100*energy.KilowattHour}),
		).Draw(t, "count")
		r := energytest.Register("m", at, count)
		if rapid.IntRange(0, 3).Draw(t, "arrived") == 0 {
			r.Source = energy.ByArrival
		}
		links[i] = ledger.Link{Reading: r}
	}
	return traits, links
}

// decodeFrom decodes links again from a place on, as a store does that keeps the state after the links before it.
func decodeFrom(t ledger.Traits, links []ledger.Link, from, must int, changed func(was, is ledger.Link)) {
	base := ledger.Base{}
	if from > 0 {
		base = links[from-1].NextBase(t)
	}
	var earlier []energy.Instant
	for _, l := range links[max(0, from-ledger.PaceReach):from] {
		earlier = append(earlier, l.At)
	}
	ledger.Rechain(t, base, earlier, links[from:], must, false, nil, changed)
}

// TestDecodingAgainChangesNothing decodes a chain again from each of its links.
func TestDecodingAgainChangesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		traits, links := drawChain(t)
		done := decode(traits, links, nil)
		for from := range done {
			decodeFrom(traits, done, from, len(done), func(was, is ledger.Link) { require.Equal(t, was, is) })
		}
	})
}

// TestALateReadingChangesWhatItMust inserts a link into a decoded chain and decodes only the links that depend on it. Then all
// links are as if the chain was decoded from its beginning.
func TestALateReadingChangesWhatItMust(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		traits, links := drawChain(t)
		late := rapid.IntRange(0, len(links)-1).Draw(t, "late")
		before := decode(traits, append(append([]ledger.Link{}, links[:late]...), links[late+1:]...), nil)
		now := append(append(append([]ledger.Link{}, before[:late]...), links[late]), before[late:]...)
		places := make(map[energy.Instant]int)
		for i, l := range now {
			places[l.At] = i
		}
		from := max(0, late-ledger.PaceReach)
		decodeFrom(traits, now, from, min(len(now), late+ledger.PaceReach+1)-from, func(_, is ledger.Link) { now[places[is.At]] = is })
		require.Equal(t, decode(traits, links, nil), now)
	})
}

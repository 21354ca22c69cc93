package whatif_test

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/modules/advice/whatif"
)

const hours = 8 * 7 * 24

// campus is a room (0) with an air conditioner (1) and lights (2), with eight weeks of measured hours and some gaps.
func campus(seed uint64) (whatif.Hours, []whatif.Node) {
	chance := rand.New(rand.NewPCG(seed, 3))
	var known whatif.Hours
	start := time.Date(2026, 2, 2, 0, 0, 0, 0, time.UTC)
	nodes := []whatif.Node{{Inside: []int{1, 2}}, {}, {}}
	for i := range hours {
		at := start.Add(time.Duration(i) * time.Hour)
		known.Start = append(known.Start, at)
		known.Clock, known.Weekday = append(known.Clock, at.Hour()), append(known.Weekday, (int(at.Weekday())+6)%7)
		known.Date = append(known.Date, int(at.Unix()/86400))
		open := at.Hour() >= 7 && at.Hour() < 22
		known.Open, known.Outdoor = append(known.Open, open), append(known.Outdoor, 22+10*chance.Float64())
		ac, light := chance.Float64()*2, chance.Float64()
		if chance.IntN(50) == 0 {
			ac = math.NaN()
		}
		room := 0.1 + light
		if !math.IsNaN(ac) {
			room += ac
		}
		nodes[0].KW, nodes[1].KW, nodes[2].KW = append(nodes[0].KW, room), append(nodes[1].KW, ac), append(nodes[2].KW, light)
	}
	return known, nodes
}

func sum(kw []float64) float64 {
	total := 0.0
	for _, v := range kw {
		if !math.IsNaN(v) {
			total += v
		}
	}
	return total
}

// measures returns one measure of each type with random values.
func measures(chance *rand.Rand) []whatif.Measure {
	return []whatif.Measure{
		whatif.SwitchOff{Window: whatif.Window{Shut: true}, KeepKW: chance.Float64()},
		whatif.SwitchOff{Window: whatif.Window{From: chance.IntN(24), To: chance.IntN(24)}},
		whatif.Setpoint{Degrees: 3 * chance.Float64(), SlopeKW: chance.Float64(), BalanceC: 24, Low: 0.8, High: 1.2},
		whatif.Setpoint{Degrees: 3 * chance.Float64(), Share: 0.04, BalanceC: math.NaN(), Low: 0.75, High: 1.25},
		whatif.Replace{Count: 10, OldW: 60, NewW: 20, BaseKW: 0.05, TopKW: 1},
		whatif.Shift{Window: whatif.Window{From: 18, To: 21}, Start: 23, Share: chance.Float64()},
		whatif.Remove{},
	}
}

func TestNoChangeChangesNothing(t *testing.T) {
	known, nodes := campus(1)
	out := whatif.Replay(known, nodes, 0, nil)
	require.Equal(t, nodes[0].KW, out.After)
	low, high := whatif.Bounds(known, out.Deltas, nil)
	require.Zero(t, low)
	require.Zero(t, high)
	none := whatif.Replay(known, nodes, 0, []whatif.Change{{Node: 1, Measure: whatif.Setpoint{Share: 0.04, BalanceC: math.NaN(), Low: 1, High: 1}}})
	require.Equal(t, nodes[0].KW, none.After, "no degrees, no change")
}

func TestNoSavingExceedsTheLoadThatItTouches(t *testing.T) {
	chance := rand.New(rand.NewPCG(5, 5))
	for round := range 30 {
		known, nodes := campus(uint64(round))
		var changes []whatif.Change
		all := measures(chance)
		for range 4 {
			changes = append(changes, whatif.Change{Node: chance.IntN(3), Measure: all[chance.IntN(len(all))]})
		}
		out := whatif.Replay(known, nodes, 0, changes)
		deltas := make([]float64, hours)
		for _, d := range out.Deltas {
			for i, v := range d {
				deltas[i] += v
			}
		}
		for i := range out.After {
			require.GreaterOrEqual(t, out.After[i], 0.0)
			require.InDelta(t, out.Before[i]-out.After[i], deltas[i], 1e-9, "the effects add up to the whole")
		}
	}
}

func TestIndependentChangesAddUp(t *testing.T) {
	known, nodes := campus(2)
	ac := whatif.Change{Node: 1, Measure: whatif.SwitchOff{Window: whatif.Window{Shut: true}}}
	light := whatif.Change{Node: 2, Measure: whatif.Remove{}}
	saved := func(changes ...whatif.Change) float64 {
		out := whatif.Replay(known, nodes, 0, changes)
		return sum(out.Before) - sum(out.After)
	}
	require.InDelta(t, saved(ac)+saved(light), saved(ac, light), 1e-9)
	require.InDelta(t, saved(light, ac), saved(ac, light), 1e-9, "in either order")
	require.InDelta(t, sum(nodes[2].KW), saved(light), 1e-9)
}

func TestAChangeOfTheRoomLeavesLessToSaveInside(t *testing.T) {
	known, nodes := campus(3)
	room := whatif.Change{Node: 0, Measure: whatif.Remove{}}
	ac := whatif.Change{Node: 1, Measure: whatif.Remove{}}
	out := whatif.Replay(known, nodes, 0, []whatif.Change{room, ac})
	require.Zero(t, sum(out.After))
	require.Zero(t, sum(out.Deltas[1]), "nothing was left of it")
}

func TestShiftingLosesNothing(t *testing.T) {
	known, nodes := campus(4)
	out := whatif.Replay(known, nodes, 1, []whatif.Change{{Node: 1, Measure: whatif.Shift{Window: whatif.Window{From: 18, To: 21, Days: [7]bool{0: true}}, Start: 23, Share: 0.5}}})
	require.InDelta(t, sum(out.Before), sum(out.After), 1e-9)
	moved := 0.0
	for i, d := range out.Deltas[0] {
		if d > 0 {
			moved += d
			require.Zero(t, known.Weekday[i], "from Monday alone")
			require.Contains(t, []int{18, 19, 20}, known.Clock[i])
		}
	}
	require.Positive(t, moved)
}

func TestADegreeIsWorthTheSlopeAboveTheBalancePoint(t *testing.T) {
	known := whatif.Hours{Open: []bool{true, true, true, false}, Outdoor: []float64{30, 24.5, 20, 30}}
	nodes := []whatif.Node{{KW: []float64{5, 5, 5, 5}}}
	out := whatif.Replay(known, nodes, 0, []whatif.Change{{Measure: whatif.Setpoint{Degrees: 2, SlopeKW: 0.3, BalanceC: 24, Low: 1, High: 1}}})
	require.InDeltaSlice(t, []float64{4.4, 4.85, 5, 5}, out.After, 1e-12)
}

func TestBoundsHoldTheSavingAndWidenWithTheSpread(t *testing.T) {
	known, nodes := campus(6)
	sure := []whatif.Change{{Node: 1, Measure: whatif.Setpoint{Degrees: 2, Share: 0.04, BalanceC: math.NaN(), Low: 1, High: 1}}}
	vague := []whatif.Change{{Node: 1, Measure: whatif.Setpoint{Degrees: 2, Share: 0.04, BalanceC: math.NaN(), Low: 0.75, High: 1.25}}}
	out := whatif.Replay(known, nodes, 0, sure)
	saved := sum(out.Deltas[0])
	low, high := whatif.Bounds(known, out.Deltas, sure)
	require.Less(t, low, saved)
	require.Less(t, saved, high)
	wider, widest := whatif.Bounds(known, out.Deltas, vague)
	require.Less(t, wider, low)
	require.Greater(t, widest, high)
	short := known
	short.Date = known.Date[:10*24]
	low, _ = whatif.Bounds(short, [][]float64{out.Deltas[0][:10*24]}, sure)
	require.True(t, math.IsNaN(low), "ten days say nothing of how far weeks differ")
}

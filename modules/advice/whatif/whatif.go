// Package whatif applies changes to measured hours, and computes the load that they would have had. Replay is the entry point; the changes
// are in measures.go, the interval of a saving in bounds.go.
//
// Loads are kW by the hour, NaN if not measured. Changes are applied one after the other, each to the remaining load, so that no saving can
// exceed the load that it changes.
package whatif

import (
	"math"
	"time"
)

// Hours has the replay's data of each hour, except loads.
type Hours struct {
	Start []time.Time
	// Clock is the local hour of day, Weekday counts from Monday as 0, Date is the local date in days since 1970-01-01.
	Clock, Weekday, Date []int
	// Open is from the calendar; Outdoor is °C, NaN if unknown.
	Open    []bool
	Outdoor []float64
}

// Node is a device or space with its load.
type Node struct {
	KW []float64
	// Inside are the indexes of the nodes whose load is a part of this one's.
	Inside []int
}

// Change is a measure on a node.
type Change struct {
	Node    int
	Measure Measure
}

// Outcome is the result of a replay. Its scope is the requested node.
type Outcome struct {
	Before, After []float64
	// Deltas are the reductions of the scope's load by each change, kW by the hour; they add up to Before − After.
	Deltas [][]float64
}

// Replay applies changes in their order, and returns the effect on one node.
func Replay(hours Hours, nodes []Node, scope int, changes []Change) Outcome {
	loads := make([][]float64, len(nodes))
	for i, n := range nodes {
		loads[i] = append([]float64(nil), n.KW...)
	}
	out := Outcome{Before: nodes[scope].KW}
	for _, c := range changes {
		was := append([]float64(nil), loads[scope]...)
		after := c.Measure.Apply(hours, append([]float64(nil), loads[c.Node]...))
		spread(nodes, loads, c.Node, after)
		delta := make([]float64, len(was))
		for i := range was {
			if !math.IsNaN(was[i]) {
				delta[i] = was[i] - loads[scope][i]
			}
		}
		out.Deltas = append(out.Deltas, delta)
	}
	out.After = loads[scope]
	return out
}

// spread sets a node's new load, subtracts the difference from all nodes that contain it, and scales the nodes inside it.
func spread(nodes []Node, loads [][]float64, node int, after []float64) {
	before := loads[node]
	for i := range after {
		if math.IsNaN(before[i]) || math.IsNaN(after[i]) || after[i] == before[i] {
			after[i] = before[i]
			continue
		}
		for other := range nodes {
			switch {
			case other == node:
			case contains(nodes, other, node):
				// A space's load may be below the device's own by a rounding error; it never becomes negative.
				loads[other][i] = max(0, loads[other][i]-(before[i]-after[i]))
			case contains(nodes, node, other):
				if before[i] > 0 {
					loads[other][i] *= after[i] / before[i]
				}
			}
		}
	}
	loads[node] = after
}

func contains(nodes []Node, outer, inner int) bool {
	for _, n := range nodes[outer].Inside {
		if n == inner {
			return true
		}
	}
	return false
}

// Peak returns the highest hour, kW, and its index; −1 if nothing was measured.
func Peak(kw []float64) (highest float64, at int) {
	at = -1
	for i, v := range kw {
		if !math.IsNaN(v) && (at < 0 || v > highest) {
			highest, at = v, i
		}
	}
	return highest, at
}

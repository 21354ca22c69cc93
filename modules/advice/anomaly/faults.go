package anomaly

import (
	"math"

	"github.com/holotwin/holotwin/modules/advice/baseline"
)

// Hours after which a fault is reported.
const (
	zeroHours  = 4
	stuckHours = 6
	// A meter that is stuck stuckOften times within stuckWithin hours is coarse: then only runs longer than its earlier ones count.
	stuckOften, stuckWithin = 3, 45 * dayHours
)

// findFaults finds gaps (gaps.go), zeros on a meter that never reads zero, and runs of one number that are longer than any earlier run.
func findFaults(rows []baseline.Row, from int) []Finding {
	longest, lowest := usualRuns(rows[:from])
	faults := findGaps(rows, from)
	if lowest > 0 {
		for _, r := range runs(rows, from, func(i int) bool { return rows[i].Load == 0 }) {
			if r.to-r.from >= zeroHours {
				faults = append(faults, Finding{Kind: MeterZero, From: r.from, To: r.to, Known: r.from + zeroHours, Open: r.to == len(rows)})
			}
		}
	}
	return append(faults, findStuck(rows, from, max(stuckHours, longest+1))...)
}

func findStuck(rows []baseline.Row, from, need int) []Finding {
	var faults []Finding
	repeats := func(i int) bool { return i > from && rows[i].Load != 0 && rows[i].Load == rows[i-1].Load }
	for _, r := range runs(rows, from, repeats) {
		begin := r.from - 1 // the first of the equal numbers
		if r.to-begin < need {
			continue
		}
		faults = append(faults, Finding{Kind: MeterStuck, From: begin, To: r.to, Known: begin + need, Open: r.to == len(rows)})
		if n := len(faults); n >= stuckOften && begin-faults[n-stuckOften].From < stuckWithin {
			for _, f := range faults[n-stuckOften:] {
				need = max(need, f.To-f.From+1)
			}
		}
	}
	return faults
}

// usualRuns returns the longest run of one number other than 0, in hours, and the lowest reading.
func usualRuns(rows []baseline.Row) (longest int, lowest float64) {
	lowest = math.Inf(1)
	run := 1
	for i, r := range rows {
		if !math.IsNaN(r.Load) {
			lowest = min(lowest, r.Load)
		}
		if i > 0 && r.Load == rows[i-1].Load && r.Load != 0 {
			run++
			longest = max(longest, run)
			continue
		}
		run = 1
	}
	return longest, lowest
}

type run struct{ from, to int }

// runs returns the ranges of rows, from an index on, that meet a condition.
func runs(rows []baseline.Row, from int, holds func(int) bool) []run {
	var all []run
	for i := from; i < len(rows); {
		if !holds(i) {
			i++
			continue
		}
		r := run{from: i}
		for i < len(rows) && holds(i) {
			i++
		}
		r.to = i
		all = append(all, r)
	}
	return all
}

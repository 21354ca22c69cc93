package main

import (
	"cmp"
	"math"
	"slices"

	"github.com/holotwin/holotwin/modules/advice/anomaly"
)

// putIn is waste or a fault that was put into a meter: rows [from, to) and its energy in kWh, 0 for a fault.
type putIn struct {
	kind     anomaly.Kind
	from, to int
	kwh      float64
}

// run is what was put into a series, what was found in it, and what is found in the series as it was.
type run struct {
	truth        []putIn
	found, clean []anomaly.Finding
}

// Of matching: a finding is right when it overlaps by enoughShare of what was put in, a day at most and an hour at least.
const (
	enoughShare            = 0.25
	mostNeeded, leastHours = 24, 1
)

// match pairs what was put in with findings, one to one, the likest first. of is the finding of each, or −1; wrong are the
// findings that touch nothing enough. Others that touch what has its finding are neither right nor wrong.
func match(truth []putIn, found []anomaly.Finding) (of []int, wrong []int) {
	type pair struct {
		like float64
		a, b int
	}
	var pairs []pair
	touched := make([]bool, len(found))
	for a, t := range truth {
		needed := max(leastHours, min(mostNeeded, enoughShare*float64(t.to-t.from)))
		for b, f := range found {
			common := min(t.to, f.To) - max(t.from, f.From)
			if float64(common) >= needed {
				pairs = append(pairs, pair{float64(common) / float64(max(t.to, f.To)-min(t.from, f.From)), a, b})
				touched[b] = true
			}
		}
	}
	slices.SortStableFunc(pairs, func(x, y pair) int { return cmp.Compare(y.like, x.like) })
	of = slices.Repeat([]int{-1}, len(truth))
	used := make([]bool, len(found))
	for _, p := range pairs {
		if of[p.a] < 0 && !used[p.b] {
			of[p.a], used[p.b] = p.b, true
		}
	}
	for b := range found {
		if !used[b] && !touched[b] {
			wrong = append(wrong, b)
		}
	}
	return of, wrong
}

// net leaves out findings that are made of the series as it was as well, half of them at least, and touch nothing that was put
// in: they are counted there.
func (r run) net() (found []anomaly.Finding) {
	for _, f := range r.found {
		touches := slices.ContainsFunc(r.truth, func(t putIn) bool { return t.from < f.To && f.From < t.to })
		known := slices.ContainsFunc(r.clean, func(c anomaly.Finding) bool {
			return familyOf(c.Kind) == familyOf(f.Kind) && 2*(min(c.To, f.To)-max(c.From, f.From)) >= f.To-f.From
		})
		if touches || !known {
			found = append(found, f)
		}
	}
	return found
}

// familyOf joins kinds that are alike to a manager.
func familyOf(k anomaly.Kind) anomaly.Kind {
	switch {
	case k.Fault():
		return anomaly.MeterGap
	case k == anomaly.WeekendOn || k == anomaly.ScheduleShift:
		return anomaly.OffHours
	}
	return k
}

// figures are how well findings match what was put in.
type figures struct {
	putIn, right, wrong      int
	precision, recall, f1    float64
	errorMedian, total       float64 // of the wasted kWh: relative; found ÷ true
	hoursMedian, spikeMedian float64 // until it was known
	putInBy, foundOf         map[anomaly.Kind]int
}

// judgeRuns scores the kinds that are faults, or those that are not.
func judgeRuns(runs []run, faults bool) (g figures) {
	g.putInBy, g.foundOf = make(map[anomaly.Kind]int), make(map[anomaly.Kind]int)
	var hours, spikeHours, errors []float64
	var truly, told float64
	for _, r := range runs {
		truth := slices.DeleteFunc(slices.Clone(r.truth), func(t putIn) bool { return t.kind.Fault() != faults })
		found := slices.DeleteFunc(r.net(), func(f anomaly.Finding) bool { return f.Kind.Fault() != faults })
		of, wrong := match(truth, found)
		g.wrong += len(wrong)
		for a, t := range truth {
			g.putIn++
			g.putInBy[t.kind]++
			truly += t.kwh
			if of[a] < 0 {
				continue
			}
			f := found[of[a]]
			g.right++
			g.foundOf[t.kind]++
			wait := float64(max(0, f.Known-t.from))
			hours = append(hours, wait)
			if t.kind == anomaly.PeakSpike {
				spikeHours = append(spikeHours, wait)
			}
			if t.kwh > 0 {
				told += f.KWh
				errors = append(errors, math.Abs(f.KWh-t.kwh)/t.kwh)
			}
		}
	}
	g.precision = float64(g.right) / float64(max(1, g.right+g.wrong))
	g.recall = float64(g.right) / float64(max(1, g.putIn))
	if g.right > 0 {
		g.f1 = 2 * g.precision * g.recall / (g.precision + g.recall)
	}
	g.errorMedian, g.total, g.hoursMedian, g.spikeMedian = median(errors), told/truly, median(hours), median(spikeHours)
	return g
}

package main

import (
	"hash/crc32"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/holotwin/holotwin/modules/advice/anomaly"
	"github.com/holotwin/holotwin/modules/advice/baseline"
	"github.com/holotwin/holotwin/modules/advice/history"
)

const (
	hoursOfDay = 24
	daysOfWeek = 7
)

// injector puts known waste and faults into the hours of a meter that are to be judged.
type injector struct {
	rows   []baseline.Row // as they were measured
	from   int            // the first to be judged
	chance *rand.Rand
	// occupied are the hours of the week in which the history is usually high, dayAndNight the kWh between those and the others,
	// mean the mean load, peak what lies between the median and the 95th percentile.
	occupied                [baseline.WeekHours]bool
	dayAndNight, mean, peak float64
	lowest, warmest         float64 // the lowest load and the mean outdoor temperature, °C, of the history
	temp                    bool
	free                    []bool // hours that are far from all that was put in
	budget                  int    // hours that may still be used
}

// Of placing: at least leastJudged hours are judged, clearHours around what is put in stay clear, and at most mostUsed of all
// hours are used; more kinds come twice in a longLived span, days.
const (
	leastJudged, clearHours = 45 * hoursOfDay, 72
	mostUsed, knownShare    = 0.45, 0.9
	longLived, comeTwice    = 200, 4
	places                  = 200
	measuredTemps           = 0.8
)

// inject returns the rows with the waste and faults planted with a seed, and these, in order.
func inject(s split, rows []baseline.Row, from int, seed uint64) ([]baseline.Row, []putIn) {
	spoilt := slices.Clone(rows)
	judged := len(rows) - from
	if judged < leastJudged {
		return spoilt, nil
	}
	in := newInjector(rows, from, rand.New(rand.NewPCG(seed, uint64(crc32.ChecksumIEEE([]byte(s.id+"@"+s.name))))))
	days := judged / hoursOfDay
	kinds := slices.Clone(kindsPutIn)
	in.chance.Shuffle(len(kinds), func(i, j int) { kinds[i], kinds[j] = kinds[j], kinds[i] })
	if days > longLived {
		for _, i := range in.chance.Perm(len(kindsPutIn))[:comeTwice] {
			kinds = append(kinds, kindsPutIn[i])
		}
	}
	var all []putIn
	for _, kind := range kinds {
		if one, placed := in.place(kind, days, spoilt); placed {
			all = append(all, one)
		}
	}
	slices.SortFunc(all, func(a, b putIn) int { return a.from - b.from })
	return spoilt, all
}

func newInjector(rows []baseline.Row, from int, chance *rand.Rand) *injector {
	in := &injector{rows: rows, from: from, chance: chance, free: slices.Repeat([]bool{true}, len(rows)), budget: int(mostUsed * float64(len(rows)-from))}
	var by [baseline.WeekHours][]float64
	var loads, temps []float64
	for _, r := range rows[:from] {
		if !math.IsNaN(r.Load) {
			by[r.WeekHour], loads = append(by[r.WeekHour], r.Load), append(loads, r.Load)
		}
		if !math.IsNaN(r.Temp) {
			temps = append(temps, r.Temp)
		}
	}
	in.learnWeek(by)
	var high, low []float64
	for h, those := range by {
		if in.occupied[h] {
			high = append(high, those...)
		} else {
			low = append(low, those...)
		}
	}
	const leastDifference, ninetyFifth = 0.15, 0.95
	in.mean, in.lowest, in.warmest = history.Mean(loads), slices.Min(loads), history.Mean(temps)
	in.dayAndNight = leastDifference * in.mean
	if d := history.Median(high) - history.Median(low); d > in.dayAndNight {
		in.dayAndNight = d
	}
	in.peak = max(history.Percentile(loads, ninetyFifth)-history.Median(loads), leastDifference*in.mean)
	known := 0
	for _, r := range rows[from:] {
		if !math.IsNaN(r.Temp) {
			known++
		}
	}
	in.temp = float64(known) > measuredTemps*float64(len(rows)-from)
	return in
}

// learnWeek returns which hours of the week are usually high: above 35 % of the way from the low ones to the high ones.
func (in *injector) learnWeek(by [baseline.WeekHours][]float64) {
	const low, high, share = 0.1, 0.9, 0.35
	var usual []float64
	for _, those := range by {
		if m := history.Median(those); !math.IsNaN(m) {
			usual = append(usual, m)
		}
	}
	bottom, top := history.Percentile(usual, low), history.Percentile(usual, high)
	for h, those := range by {
		in.occupied[h] = history.Median(those) > bottom+share*(top-bottom)
	}
}

// place looks for hours in which a kind can be detected, and plants it there.
func (in *injector) place(kind anomaly.Kind, days int, spoilt []baseline.Row) (putIn, bool) {
	if kind == anomaly.SetpointCooling && !in.temp || kind == anomaly.MeterZero && in.lowest <= 0 {
		return putIn{}, false
	}
	level := in.chance.IntN(levels)
	length := in.lengthOf(kind, days > longLived)
	for range places {
		begin, hours := in.somewhere(kind, days, length)
		end := begin + hours
		if hours > in.budget || !in.fits(begin, end) {
			continue
		}
		one, ok := in.put(kind, level, begin, end, spoilt)
		if !ok {
			continue
		}
		for i := max(0, begin-clearHours); i < end+clearHours; i++ {
			in.free[i] = false
		}
		in.budget -= hours
		return one, true
	}
	return putIn{}, false
}

// somewhere is a midnight, where a kind lasts for length days, or else any hour; and how many hours it takes.
func (in *injector) somewhere(kind anomaly.Kind, days, length int) (begin, hours int) {
	const first, away = 3, 2 * clearHours
	if length > 0 {
		begin = in.from + hoursOfDay*(first+in.chance.IntN(max(1, days-length-2*first)))
		for begin < len(in.rows)-1 && in.rows[begin].WeekHour%hoursOfDay != 0 {
			begin++
		}
		return begin, length * hoursOfDay
	}
	begin = in.from + clearHours + in.chance.IntN(len(in.rows)-in.from-clearHours-away)
	if kind == anomaly.PeakSpike {
		const mostHours = 3
		return begin, 1 + in.chance.IntN(mostHours)
	}
	const shortest, longest = 6, 72
	return begin, shortest + in.chance.IntN(longest-shortest+1)
}

// fits reports whether hours are measured, within the span and far from everything else that was planted.
func (in *injector) fits(begin, end int) bool {
	if end+clearHours >= len(in.rows) || slices.Contains(in.free[max(0, begin-clearHours):end+clearHours], false) {
		return false
	}
	known := 0
	for _, r := range in.rows[begin:end] {
		if !math.IsNaN(r.Load) {
			known++
		}
	}
	return float64(known) >= knownShare*float64(end-begin)
}

// put changes the hours, where the kind shows in them.
func (in *injector) put(kind anomaly.Kind, level, begin, end int, spoilt []baseline.Row) (putIn, bool) {
	if kind.Fault() {
		for i := begin; i < end; i++ {
			spoilt[i].Load = in.faulty(kind, begin)
		}
		return putIn{kind: kind, from: begin, to: end}, true
	}
	added := in.added(kind, level, begin, end)
	one := putIn{kind: kind, from: -1}
	for k, v := range added {
		if v <= 0 || math.IsNaN(v) {
			continue
		}
		if one.from < 0 {
			one.from = begin + k
		}
		one.to = begin + k + 1
		if !math.IsNaN(in.rows[begin+k].Load) {
			one.kwh += v
		}
	}
	const leastShare = 0.002 // of the mean load; less is not detectable
	if one.from < 0 || one.kwh <= leastShare*in.mean*float64(end-begin) {
		return putIn{}, false
	}
	for i := one.from; i < one.to; i++ {
		if v := added[i-begin]; v > 0 {
			spoilt[i].Load += v
		}
	}
	return one, true
}

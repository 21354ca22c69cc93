package anomaly

import (
	"math"
	"slices"
)

// spikeMemory is what is known of a meter's spikes.
type spikeMemory struct {
	// noise is how far its hours stand out at the least, in standard deviations of a normal noise; learnt is the bar that the
	// history sets.
	noise, learnt float64
	recent        []spikeSeen
}

type spikeSeen struct {
	day      int
	strength float64
}

// Of spikes.
const (
	mostSpikeHours = 3
	// Bars for a spike that is over, and for one that still lasts, in standard deviations; in the history all above searchBar
	// are looked at.
	spikeBar, lastingBar, searchBar = 6.0, 8.0, 3.5
	lastingFactor                   = 1.1
	// A meter whose innovations have heavier tails than a normal noise needs more: those that spikeTail of them exceed are
	// taken for tailStrength.
	spikeTail, tailStrength, leastTail = 0.01, 3.5, 0.7
	// usualSpikes a month in the history are the meter's own way.
	usualSpikes, monthDays = 0.3, 30.4
	// Another spike within habitDays must be clearer; so must one on a day of a finding.
	habitDays, habitFactor, takenFactor = 60, 1.3, 1.5
	// leastSpike of the mean load it must add; it must stand above all of compareDays.
	leastSpike   = 0.2
	compareDays  = 56
	enoughToComp = 20
	// A spike goes on while what stands out is above half of its first hour.
	goesOn = 0.5
)

// spike is a stretch of hours of a day, [hour, hour+hours), that stands out; it is known at the end of hour at.
type spike struct {
	hour, hours, at int
	strength        float64
}

// learnSpikes sets the bars by the history.
func (d *detector) learnSpikes() {
	var white, seen []float64
	days := 0.0
	for k := 1; k < d.first; k++ {
		day := &d.days[k]
		if day.skipped {
			continue
		}
		days++
		c := d.correctionBefore(k)
		for h, w := range d.noise.whiten(day.kind, d.innovation(k, &c)) {
			if d.week.occupied[day.weekHour(h)] {
				white = append(white, w)
			}
		}
		d.eachSpike(k, searchBar, searchBar, func(s spike) { seen = append(seen, s.strength) })
	}
	d.spikes.noise = leastTail
	if high := highest(white, spikeTail); !math.IsNaN(high) {
		d.spikes.noise = max(leastTail, high/tailStrength)
	}
	slices.Sort(seen)
	if i := len(seen) - 1 - int(usualSpikes*days/monthDays); i >= 0 {
		d.spikes.learnt = seen[i]
	}
}

// bars are what a spike that is over and one that lasts need on a day.
func (d *detector) spikeBars(k int) (over, lasting float64) {
	learnt := d.spikes.learnt
	for _, r := range d.spikes.recent {
		if k-r.day < habitDays {
			learnt = max(learnt, r.strength*habitFactor)
		}
	}
	over, lasting = max(spikeBar*d.spikes.noise, learnt), max(lastingBar*d.spikes.noise, learnt*lastingFactor)
	if d.days[k].taken {
		return takenFactor * over, takenFactor * lasting
	}
	return over, lasting
}

// findSpikes adds a day's spikes to the findings and takes their hours out of the day.
func (d *detector) findSpikes(k int) {
	day := &d.days[k]
	c := d.correctionBefore(k)
	over, lasting := d.spikeBars(k)
	d.eachSpike(k, over, lasting, func(s spike) {
		e := d.innovation(k, &c)
		around := 0.0
		if s.hour > 0 {
			around = e[s.hour-1]
		}
		if s.hour+s.hours < dayHours {
			around = (around + e[s.hour+s.hours]) / 2
		}
		f := Finding{Kind: PeakSpike, From: day.row[s.hour], To: day.row[s.hour+s.hours-1] + 1, Known: day.row[s.at] + 1, Strength: s.strength}
		for h := s.hour; h < s.hour+s.hours; h++ {
			f.KWh += e[h] - around/2
			day.load[h], d.rows[day.row[h]].Load = math.NaN(), math.NaN()
		}
		f.KWh = max(0, f.KWh)
		d.found = append(d.found, f)
		d.spikes.recent = append(d.spikes.recent, spikeSeen{k, s.strength})
	})
}

// eachSpike goes through a day's hours as they come and calls found for each spike once it is known.
func (d *detector) eachSpike(k int, over, lasting float64, found func(spike)) {
	day := &d.days[k]
	c := d.correctionBefore(k)
	e := d.innovation(k, &c)
	white := d.noise.whiten(day.kind, e)
	for at := 0; at < dayHours; at++ {
		s, any := d.strongest(k, at, &white, over, lasting)
		if !any {
			continue
		}
		for end := s.hour + s.hours; end <= min(s.hour+mostSpikeHours+1, dayHours-1); end++ {
			if math.IsNaN(day.load[end]) || e[end] < goesOn*e[s.hour] {
				break
			}
			s.hours = end - s.hour + 1
		}
		at = max(at, s.hour+s.hours)
		// What was said stays said; what goes on beyond is no spike.
		s.hours = min(s.hours, mostSpikeHours)
		found(s)
		// Its hours may have been taken out.
		e = d.innovation(k, &c)
		white = d.noise.whiten(day.kind, e)
	}
}

// strongest is the stretch of occupied hours that ends with hour at, or ended just before it, for which the hours up to it
// speak most; any is false where none clears its bar.
func (d *detector) strongest(k, at int, white *hourly, over, lasting float64) (best spike, any bool) {
	for hours := 1; hours <= mostSpikeHours; hours++ {
		for _, end := range []int{at, at + 1} {
			from := end - hours
			if from < 0 || !d.mayStandOut(k, from, end) {
				continue
			}
			shape := &d.noise.raised[d.days[k].kind][hours-1][from]
			var speaks, weight float64
			for h := from; h <= at; h++ {
				speaks, weight = speaks+shape[h]*white[h], weight+shape[h]*shape[h]
			}
			strength, bar := speaks/math.Sqrt(weight), over
			if end == at+1 {
				bar = lasting
			}
			if strength > bar && strength > best.strength && speaks/weight > leastSpike*d.week.mean && d.aboveAll(k, from, end) {
				best, any = spike{hour: from, hours: hours, at: at, strength: strength}, true
			}
		}
	}
	return best, any
}

// mayStandOut tells whether hours of a day are known and usually in use.
func (d *detector) mayStandOut(k, from, end int) bool {
	day := &d.days[k]
	for h := from; h < end; h++ {
		if day.row[h] < 0 || math.IsNaN(day.load[h]) || !d.week.occupied[day.weekHour(h)] {
			return false
		}
	}
	return true
}

// aboveAll tells whether hours rise above what the days alike of eight weeks had around them.
func (d *detector) aboveAll(k, from, end int) bool {
	day := &d.days[k]
	top := 0.0
	for h := from; h < end; h++ {
		top = max(top, day.load[h])
	}
	compared, highest := 0, math.Inf(-1)
	for j := max(0, k-compareDays); j < k; j++ {
		other := &d.days[j]
		if other.kind != day.kind || other.taken {
			continue
		}
		for h := max(0, from-1); h <= min(dayHours-1, end); h++ {
			if v := other.load[h]; !math.IsNaN(v) {
				compared, highest = compared+1, max(highest, v)
			}
		}
	}
	return compared < enoughToComp || top > highest
}

package anomaly

import (
	"math"
	"slices"
)

// spikeMemory has the thresholds and earlier spikes of a meter.
type spikeMemory struct {
	// noise is the factor on the thresholds, for the size of the meter's own noise; learnt is the threshold from the history.
	noise, learnt float64
	// found are the days of the found spikes.
	found []int
}

// Thresholds of spikes.
const (
	maxSpikeHours = 3
	// Thresholds for a spike that is over, and for one that still lasts, in standard deviations; in the history every spike above searchBar
	// counts.
	spikeBar, lastingBar, searchBar = 8.0, 10.0, 3.5
	lastingFactor                   = 1.1
	// A meter whose innovations have heavier tails than normal noise needs more: the value that spikeTail of them exceed counts as
	// tailStrength.
	spikeTail, tailStrength, minTail = 0.01, 3.5, 0.7
	// usualSpikes a month in the history are usual for the meter.
	usualSpikes, monthDays = 0.3, 30.4
	// Each other spike within habitDays raises the threshold, and so does sustained waste.
	habitDays, habitFactor, eventFactor = 60, 1.5, 1.7
	// A spike must add minSpike of the mean load. Of compareDays, at most mayRise may rise as high, for each multiple of the threshold that
	// it reaches.
	minSpike     = 0.2
	mayRise      = 1.5
	compareDays  = 56
	enoughToComp = 20
	// A spike lasts while the excess is above half of its first hour's.
	goesOn = 0.5
)

// spike is a range of hours of a day, [hour, hour+hours), far above the expected load; it is detected at the end of hour at.
type spike struct {
	hour, hours, at int
	strength        float64
}

// learnSpikes sets the thresholds from the history.
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
	d.spikes.noise = minTail
	if high := highest(white, spikeTail); !math.IsNaN(high) {
		d.spikes.noise = max(minTail, high/tailStrength)
	}
	slices.Sort(seen)
	if i := len(seen) - 1 - int(usualSpikes*days/monthDays); i >= 0 {
		d.spikes.learnt = seen[i]
	}
}

// spikeBars returns the thresholds on a day of a spike that is over and of one that lasts.
func (d *detector) spikeBars(k int) (over, lasting float64) {
	over = spikeBar * d.spikes.noise
	for _, spikeDay := range d.spikes.found {
		if k-spikeDay < habitDays {
			over *= habitFactor
		}
	}
	over = max(over, d.spikes.learnt)
	lasting = max(lastingBar*d.spikes.noise, over*lastingFactor)
	if d.lasting != nil {
		return eventFactor * over, eventFactor * lasting
	}
	return over, lasting
}

// findSpikes adds a day's spikes to the findings, and removes their hours from the day.
func (d *detector) findSpikes(k int) {
	day := &d.days[k]
	c := d.correctionBefore(k)
	over, lasting := d.spikeBars(k)
	d.eachSpike(k, over, lasting, func(s spike) {
		e := d.beyond(k, &c)
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
		d.spikes.found = append(d.spikes.found, k)
	})
}

// beyond returns the innovation. While an event lasts, it returns the residual without the event's addition, taken as its shape or as a
// share of the expected load.
func (d *detector) beyond(k int, c *correction) hourly {
	e := d.lasting
	if e == nil {
		return d.innovation(k, c)
	}
	day := &d.days[k]
	share, grown := d.raisedBy(e, k), e.shape.grown(k-e.since)
	r, added := day.residual(&e.correction), d.of(e.shape, k)
	for h := range r {
		if adds := max(e.amplitude*added[h]*grown, share*day.base[h]); !math.IsNaN(day.load[h]) && !math.IsNaN(adds) {
			r[h] -= adds
		}
	}
	return r
}

// raisedBy returns the highest share by which an event's day, in the week before a day, is above the expected load.
func (d *detector) raisedBy(e *event, k int) (share float64) {
	for j := max(e.since, k-weekDays); j < k; j++ {
		day := &d.days[j]
		if day.skipped {
			continue
		}
		residual, expected := 0.0, 0.0
		for h, r := range day.residual(&e.correction) {
			if !math.IsNaN(day.load[h]) && !math.IsNaN(day.base[h]) {
				residual, expected = residual+r, expected+day.base[h]
			}
		}
		if expected > 0 {
			share = max(share, residual/expected)
		}
	}
	return share
}

// eachSpike processes a day's hours in order, and calls found for each spike when it is detected.
func (d *detector) eachSpike(k int, over, lasting float64, found func(spike)) {
	day := &d.days[k]
	c := d.correctionBefore(k)
	e := d.beyond(k, &c)
	white := d.noise.whiten(day.kind, e)
	for at := 0; at < dayHours; at++ {
		s, any := d.strongest(k, at, &white, over, lasting)
		if !any {
			continue
		}
		for end := s.hour + s.hours; end <= min(s.hour+maxSpikeHours+1, dayHours-1); end++ {
			if math.IsNaN(day.load[end]) || e[end] < goesOn*e[s.hour] {
				break
			}
			s.hours = end - s.hour + 1
		}
		at = max(at, s.hour+s.hours)
		// A reported spike stays; a longer excess is not a spike.
		s.hours = min(s.hours, maxSpikeHours)
		found(s)
		// Its hours may have been removed.
		e = d.beyond(k, &c)
		white = d.noise.whiten(day.kind, e)
	}
}

// strongest returns the range of occupied hours that ends with hour at, or just before it, with the strongest evidence up to it; any is
// false if none reaches its threshold.
func (d *detector) strongest(k, at int, white *hourly, over, lasting float64) (best spike, any bool) {
	for hours := 1; hours <= maxSpikeHours; hours++ {
		for _, end := range []int{at, at + 1} {
			from := end - hours
			if from < 0 || !d.mayStandOut(k, from, end) {
				continue
			}
			shape := &d.noise.raised[d.days[k].kind][hours-1][from]
			var product, weight float64
			for h := from; h <= at; h++ {
				product, weight = product+shape[h]*white[h], weight+shape[h]*shape[h]
			}
			strength, bar := product/math.Sqrt(weight), over
			if end == at+1 {
				bar = lasting
			}
			if strength > bar && strength > best.strength && product/weight > minSpike*d.week.mean && d.risesAbove(k, from, end, int(mayRise*strength/bar)) {
				best, any = spike{hour: from, hours: hours, at: at, strength: strength}, true
			}
		}
	}
	return best, any
}

// mayStandOut reports whether hours of a day are known and usually in use.
func (d *detector) mayStandOut(k, from, end int) bool {
	day := &d.days[k]
	for h := from; h < end; h++ {
		if day.row[h] < 0 || math.IsNaN(day.load[h]) || !d.week.occupied[day.weekHour(h)] {
			return false
		}
	}
	return true
}

// risesAbove reports whether hours are above the same and neighbouring hours of similar days in eight weeks, except for a number of these
// days.
func (d *detector) risesAbove(k, from, end, but int) bool {
	day := &d.days[k]
	top := 0.0
	for h := from; h < end; h++ {
		top = max(top, day.load[h])
	}
	compared, higher := 0, 0
	for j := max(0, k-compareDays); j < k; j++ {
		other := &d.days[j]
		if other.kind != day.kind || other.taken {
			continue
		}
		highest := math.Inf(-1)
		for h := max(0, from-1); h <= min(dayHours-1, end); h++ {
			if v := other.load[h]; !math.IsNaN(v) {
				compared, highest = compared+1, max(highest, v)
			}
		}
		if highest >= top {
			higher++
		}
	}
	return compared < enoughToComp || higher <= but
}

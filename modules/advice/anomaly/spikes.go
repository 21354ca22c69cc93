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
	// said are the days of those that were found.
	said []int
}

// Of spikes.
const (
	maxSpikeHours = 3
	// Bars for a spike that is over, and for one that still lasts, in standard deviations; in the history all above searchBar
	// are looked at.
	spikeBar, lastingBar, searchBar = 8.0, 10.0, 3.5
	lastingFactor                   = 1.1
	// A meter whose innovations have heavier tails than a normal noise needs more: those that spikeTail of them exceed are
	// taken for tailStrength.
	spikeTail, tailStrength, minTail = 0.01, 3.5, 0.7
	// usualSpikes a month in the history are the meter's own way.
	usualSpikes, monthDays = 0.3, 30.4
	// Each other spike within habitDays makes it need more; so does waste that lasts.
	habitDays, habitFactor, eventFactor = 60, 1.5, 1.7
	// minSpike of the mean load it must add; of compareDays no more may rise as high than mayRise for each time that it
	// clears its bar.
	minSpike     = 0.2
	mayRise      = 1.5
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
	d.spikes.noise = minTail
	if high := highest(white, spikeTail); !math.IsNaN(high) {
		d.spikes.noise = max(minTail, high/tailStrength)
	}
	slices.Sort(seen)
	if i := len(seen) - 1 - int(usualSpikes*days/monthDays); i >= 0 {
		d.spikes.learnt = seen[i]
	}
}

// bars are what a spike that is over and one that lasts need on a day.
func (d *detector) spikeBars(k int) (over, lasting float64) {
	over = spikeBar * d.spikes.noise
	for _, said := range d.spikes.said {
		if k-said < habitDays {
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

// findSpikes adds a day's spikes to the findings and takes their hours out of the day.
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
		d.spikes.said = append(d.spikes.said, k)
	})
}

// beyond is innovation; while an event lasts, what is left of the residual without what the event adds, were it its shape or a
// share of all that is expected.
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

// raisedBy is the highest share by which one of an event's days, in the week before one, lies above what is expected.
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

// eachSpike goes through a day's hours as they come and calls found for each spike once it is known.
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
		// What was said stays said; what goes on beyond is no spike.
		s.hours = min(s.hours, maxSpikeHours)
		found(s)
		// Its hours may have been taken out.
		e = d.beyond(k, &c)
		white = d.noise.whiten(day.kind, e)
	}
}

// strongest is the stretch of occupied hours that ends with hour at, or ended just before it, for which the hours up to it
// speak most; any is false where none clears its bar.
func (d *detector) strongest(k, at int, white *hourly, over, lasting float64) (best spike, any bool) {
	for hours := 1; hours <= maxSpikeHours; hours++ {
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
			if strength > bar && strength > best.strength && speaks/weight > minSpike*d.week.mean && d.risesAbove(k, from, end, int(mayRise*strength/bar)) {
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

// risesAbove tells whether hours rise above what the days alike of eight weeks had around them, but for so many of those.
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

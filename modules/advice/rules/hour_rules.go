package rules

import (
	"github.com/holotwin/holotwin/modules/advice/history"
)

// hourRule is a rule that finds waste in single hours.
type hourRule struct {
	kind    Kind
	formula string
	// waste returns the kWh wasted in each hour of the recent history, without hours that another rule has taken.
	waste func(*preparedSubject) []float64
	// applies reports whether the rule is for this kind of target.
	applies func(*preparedSubject) bool
	// observes reports whether the waste could be observed on a date.
	observes func(*preparedSubject, date) bool
	// minDates is the minimum number of dates with waste.
	minDates int
	// confidence is how reliable the sign is, 0 to 1, apart from all other uncertainty.
	confidence func(*preparedSubject, []float64) float64
}

// hourRules are the rules that claim hours, the most reliable first: an hour belongs to the first rule that claims it.
var hourRules = []hourRule{stateMismatchRule, unusedRoomRule, scheduleRule, outOfHoursRule, excessRule, standbyRule}

// stillSeen is the number of days without waste after which it is over and not reported.
const stillSeen = 28

// claim runs a rule and marks its hours as taken.
func (s *preparedSubject) claim(rule hourRule) *Finding {
	if !rule.applies(s) {
		return nil
	}
	waste := rule.waste(s)
	var watched []date
	seen, last := 0, 0
	for _, d := range s.dates {
		if rule.observes != nil && !rule.observes(s, d) {
			continue
		}
		watched = append(watched, d)
		if sum(waste[d.first:d.last]) > 0 {
			seen, last = seen+1, d.day
		}
	}
	if seen < rule.minDates || last <= watched[len(watched)-1].day-stillSeen {
		return nil
	}
	for i, w := range waste {
		s.taken[i] = s.taken[i] || w > 0
	}
	saving := s.estimate(string(rule.kind), waste, watched)
	f := &Finding{
		Kind: rule.kind, From: s.recent.Start, To: s.recent.End(), Saving: saving, Formula: rule.formula,
		Confidence: s.certainty(len(watched), saving, rule.confidence(s, waste)), Weight: weightOf(s.recent, waste),
	}
	f.Figures = append(f.Figures,
		Figure{"dates_seen", float64(seen), "days"}, Figure{"dates_watched", float64(len(watched)), "days"})
	f.Figures = append(f.Figures, s.hourFigures(waste, watched)...)
	f.prove(s.window, s.ofWhole(waste, watched), true)
	f.set("wasted", f.wastedInSpans())
	return f
}

// hourFigures returns the hours of day with most of the waste, their power, and the part of the waste on open dates.
func (s *preparedSubject) hourFigures(waste []float64, watched []date) []Figure {
	var onOpen, onShut [24]float64
	hours, share, kw, total := 0.0, 0.0, 0.0, 0.0
	for _, d := range watched {
		clock := &onShut
		if d.open {
			clock = &onOpen
		}
		for i := d.first; i < d.last; i++ {
			if waste[i] <= 0 {
				continue
			}
			hour := s.recent.Hours[i]
			clock[hour.Clock()] += waste[i]
			hours, share, kw, total = hours+1, share+hour.Share, kw+hour.KW*hour.Share, total+waste[i]
		}
	}
	openShare := sum(onOpen[:]) / max(total, 1e-9)
	from, to := busiest(onOpen)
	if openShare < minOpenShare {
		from, to = busiest(onShut)
	}
	return []Figure{
		{"hours", hours, "h"},
		{"wasted", total, "kWh"},
		{"power", 1000 * kw / max(share, 1e-9), "W"},
		{"reference_power", 1000 * max(0, kw-total) / max(share, 1e-9), "W"},
		{"from_hour", float64(from), "h"},
		{"to_hour", float64(to), "h"},
		{"open_date_share", openShare, "1"},
	}
}

// minOpenShare is the minimum share of the waste on open dates for the named hours to be taken from these dates only; hours of weekends do
// not describe evenings.
const minOpenShare = 0.25

// namedShare is the share of the waste that the named hours must contain. A neighbouring hour is named too if it reaches neighbourShare of
// their mean.
const namedShare, neighbourShare = 0.8, 0.5

// busiest returns the shortest span of clock hours that contains most of the amounts, with similar hours beside it, [from, to). It may pass
// midnight. The whole day is 0 to 24.
func busiest(amounts [24]float64) (from, to int) {
	total := sum(amounts[:])
	from, length := 0, 24
	for n := 1; n < length; n++ {
		if start, held := fullest(amounts, n); held >= namedShare*total {
			from, length = start, n
		}
	}
	mean := total / float64(length)
	for length < 24 && amounts[(from+length)%24] >= neighbourShare*mean && total > 0 {
		length++
	}
	for length < 24 && amounts[(from+23)%24] >= neighbourShare*mean && total > 0 {
		from, length = (from+23)%24, length+1
	}
	if length >= 24 {
		return 0, 24
	}
	return from, (from+length-1)%24 + 1
}

// fullest returns the start of the n clock hours with the highest sum, and that sum.
func fullest(amounts [24]float64, n int) (from int, held float64) {
	for start := range 24 {
		sum := 0.0
		for k := range n {
			sum += amounts[(start+k)%24]
		}
		if sum > held {
			from, held = start, sum
		}
	}
	return from, held
}

// weightOf distributes amounts over the hours of the week.
func weightOf(h *history.History, amounts []float64) [168]float64 {
	var weight [168]float64
	total := sum(amounts)
	if total <= 0 {
		return weight
	}
	for i, a := range amounts {
		weight[h.Hours[i].WeekHour] += a / total
	}
	return weight
}

// runs calls run for each maximal range of consecutive hours that meet a condition, [from, to).
func (s *preparedSubject) runs(pick func(i int) bool, run func(from, to int)) {
	n := len(s.recent.Hours)
	for i := 0; i < n; i++ {
		if !pick(i) {
			continue
		}
		from := i
		for i < n && pick(i) {
			i++
		}
		run(from, i)
	}
}

// free reports whether an hour was measured and is not taken by a rule.
func (s *preparedSubject) free(i int) bool { return s.recent.Hours[i].Known() && !s.taken[i] }

// above returns an hour's energy above a power, kWh.
func (s *preparedSubject) above(i int, kw float64) float64 {
	hour := s.recent.Hours[i]
	return max(0, hour.KW-kw) * hour.Share
}

func sum(values []float64) float64 {
	total := 0.0
	for _, v := range values {
		total += v
	}
	return total
}

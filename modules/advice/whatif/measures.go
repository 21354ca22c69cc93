package whatif

import "math"

// Measure is a change that can be replayed on a load.
type Measure interface {
	// Apply gives the load, kW by the hour, that the measure would have left of load, which it may overwrite. Hours that
	// were not measured stay so.
	Apply(hours Hours, load []float64) []float64
	// Spread is how far the measure's effect may lie from what Apply gives, as a share of it: 5 % of cases lie below the
	// first, 5 % above the second. Both are 1 where only the replayed time decides.
	Spread() (low, high float64)
}

// Window is a part of the week. An empty one is all hours in which the calendar holds the space for shut.
type Window struct {
	// From and To are local hours of day, [From, To); a window over midnight has From > To.
	From, To int
	// Days are those, from Monday as 0, on which the window begins; none is all.
	Days [7]bool
	// Shut takes the calendar's word in place of From, To and Days.
	Shut bool
}

func (w Window) holds(hours Hours, i int) bool {
	if w.Shut {
		return !hours.Open[i]
	}
	clock, day := hours.Clock[i], hours.Weekday[i]
	switch {
	case w.From < w.To:
		return clock >= w.From && clock < w.To && w.on(day)
	case clock >= w.From:
		return w.on(day)
	case clock < w.To:
		return w.on((day + 6) % 7) // it began the evening before
	}
	return false
}

func (w Window) on(day int) bool { return w.Days == [7]bool{} || w.Days[day] }

type exact struct{}

// Spread says that only the replayed time decides.
func (exact) Spread() (low, high float64) { return 1, 1 }

// SwitchOff leaves no more than KeepKW on in a window.
type SwitchOff struct {
	exact
	Window Window
	KeepKW float64
}

// Apply answers Measure.
func (m SwitchOff) Apply(hours Hours, load []float64) []float64 {
	for i := range load {
		if m.Window.holds(hours, i) {
			load[i] = min(load[i], max(0, m.KeepKW))
		}
	}
	return load
}

// Remove takes the load away.
type Remove struct{ exact }

// Apply answers Measure.
func (Remove) Apply(_ Hours, load []float64) []float64 {
	for i, v := range load {
		if !math.IsNaN(v) {
			load[i] = 0
		}
	}
	return load
}

// Setpoint raises a room temperature that is cooled to, in open hours, by Degrees °C; a negative number lowers it. The effect
// is the site's own slope of load against outdoor temperature: a degree more inside is a degree less to cool.
type Setpoint struct {
	Degrees float64
	// SlopeKW is kW per °C above the balance point BalanceC. Where it is 0, the effect is Share of the load per degree.
	SlopeKW, BalanceC, Share float64
	Low, High                float64
}

// Apply answers Measure.
func (m Setpoint) Apply(hours Hours, load []float64) []float64 {
	for i, v := range load {
		if !hours.Open[i] || math.IsNaN(v) {
			continue
		}
		reduction := v * m.Share * m.Degrees
		if m.SlopeKW > 0 {
			reduction = 0
			if cooled := hours.Outdoor[i] - m.BalanceC; cooled > 0 {
				reduction = m.SlopeKW * min(m.Degrees, cooled)
			}
		}
		load[i] = max(0, v-min(reduction, v))
	}
	return load
}

// Spread answers Measure.
func (m Setpoint) Spread() (low, high float64) { return m.Low, m.High }

// Replace puts Count devices of NewW in the place of as many of OldW, W. They run as the load does: not at all at its base,
// all of them at its top.
type Replace struct {
	exact
	Count, OldW, NewW float64
	// BaseKW and TopKW are the load with none and with all of them on.
	BaseKW, TopKW float64
}

// Apply answers Measure.
func (m Replace) Apply(_ Hours, load []float64) []float64 {
	const perKW = 1000
	for i, v := range load {
		if math.IsNaN(v) || m.TopKW <= m.BaseKW {
			continue
		}
		running := min(max((v-m.BaseKW)/(m.TopKW-m.BaseKW), 0), 1)
		load[i] = max(0, v-running*m.Count*(m.OldW-m.NewW)/perKW)
	}
	return load
}

// Shift moves Share (0 to 1) of what lies above BaseKW in a window to as many hours from Start on. A day whose hours were
// not all measured stays as it is, so no energy is lost.
type Shift struct {
	exact
	Window        Window
	Start         int
	Share, BaseKW float64
}

// Apply answers Measure.
func (m Shift) Apply(hours Hours, load []float64) []float64 {
	length := (m.Window.To - m.Window.From + dayHours) % dayHours
	before := append([]float64(nil), load...)
	for i := range load {
		if hours.Clock[i] != m.Window.From || !m.Window.holds(hours, i) {
			continue
		}
		to := i + (m.Start-m.Window.From+dayHours)%dayHours
		if i+length > len(load) || to+length > len(load) || !measured(before[i:i+length]) || !measured(before[to:to+length]) {
			continue
		}
		for k := range length {
			moved := m.Share * max(0, before[i+k]-m.BaseKW)
			load[i+k] -= moved
			load[to+k] += moved
		}
	}
	return load
}

const dayHours = 24

func measured(kw []float64) bool {
	for _, v := range kw {
		if math.IsNaN(v) {
			return false
		}
	}
	return true
}

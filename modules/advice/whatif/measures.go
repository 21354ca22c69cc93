package whatif

import "math"

// Measure is a change that can be replayed on a load.
type Measure interface {
	// Apply returns the load with the measure, kW by the hour. It may overwrite load. Unmeasured hours stay NaN.
	Apply(hours Hours, load []float64) []float64
	// Spread returns the uncertainty of the measure's effect, relative to Apply's: 5 % of cases are below low, 5 % above high. Both are 1
	// if only the replayed time matters.
	Spread() (low, high float64)
}

// Window is a part of the week. An empty one means all hours in which the space is closed.
type Window struct {
	// From and To are local hours of day, [From, To). A window over midnight has From > To.
	From, To int
	// Days are the days on which the window begins, Monday is 0; none means all.
	Days [7]bool
	// Shut selects the hours closed in the calendar instead of From, To and Days.
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
		return w.on((day + 6) % 7) // the window began on the evening before
	}
	return false
}

func (w Window) on(day int) bool { return w.Days == [7]bool{} || w.Days[day] }

type exact struct{}

// Spread returns 1 and 1: only the replayed time matters.
func (exact) Spread() (low, high float64) { return 1, 1 }

// SwitchOff limits the load in a window to KeepKW.
type SwitchOff struct {
	exact
	Window Window
	KeepKW float64
}

// Apply implements Measure.
func (m SwitchOff) Apply(hours Hours, load []float64) []float64 {
	for i := range load {
		if m.Window.holds(hours, i) {
			load[i] = min(load[i], max(0, m.KeepKW))
		}
	}
	return load
}

// Remove removes the load.
type Remove struct{ exact }

// Apply implements Measure.
func (Remove) Apply(_ Hours, load []float64) []float64 {
	for i, v := range load {
		if !math.IsNaN(v) {
			load[i] = 0
		}
	}
	return load
}

// Setpoint raises the cooling setpoint in open hours by Degrees °C; a negative number lowers it. The effect is computed from the slope of
// the load against outdoor temperature: a degree more inside is a degree less to cool.
type Setpoint struct {
	Degrees float64
	// SlopeKW is kW per °C above the balance point BalanceC. If it is 0, the effect is Share of the load per degree.
	SlopeKW, BalanceC, Share float64
	Low, High                float64
}

// Apply implements Measure.
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

// Spread implements Measure.
func (m Setpoint) Spread() (low, high float64) { return m.Low, m.High }

// Replace replaces Count devices of OldW by as many of NewW, W. They run in proportion to the load: none at its base, all of them at its
// top.
type Replace struct {
	exact
	Count, OldW, NewW float64
	// BaseKW is the load with none of them on, TopKW with all of them on.
	BaseKW, TopKW float64
}

// Apply implements Measure.
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

// Shift moves Share (0 to 1) of the load above BaseKW in a window to as many hours from Start on. An incompletely measured day is not
// changed, so no energy is lost.
type Shift struct {
	exact
	Window        Window
	Start         int
	Share, BaseKW float64
}

// Apply implements Measure.
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

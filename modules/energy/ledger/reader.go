package ledger

import (
	"slices"
	"time"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/campus"
)

// Bounds of accepted values.
const (
	maxSpan    = 31 * energy.DayMs
	maxAge     = 366 * energy.DayMs
	usualSpan  = energy.QuarterMs
	meterLimit = 20_000 * energy.Kilowatt // more than any building's connection
	plugLimit  = 1_000 * energy.Kilowatt  // more than any single machine on a campus
)

// Reader turns drafts into readings.
type Reader struct {
	Campus *campus.Campus
	caller energy.Caller
	Now    energy.Instant
	// arrived returns an instant of its own for a draft of a device that has no time and arrived at one.
	arrived func(energy.DeviceID, energy.Instant) energy.Instant
	zone    *time.Location
	// keptFrom is the first instant whose readings are kept.
	keptFrom energy.Instant
	// order distinguishes the two passes of a repeated hour if rows are in the order of a file; nil for a single draft.
	order energy.LocalOrder
	// campusFresh is true if the campus was read again since the call began, last at campusReadAt.
	campusFresh  bool
	campusReadAt energy.Instant
}

// Read checks every field of a draft and returns the reading, or all its flaws. If only the value is wrong, the reading is Rejected.
func (r Reader) Read(draft Draft) (energy.Reading, []energy.Flaw) {
	c := check{draft: draft, Flaws: slices.Clone(draft.Flaws)}
	device := c.device(r)
	out := energy.Reading{Device: device.ID, At: c.instant(r, device), Source: draft.ClockSource()}
	if len(c.Flaws) == 0 && r.caller.MayManage() && !r.Campus.SeesReading(r.caller, device, out.At) {
		c.Add("timestamp", "out_of_reach")
	}
	c.measure(&out, device)
	if len(c.Flaws) == 0 {
		c.checkPhysical(out, device)
	}
	if len(c.Flaws) > 0 && !slices.ContainsFunc(c.Flaws, func(f energy.Flaw) bool { return f.Rule != ruleNegative && f.Rule != ruleImpossible }) {
		out = energy.Reading{Device: out.Device, At: out.At, Kind: energy.Rejected, Source: out.Source}
	}
	return out, c.Flaws
}

// The rules for a value that a device reported and cannot have used.
const (
	ruleNegative   = "negative"
	ruleImpossible = "impossible_use"
)

// check collects the flaws of one draft.
type check struct {
	draft Draft
	energy.Flaws
}

func (c *check) device(r Reader) campus.Device {
	if !c.draft.Device.Given() {
		c.Add("device_id", "required")
		return campus.Device{}
	}
	id, ok := c.draft.Device.Value()
	if !ok {
		c.Add("device_id", "pattern", "pattern", "1–64 [A-Za-z0-9._:-]")
		return campus.Device{}
	}
	device, known := r.Campus.Device(id)
	if !known || !r.Campus.MayReport(r.caller, id) {
		c.Add("device_id", "no_such")
		return campus.Device{}
	}
	return device
}

func (c *check) instant(r Reader, device campus.Device) energy.Instant {
	at, ok := r.Now, true
	switch {
	case c.draft.At.Given() && c.draft.Age.Given():
		c.Add("timestamp", "exactly_one", "values", "timestamp, age_s")
		return 0
	case c.draft.At.Given():
		at, ok = c.timestamp(r, device)
	case c.draft.Age.Given():
		at, ok = c.ago(r.Now)
	case device.ID != "":
		at = r.arrived(device.ID, r.Now)
	}
	if !ok {
		return 0
	}
	if at > r.Now.Add(energy.MaxAhead) {
		c.Add("timestamp", "future")
	}
	switch {
	case at < energy.EarliestInstant:
		c.Add("timestamp", "too_old")
	case at < r.keptFrom:
		c.Add("timestamp", "forgotten", "since", r.keptFrom.String())
	}
	return at
}

func (c *check) timestamp(r Reader, device campus.Device) (energy.Instant, bool) {
	zone := r.zone
	if device.ID != "" {
		zone = r.Campus.Zone(device.Space)
	}
	at, err := energy.InstantFrom(c.draft.At, func(at energy.WallTime) (energy.Instant, error) { return r.order.Instant(string(device.ID), at, zone) })
	if err != nil {
		c.Add("timestamp", energy.InstantRule(err))
		return 0, false
	}
	return at, true
}

func (c *check) ago(now energy.Instant) (energy.Instant, bool) {
	ms, ok := c.milliseconds("age_s", c.draft.Age, 0, maxAge)
	return now - energy.Instant(ms), ok
}

// milliseconds checks a number of seconds against two bounds in ms.
func (c *check) milliseconds(field string, given energy.Field[int64], minimum, maximum int64) (int64, bool) {
	ms, ok := given.Value()
	switch {
	case !ok:
		c.Add(field, "number")
	case ms < minimum:
		c.Add(field, "minimum", "min", SecondsText(minimum))
	case ms > maximum:
		c.Add(field, "maximum", "max", SecondsText(maximum))
	default:
		return ms, true
	}
	return 0, false
}

// SecondsText writes milliseconds as decimal seconds.
func SecondsText(ms int64) string { return string(energy.AppendDecimal(nil, ms, 3)) }

// measure reads the one quantity that the draft must have.
func (c *check) measure(out *energy.Reading, device campus.Device) {
	d := c.draft
	own, other := []quantity{
		{"kwh", d.KWh, energy.Interval}, {"register_kwh", d.Register, energy.Register},
	}, []quantity{
		{"kvarh", d.KVArh, energy.Interval}, {"register_kvarh", d.RegisterKVArh, energy.Register},
	}
	values := "kwh, register_kwh, power_w"
	sampled := d.Power.Given()
	if device.IsReactive() {
		own, other, values = other, own, "kvarh, register_kvarh"
	}
	one, n := single(own)
	_, wrong := single(other)
	if device.IsReactive() && sampled {
		wrong++
	} else if sampled {
		n++
	}
	switch {
	case n != 1 || wrong > 0:
		c.Add(own[0].field, "exactly_one", "values", values)
		return
	case sampled:
		out.Kind, out.Power = energy.Sample, c.power()
	default:
		out.Kind, out.Energy = one.kind, c.energy(one)
	}
	c.span(out, device)
}

// quantity is one of the energies that a draft may have.
type quantity struct {
	field  string
	amount energy.Field[energy.Energy]
	kind   energy.Kind
}

// single returns the last quantity that is given, and how many are given.
func single(all []quantity) (one quantity, n int) {
	for _, q := range all {
		if q.amount.Given() {
			one, n = q, n+1
		}
	}
	return one, n
}

func (c *check) span(out *energy.Reading, device campus.Device) {
	out.Guessed = out.SpanIsGuessed(c.draft.Span.Given() || device.IntervalS > 0)
	if !c.draft.Span.Given() {
		if out.Kind == energy.Interval {
			out.Span = spanOf(device)
		}
		return
	}
	ms, ok := c.milliseconds("interval_s", c.draft.Span, energy.SecondMs, maxSpan)
	if ok && out.Kind != energy.Interval && out.Kind != 0 {
		c.Add("interval_s", "together", "with", "kwh")
	}
	out.Span = ms
}

// spanOf is the interval of a device's kwh if the report does not state one, ms: the device's own, or a quarter hour, the unit of
// all totals.
func spanOf(device campus.Device) int64 {
	if device.IntervalS > 0 {
		return int64(device.IntervalS) * energy.SecondMs
	}
	return usualSpan
}

func (c *check) energy(q quantity) energy.Energy {
	e, ok := q.amount.Value()
	switch {
	case !ok:
		c.Add(q.field, "number")
	case e < 0:
		c.Add(q.field, ruleNegative)
	}
	return e
}

func (c *check) power() energy.Power {
	p, ok := c.draft.Power.Value()
	switch {
	case !ok:
		c.Add("power_w", "number")
	case p < 0:
		c.Add("power_w", ruleNegative)
	}
	return p
}

// checkPhysical rejects more than the device can have used: one absurd value would outweigh a year of valid ones.
func (c *check) checkPhysical(r energy.Reading, device campus.Device) {
	limit := LimitOf(device)
	switch r.Kind {
	case energy.Interval:
		if maxEnergy := limit.During(r.Span); r.Energy > maxEnergy {
			c.Add("kwh", ruleImpossible, "max", maxEnergy.KWh()+" kWh")
		}
	case energy.Sample:
		if r.Power > limit {
			c.Add("power_w", ruleImpossible, "max", limit.Watts()+" W")
		}
	case energy.Register: // its differences are checked when they are decoded
	}
}

// LimitOf is the maximum power that a device can draw: its rating, or the limit of its kind.
func LimitOf(device campus.Device) energy.Power {
	switch {
	case device.Rated > 0:
		return device.Rated
	case device.Kind == campus.KindMeter:
		return meterLimit
	}
	return plugLimit
}

package energy

import (
	"slices"
	"strings"
	"time"
)

// Report is a reading as it comes from outside, before anything is believed of it: the texts of its fields, nil
// where one is absent. Every way in (JSON, CSV, MQTT) makes one, so that all have the same rules.
type Report struct {
	Device   *string
	KWh      *string // decimal kWh used in the interval
	Register *string // decimal kWh that the meter has counted since it was made
	KVArh    *string // decimal kvarh, in the place of KWh where the device measures reactive energy
	// RegisterKVArh is decimal kvarh, in the place of Register there.
	RegisterKVArh *string
	PowerW        *string // decimal W at the instant
	Seconds       *string // decimal s of the interval
	At            *string // RFC 3339; without a zone, in the site's
	Age           *string // decimal s before the sending, from devices without a clock
	// Source is whose clock At is of where the way in knows better than the fields tell; 0 where it does not.
	Source TimeSource
	// Flaws are what the way in found already, such as members that nobody knows.
	Flaws []Flaw
}

// source is whose clock the report's instant is of.
func (r Report) source() TimeSource {
	switch {
	case r.Source != 0:
		return r.Source
	case r.Age != nil:
		return ByAge
	case r.At == nil:
		return ByArrival
	case isInstantShape(*r.At) && hasZone(*r.At):
		return ByDevice
	}
	return ByDeviceLocal
}

// maxAhead is how far a clock may be ahead of this one, ms: a reading of a later instant is of the future.
const maxAhead = 5 * minuteMs

// Bounds of what is believed.
const (
	maxSpan    = 31 * dayMs
	maxAge     = 366 * dayMs
	usualSpan  = quarterMs
	meterLimit = 20_000 * Kilowatt // above any building's connection
	plugLimit  = 1_000 * Kilowatt  // above any single machine on a campus
)

// reader turns reports into readings.
type reader struct {
	campus *Campus
	caller Caller
	now    Instant
	// arrived is the instant of a report of a device that tells none and came at one.
	arrived func(DeviceID, Instant) Instant
	zone    *time.Location
	// keptFrom is the first instant of which readings are kept.
	keptFrom Instant
	// order tells the two passes of a repeated hour apart where rows come in the order of a file; nil for one report alone.
	order localOrder
	// fresh tells that the campus was looked at again since the call began, last at looked.
	fresh  bool
	looked Instant
}

// read checks every field of a report and gives the reading, or all that is wrong with it. Where that is the value alone, the
// reading says that it was Refused.
func (r reader) read(report Report) (Reading, []Flaw) {
	c := check{report: report, Flaws: slices.Clone(report.Flaws)}
	device := c.device(r)
	out := Reading{Device: device.ID, At: c.instant(r, device), Source: report.source()}
	if len(c.Flaws) == 0 && r.caller.MayManage() && !r.campus.SeesReading(r.caller, device, out.At) {
		c.Add("timestamp", "out_of_reach")
	}
	c.measure(&out, device)
	if len(c.Flaws) == 0 {
		c.physical(out, device)
	}
	if len(c.Flaws) > 0 && !slices.ContainsFunc(c.Flaws, func(f Flaw) bool { return f.Rule != ruleNegative && f.Rule != ruleImpossible }) {
		out = Reading{Device: out.Device, At: out.At, Kind: Refused, Source: out.Source}
	}
	return out, c.Flaws
}

// The rules of a value that a device told, and did not use.
const (
	ruleNegative   = "negative"
	ruleImpossible = "impossible_use"
)

func (c *check) device(r reader) Device {
	if c.report.Device == nil {
		c.Add("device_id", "required")
		return Device{}
	}
	id, err := ParseDeviceID(*c.report.Device)
	if err != nil {
		c.Add("device_id", "pattern", "pattern", "1–64 [A-Za-z0-9._:-]")
		return Device{}
	}
	device, known := r.campus.Device(id)
	if !known || !r.campus.MayReport(r.caller, id) {
		c.Add("device_id", "no_such")
		return Device{}
	}
	return device
}

func (c *check) instant(r reader, device Device) Instant {
	at, ok := r.now, true
	switch {
	case c.report.At != nil && c.report.Age != nil:
		c.Add("timestamp", "exactly_one", "values", "timestamp, age_s")
		return 0
	case c.report.At != nil:
		at, ok = c.parseInstant(r, device)
	case c.report.Age != nil:
		at, ok = c.ago(r.now)
	case device.ID != "":
		at = r.arrived(device.ID, r.now)
	}
	if !ok {
		return 0
	}
	if at > r.now.Add(maxAhead) {
		c.Add("timestamp", "future")
	}
	switch {
	case at < EarliestInstant:
		c.Add("timestamp", "too_old")
	case at < r.keptFrom:
		c.Add("timestamp", "forgotten", "since", r.keptFrom.String())
	}
	return at
}

func (c *check) parseInstant(r reader, device Device) (Instant, bool) {
	zone := r.zone
	if device.ID != "" {
		zone = r.campus.Zone(device.Space)
	}
	at, err := r.order.instant(string(device.ID), *c.report.At, zone)
	if err != nil {
		c.Add("timestamp", InstantRule(err))
		return 0, false
	}
	return at, true
}

func (c *check) ago(now Instant) (Instant, bool) {
	ms, ok := c.milliseconds("age_s", *c.report.Age, 0, maxAge)
	return now - Instant(ms), ok
}

// milliseconds reads a decimal number of seconds between two bounds in ms.
func (c *check) milliseconds(field, text string, least, most int64) (int64, bool) {
	ms, ok := parseDecimal(text, 3)
	switch {
	case !ok:
		c.Add(field, "number")
	case ms < least:
		c.Add(field, "minimum", "min", seconds(least))
	case ms > most:
		c.Add(field, "maximum", "max", seconds(most))
	default:
		return ms, true
	}
	return 0, false
}

func seconds(ms int64) string { return string(AppendDecimal(nil, ms, 3)) }

// measure reads the one quantity that the report must have.
func (c *check) measure(out *Reading, device Device) {
	own, other := []given{
		{"kwh", c.report.KWh, Interval}, {"register_kwh", c.report.Register, Register}, {"power_w", c.report.PowerW, Sample},
	}, []given{
		{"kvarh", c.report.KVArh, Interval}, {"register_kvarh", c.report.RegisterKVArh, Register},
	}
	if device.IsReactive() {
		own, other = other, own
	}
	one, n := only(own)
	if _, wrong := only(other); n != 1 || wrong > 0 {
		c.Add(own[0].field, "exactly_one", "values", namesOf(own))
		return
	}
	out.Kind = one.kind
	if one.kind == Sample {
		out.Power = c.power(*one.text)
	} else {
		out.Energy = c.energy(one.field, *one.text)
	}
	c.span(out, device)
}

// check collects the flaws of one report.
type check struct {
	report Report
	Flaws
}

// given is one of the quantities that a report may have.
type given struct {
	field string
	text  *string
	kind  Kind
}

// only gives the last of the quantities that is there, and how many are.
func only(all []given) (one given, n int) {
	for _, g := range all {
		if g.text != nil {
			one, n = g, n+1
		}
	}
	return one, n
}

func namesOf(all []given) string {
	names := make([]string, len(all))
	for i, g := range all {
		names[i] = g.field
	}
	return strings.Join(names, ", ")
}

func (c *check) span(out *Reading, device Device) {
	out.Guessed = out.guesses(c.report.Seconds != nil || device.IntervalS > 0)
	if c.report.Seconds == nil {
		if out.Kind == Interval {
			out.Span = spanOf(device)
		}
		return
	}
	ms, ok := c.milliseconds("interval_s", *c.report.Seconds, secondMs, maxSpan)
	if ok && out.Kind != Interval && out.Kind != 0 {
		c.Add("interval_s", "together", "with", "kwh")
	}
	out.Span = ms
}

// spanOf is the interval that a device's kwh covers when the report does not say: its own, or the quarter hour
// on which everything is totalled.
func spanOf(device Device) int64 {
	if device.IntervalS > 0 {
		return int64(device.IntervalS) * secondMs
	}
	return usualSpan
}

func (c *check) energy(field, text string) Energy {
	e, err := ParseKWh(text)
	if err != nil {
		c.Add(field, "number")
		return 0
	}
	if e < 0 {
		c.Add(field, ruleNegative)
	}
	return e
}

func (c *check) power(text string) Power {
	p, err := ParseWatts(text)
	if err != nil {
		c.Add("power_w", "number")
		return 0
	}
	if p < 0 {
		c.Add("power_w", ruleNegative)
	}
	return p
}

// physical refuses what the device cannot have used: one absurd value would drown a year of true ones.
func (c *check) physical(r Reading, device Device) {
	limit := LimitOf(device)
	switch r.Kind {
	case Interval:
		if most := limit.During(r.Span); r.Energy > most {
			c.Add("kwh", ruleImpossible, "max", most.KWh()+" kWh")
		}
	case Sample:
		if r.Power > limit {
			c.Add("power_w", ruleImpossible, "max", limit.Watts()+" W")
		}
	case Register: // its differences are judged when they are decoded
	}
}

// LimitOf is the most power that a device is believed to draw: its rating, or what its kind never exceeds.
func LimitOf(device Device) Power {
	switch {
	case device.Rated > 0:
		return device.Rated
	case device.Kind == KindMeter:
		return meterLimit
	}
	return plugLimit
}

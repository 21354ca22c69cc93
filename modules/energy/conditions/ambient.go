// Package conditions records what surrounds the energy: device states, ambient readings of spaces, and the weather of sites.
package conditions

import (
	"context"
	"iter"
	"slices"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/campus"
	"github.com/holotwin/holotwin/modules/energy/ledger"
)

// Ambient is what a space was like at an instant. Measures are whole numbers, so that both databases keep them
// alike; nil is not measured.
type Ambient struct {
	Space energy.SpaceID
	At    energy.Instant
	// Temperature is in m°C, Humidity in m%, CO2 in ppm, Occupancy in persons.
	Temperature, Humidity, CO2, Occupancy *int64
	// Source is empty for what is being recorded, which is a sensor's.
	Source Source
	// Forecast is true for weather that was told before its hour came.
	Forecast bool
	// Moves is set where the reading moves to the next free instant if another has its own. It is not kept.
	Moves bool
}

// SameMeasures reports whether two readings measured the same.
func (a Ambient) SameMeasures(o Ambient) bool {
	return a.Space == o.Space && a.At == o.At && equalMeasure(a.Temperature, o.Temperature) && equalMeasure(a.Humidity, o.Humidity) &&
		equalMeasure(a.CO2, o.CO2) && equalMeasure(a.Occupancy, o.Occupancy)
}

func equalMeasure(a, b *int64) bool {
	if a == nil || b == nil {
		return a == b
	}
	return *a == *b
}

// AmbientReadings keeps ambient readings.
type AmbientReadings interface {
	// AppendAmbient stores readings in one transaction, on the disk when it returns; what is under a key already is
	// Duplicate or Conflict, but what Moves goes to the next free instant within a second. Keys within a batch are distinct.
	AppendAmbient(ctx context.Context, batch []Ambient) ([]AmbientOutcome, error)
	// AmbientBetween gives the readings of spaces in [from, to), by space and instant, from after a key, up to limit.
	AmbientBetween(ctx context.Context, spaces []energy.SpaceID, from, to energy.Instant, after AmbientKey, limit int) ([]Ambient, error)
	// HourlyAmbient gives the hourly means of a space in [from, to).
	HourlyAmbient(ctx context.Context, space energy.SpaceID, from, to energy.Instant) ([]AmbientHour, error)
}

// AmbientKey is an ambient reading's identity.
type AmbientKey struct {
	Space energy.SpaceID
	At    energy.Instant
}

// AmbientOutcome is what became of an ambient reading.
type AmbientOutcome struct {
	Result energy.Result
	Stored Ambient
}

// AmbientHour is the mean of an hour's ambient readings; nil is not measured.
type AmbientHour struct {
	Start       energy.Instant
	Temperature *float64 // °C
	Occupancy   *float64 // persons
}

// ErrConflictingAmbient is an ambient reading whose space and instant already hold another.
type ErrConflictingAmbient struct{ Stored, Sent Ambient }

func (e ErrConflictingAmbient) Error() string {
	return "conflicting ambient reading of " + string(e.Sent.Space) + " at " + e.Sent.At.String()
}

// AmbientDraft is an ambient reading as it comes from outside: each of its fields was read once.
type AmbientDraft struct {
	Space energy.Field[energy.SpaceID]
	At    energy.Field[energy.WallTime]
	// Temperature is in m°C, Humidity in m%, CO2 in ppm, Occupancy in persons.
	Temperature, Humidity, CO2, Occupancy energy.Field[int64]
	// Moves is set where At is not the reading's identity.
	Moves bool
	// Flaws are what the way in found already.
	Flaws []energy.Flaw
}

// RecordAmbient stores one reading. Errors: ErrForbidden, ErrInvalid, ErrConflictingAmbient.
func (c *Recorder) RecordAmbient(ctx context.Context, caller energy.Caller, draft AmbientDraft) (AmbientOutcome, error) {
	if !caller.MayReport() {
		return AmbientOutcome{}, energy.ErrForbidden{}
	}
	campus, err := campus.FreshUnless(ctx, c.directory, func(campus *campus.Campus) bool { return mayReportDraft(campus, caller, draft) })
	if err != nil {
		return AmbientOutcome{}, err
	}
	reading, flaws := c.readAmbient(campus, caller, draft, nil)
	if len(flaws) > 0 {
		return AmbientOutcome{}, energy.ErrInvalid{Flaws: flaws}
	}
	outcomes, err := c.ambient.AppendAmbient(ctx, []Ambient{reading})
	if err != nil {
		return AmbientOutcome{}, err
	}
	if outcomes[0].Result == energy.Conflict {
		return outcomes[0], ErrConflictingAmbient{Stored: outcomes[0].Stored, Sent: reading}
	}
	return outcomes[0], nil
}

// mayReportDraft reports whether a draft is of a space that its sender may tell of, or of none.
func mayReportDraft(campus *campus.Campus, caller energy.Caller, draft AmbientDraft) bool {
	space, ok := draft.Space.Value()
	return !draft.Space.Given() || ok && campus.MayReportAmbient(caller, space)
}

// readAmbient checks a draft; order is that of its file, nil for one draft alone.
func (c *Recorder) readAmbient(campus *campus.Campus, caller energy.Caller, draft AmbientDraft, order energy.LocalOrder) (Ambient, []energy.Flaw) {
	k := energy.Flaws(slices.Clone(draft.Flaws))
	out := Ambient{}
	space, ok := draft.Space.Value()
	switch {
	case !draft.Space.Given():
		k.Add("space_id", "required")
	case !ok || !campus.MayReportAmbient(caller, space):
		k.Add("space_id", "no_such")
	default:
		out.Space = space
	}
	zone := c.zone
	if out.Space != "" {
		zone = campus.Zone(out.Space)
	}
	out.At, out.Moves = readInstant(&k, draft.At, c.clock.Now(), func(at energy.WallTime) (energy.Instant, error) {
		return order.Instant(string(out.Space), at, zone)
	}), draft.Moves
	if !draft.At.Given() && out.Space != "" {
		out.At, out.Moves = c.ambientArrivals.Next(out.Space, out.At), true
	}
	out.Temperature = checkAmount(&k, "temperature_c", draft.Temperature, 3, -60_000, 70_000)
	out.Humidity = checkAmount(&k, "humidity_pct", draft.Humidity, 3, 0, 100_000)
	out.CO2 = checkAmount(&k, "co2_ppm", draft.CO2, 0, 0, 100_000)
	out.Occupancy = checkAmount(&k, "occupancy", draft.Occupancy, 0, 0, 100_000)
	if !draft.Temperature.Given() && !draft.Humidity.Given() && !draft.CO2.Given() && !draft.Occupancy.Given() {
		k.Add("temperature_c", "at_least_one", "values", "temperature_c, humidity_pct, co2_ppm, occupancy")
	}
	return out, k
}

// checkAmount checks an optional number of 10^-digits units between two bounds.
func checkAmount(c *energy.Flaws, field string, given energy.Field[int64], digits int, minimum, maximum int64) *int64 {
	if !given.Given() {
		return nil
	}
	n, ok := given.Value()
	bound := func(n int64) string { return string(energy.AppendDecimal(nil, n, digits)) }
	switch {
	case !ok:
		c.Add(field, "number")
	case n < minimum:
		c.Add(field, "minimum", "min", bound(minimum))
	case n > maximum:
		c.Add(field, "maximum", "max", bound(maximum))
	}
	return &n
}

// AmbientRow is one reading of a batch, or what is wrong with it already.
type AmbientRow struct {
	Line  int
	Draft AmbientDraft
	Flaws []energy.Flaw
}

// RecordAmbientAll stores a batch as it comes; good rows are kept, bad ones named. Errors: ErrForbidden.
func (c *Recorder) RecordAmbientAll(ctx context.Context, caller energy.Caller, rows iter.Seq[AmbientRow]) (ledger.Summary, error) {
	return c.RecordAmbientListing(ctx, caller, rows, ledger.MaxRejections)
}

// RecordAmbientListing is RecordAmbientAll that tells up to named rejections.
func (c *Recorder) RecordAmbientListing(ctx context.Context, caller energy.Caller, rows iter.Seq[AmbientRow], named int) (ledger.Summary, error) {
	if !caller.MayReport() {
		return ledger.Summary{}, energy.ErrForbidden{}
	}
	campus, err := c.directory.Campus(ctx)
	if err != nil {
		return ledger.Summary{}, err
	}
	b, fresh := ambientBatch{conditions: c, named: named, places: make(map[AmbientKey]int)}, false
	order := make(energy.LocalOrder)
	for row := range rows {
		b.summary.Received++
		if !fresh && !mayReportDraft(campus, caller, row.Draft) {
			if campus, err = c.directory.Fresh(ctx); err != nil {
				return b.summary, err
			}
			fresh = true
		}
		reading, flaws := Ambient{}, row.Flaws
		if len(flaws) == 0 {
			reading, flaws = c.readAmbient(campus, caller, row.Draft, order)
		}
		if len(flaws) > 0 {
			b.reject(ledger.Rejection{Line: row.Line, Flaws: flaws})
			continue
		}
		if err := b.add(ctx, reading, row.Line); err != nil {
			return b.summary, err
		}
	}
	return b.summary, b.flush(ctx)
}

// ambientBatch gathers ambient readings with distinct keys.
type ambientBatch struct {
	conditions *Recorder
	pending    []Ambient
	lines      []int
	places     map[AmbientKey]int
	named      int // how many rejections are told one by one
	summary    ledger.Summary
}

func (b *ambientBatch) reject(r ledger.Rejection) {
	b.summary.Rejected++
	if len(b.summary.Rejections) < b.named {
		b.summary.Rejections = append(b.summary.Rejections, r)
	}
}

// add queues a reading; one whose key waits already goes into a batch of its own, after that one.
func (b *ambientBatch) add(ctx context.Context, a Ambient, line int) error {
	_, waits := b.places[AmbientKey{a.Space, a.At}]
	if waits || len(b.pending) >= ledger.BatchSize {
		if err := b.flush(ctx); err != nil {
			return err
		}
	}
	b.places[AmbientKey{a.Space, a.At}] = len(b.pending)
	b.pending, b.lines = append(b.pending, a), append(b.lines, line)
	return nil
}

func (b *ambientBatch) flush(ctx context.Context) error {
	if len(b.pending) == 0 {
		return nil
	}
	outcomes, err := b.conditions.ambient.AppendAmbient(ctx, b.pending)
	if err != nil {
		return err
	}
	for i, o := range outcomes {
		switch o.Result {
		case energy.Inserted:
			b.summary.Inserted++
		case energy.Duplicate:
			b.summary.Duplicates++
		case energy.Conflict:
			b.reject(ledger.Rejection{Line: b.lines[i], Conflicting: true})
		}
	}
	b.pending, b.lines = b.pending[:0], b.lines[:0]
	clear(b.places)
	return nil
}

// AmbientOf lists ambient readings that the caller sees, in [from, to), from after a key. An empty space asks for
// all. A site that is asked for alone has the weather among them, for the hours whose temperature its own sensors do
// not tell.
func (c *Recorder) AmbientOf(ctx context.Context, caller energy.Caller, space energy.SpaceID, from, to energy.Instant, after AmbientKey, limit int) ([]Ambient, error) {
	if !caller.MayRead() {
		return nil, energy.ErrForbidden{}
	}
	tree, err := c.directory.Fresh(ctx)
	if err != nil {
		return nil, err
	}
	if space != "" {
		place, err := campus.VisibleSpace(tree, caller, space)
		if err != nil {
			return nil, err
		}
		return c.ambientIn(ctx, place, from, to, after, limit)
	}
	var all []energy.SpaceID
	for _, s := range tree.Spaces(caller.Space) {
		all = append(all, s.ID)
	}
	return c.ambient.AmbientBetween(ctx, all, from, to, after, limit)
}

func (c *Recorder) ambientIn(ctx context.Context, space campus.Space, from, to energy.Instant, after AmbientKey, limit int) ([]Ambient, error) {
	readings, err := c.ambient.AmbientBetween(ctx, []energy.SpaceID{space.ID}, from, to, after, limit)
	if err != nil {
		return nil, err
	}
	if after.Space == space.ID {
		from = max(from, after.At+1)
	}
	weather, err := OutdoorWeather(ctx, c.weather, space, from, to, limit)
	if err != nil || len(weather) == 0 {
		return readings, err
	}
	return mergeWeather(space.ID, readings, weather, limit), nil
}

// HoursOf gives the hourly means of a space's own readings in [from, to). The hours whose temperature a site's own sensors
// do not tell have the weather's, as it was or, of hours to come, as it is forecast, on the level of those sensors. Errors: ErrForbidden, ErrNotFound.
func (c *Recorder) HoursOf(ctx context.Context, caller energy.Caller, space energy.SpaceID, from, to energy.Instant) ([]AmbientHour, error) {
	if !caller.MayRead() {
		return nil, energy.ErrForbidden{}
	}
	tree, err := c.directory.Campus(ctx)
	if err != nil {
		return nil, err
	}
	place, err := campus.VisibleSpace(tree, caller, space)
	if err != nil {
		return nil, err
	}
	measured, err := c.ambient.HourlyAmbient(ctx, space, from, to)
	if err != nil {
		return nil, err
	}
	weather, err := OutdoorWeather(ctx, c.weather, place, from, to, 0)
	if err != nil {
		return nil, err
	}
	if err := adjustForecast(ctx, c.weather, space, weather, c.clock.Now()); err != nil {
		return nil, err
	}
	return fillHours(measured, weather), nil
}

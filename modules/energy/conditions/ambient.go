// Package conditions records device states, ambient readings of spaces, and the weather of sites.
package conditions

import (
	"context"
	"iter"
	"slices"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/campus"
	"github.com/holotwin/holotwin/modules/energy/ledger"
)

// Ambient is an ambient reading of a space at an instant. Measures are whole numbers, so that both databases store them
// exactly; nil is not measured.
type Ambient struct {
	Space energy.SpaceID
	At    energy.Instant
	// Temperature is in m°C, Humidity in m%, CO2 in ppm, Occupancy in persons.
	Temperature, Humidity, CO2, Occupancy *int64
	// Source is empty for a reading that is being recorded: it comes from a sensor.
	Source Source
	// Forecast is true for weather that was predicted before its hour began.
	Forecast bool
	// Moves is true if the reading moves to the next free instant when its own is taken. It is not stored.
	Moves bool
}

// SameMeasures reports whether two readings have the same space, instant and measures.
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

// AmbientReadings stores ambient readings.
type AmbientReadings interface {
	// AppendAmbient stores readings in one transaction, durably before it returns. A reading whose key is taken is a Duplicate or
	// a Conflict; one with Moves goes to the next free instant within a second. Keys within a batch are distinct.
	AppendAmbient(ctx context.Context, batch []Ambient) ([]AmbientOutcome, error)
	// AmbientBetween returns the readings of spaces in [from, to), by space and instant, from after a key, up to limit.
	AmbientBetween(ctx context.Context, spaces []energy.SpaceID, from, to energy.Instant, after AmbientKey, limit int) ([]Ambient, error)
	// HourlyAmbient returns the hourly means of a space in [from, to).
	HourlyAmbient(ctx context.Context, space energy.SpaceID, from, to energy.Instant) ([]AmbientHour, error)
}

// AmbientKey is an ambient reading's identity.
type AmbientKey struct {
	Space energy.SpaceID
	At    energy.Instant
}

// AmbientOutcome is the result of storing an ambient reading, with the reading that is now stored.
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

// ErrConflictingAmbient reports an ambient reading whose space and instant already have another.
type ErrConflictingAmbient struct{ Stored, Sent Ambient }

func (e ErrConflictingAmbient) Error() string {
	return "conflicting ambient reading of " + string(e.Sent.Space) + " at " + e.Sent.At.String()
}

// AmbientDraft is an ambient reading as it was sent: each field was read once and is not checked yet.
type AmbientDraft struct {
	Space energy.Field[energy.SpaceID]
	At    energy.Field[energy.WallTime]
	// Temperature is in m°C, Humidity in m%, CO2 in ppm, Occupancy in persons.
	Temperature, Humidity, CO2, Occupancy energy.Field[int64]
	// Moves is true if At is not the reading's identity.
	Moves bool
	// Flaws are the errors that the adapter found.
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

// mayReportDraft reports whether the caller may report for the draft's space; a draft without a space passes.
func mayReportDraft(campus *campus.Campus, caller energy.Caller, draft AmbientDraft) bool {
	space, ok := draft.Space.Value()
	return !draft.Space.Given() || ok && campus.MayReportAmbient(caller, space)
}

// readAmbient checks a draft; order is the order of its file, nil for a single draft.
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

// AmbientRow is one reading of a batch, or the errors already found in it.
type AmbientRow struct {
	Line  int
	Draft AmbientDraft
	Flaws []energy.Flaw
}

// RecordAmbientAll stores a batch: good rows are stored, bad ones listed. Errors: ErrForbidden.
func (c *Recorder) RecordAmbientAll(ctx context.Context, caller energy.Caller, rows iter.Seq[AmbientRow]) (ledger.Summary, error) {
	return c.RecordAmbientListing(ctx, caller, rows, ledger.MaxRejections)
}

// RecordAmbientListing is RecordAmbientAll; it lists up to maxListed rejections.
func (c *Recorder) RecordAmbientListing(ctx context.Context, caller energy.Caller, rows iter.Seq[AmbientRow], maxListed int) (ledger.Summary, error) {
	if !caller.MayReport() {
		return ledger.Summary{}, energy.ErrForbidden{}
	}
	campus, err := c.directory.Campus(ctx)
	if err != nil {
		return ledger.Summary{}, err
	}
	b, fresh := ambientBatch{recorder: c, maxListed: maxListed, indexes: make(map[AmbientKey]int)}, false
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

// ambientBatch collects ambient readings with distinct keys.
type ambientBatch struct {
	recorder  *Recorder
	pending   []Ambient
	lines     []int
	indexes   map[AmbientKey]int // of pending
	maxListed int                // of rejections
	summary   ledger.Summary
}

func (b *ambientBatch) reject(r ledger.Rejection) {
	b.summary.Refuse(r, b.maxListed)
}

// add queues a reading. If a reading with the same key is pending, that batch is stored first.
func (b *ambientBatch) add(ctx context.Context, a Ambient, line int) error {
	_, pending := b.indexes[AmbientKey{a.Space, a.At}]
	if pending || len(b.pending) >= ledger.BatchSize {
		if err := b.flush(ctx); err != nil {
			return err
		}
	}
	b.indexes[AmbientKey{a.Space, a.At}] = len(b.pending)
	b.pending, b.lines = append(b.pending, a), append(b.lines, line)
	return nil
}

func (b *ambientBatch) flush(ctx context.Context) error {
	if len(b.pending) == 0 {
		return nil
	}
	outcomes, err := b.recorder.ambient.AppendAmbient(ctx, b.pending)
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
	clear(b.indexes)
	return nil
}

// AmbientOf lists ambient readings that the caller sees, in [from, to), from after a key, up to limit. An empty space selects all.
// If space is a site, the list includes the weather of hours without a temperature of its own sensors. Errors: ErrForbidden,
// ErrNotFound.
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

// HoursOf returns the hourly means of a space's own readings in [from, to). For a site, hours without a sensor temperature are
// filled from the weather service; forecast hours are shifted by the sensors' recent bias. Errors: ErrForbidden, ErrNotFound.
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

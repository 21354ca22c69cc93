// Package local connects modules that run in the same process: it implements a module's ports by calling another module.
package local

import (
	"context"
	"math"
	"time"

	"github.com/holotwin/holotwin/modules/advice"
	"github.com/holotwin/holotwin/modules/advice/analysis"
	advicecampus "github.com/holotwin/holotwin/modules/advice/campus"
	"github.com/holotwin/holotwin/modules/advice/history"
	"github.com/holotwin/holotwin/modules/advice/inputs"
	"github.com/holotwin/holotwin/modules/advice/questions"
	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/calendar"
	"github.com/holotwin/holotwin/modules/energy/campus"
	"github.com/holotwin/holotwin/modules/energy/conditions"
	"github.com/holotwin/holotwin/modules/energy/intake"
	"github.com/holotwin/holotwin/modules/energy/ledger"
	"github.com/holotwin/holotwin/modules/energy/rulebook"
	"github.com/holotwin/holotwin/modules/energy/tariffs"
	"github.com/holotwin/holotwin/modules/energy/usage"
)

// Energy implements the advice module's ports with the energy module.
type Energy struct {
	Catalog    *campus.Catalog
	Reports    *usage.Queries
	Rules      *rulebook.Rules
	Conditions *conditions.Recorder
	Changed    ledger.Readings
	Fleet      *intake.Fleet
}

var (
	_ advicecampus.Trees = Energy{}
	_ advice.Consumption = Energy{}
	_ advice.Ambience    = Energy{}
	_ inputs.States      = Energy{}
	_ advice.Calendar    = Energy{}
	_ questions.Openings = Energy{}
	_ advice.Prices      = Energy{}
	_ analysis.Changes   = Energy{}
)

// adviceCaller may see the whole campus. The advice module itself checks what its own callers may see.
var adviceCaller = energy.Caller{Subject: "advice", Role: energy.Viewer}

// Tree returns the current campus.
func (e Energy) Tree(ctx context.Context) (advice.Tree, error) {
	campus, err := e.Catalog.Fresh(ctx)
	if err != nil {
		return advice.Tree{}, err
	}
	var tree advice.Tree
	for _, s := range campus.Spaces("") {
		tree.Spaces = append(tree.Spaces, advice.Space{
			ID: string(s.ID), Parent: string(s.Parent), Name: s.Name, Kind: advice.Level(s.Kind), AreaM2: s.AreaM2, Zone: campus.Zone(s.ID),
		})
	}
	clocks, err := e.Fleet.Clocks(ctx)
	if err != nil {
		return advice.Tree{}, err
	}
	for _, d := range campus.DevicesWithin("") {
		tree.Devices = append(tree.Devices, advice.Device{
			ID: string(d.ID), Name: d.Name, Kind: string(d.Kind), Space: string(d.Space), Parent: string(d.Parent),
			RatedW: watts(d.Rated), StandbyW: watts(d.Standby), ClockOff: time.Duration(clocks[d.ID]) * time.Millisecond,
		})
		for _, former := range d.Former {
			tree.Moves = append(tree.Moves, advice.Move{Device: string(d.ID), Space: string(former.Space), Until: former.Until.Time()})
		}
	}
	return tree, nil
}

func watts(p energy.Power) float64 { return float64(p) / float64(energy.Watt) }

// Measured returns the start of a target's first measured hour and the end of its last one. found is false if nothing was measured.
func (e Energy) Measured(ctx context.Context, t advice.Target) (from, to time.Time, found bool, err error) {
	first, last, found, err := e.Reports.MeasuredRange(ctx, adviceCaller, campus.Level(t.Level), t.ID)
	if err != nil || !found {
		return time.Time{}, time.Time{}, false, err
	}
	zone, err := e.zoneOf(ctx, t)
	if err != nil {
		return time.Time{}, time.Time{}, false, err
	}
	return history.HourOf(first.Time(), zone), history.HourOf(last.Time().Add(time.Hour-time.Millisecond), zone), true, nil
}

func (e Energy) zoneOf(ctx context.Context, t advice.Target) (*time.Location, error) {
	campus, err := e.Catalog.Campus(ctx)
	if err != nil {
		return nil, err
	}
	space := energy.SpaceID(t.ID)
	if d, isDevice := campus.Device(energy.DeviceID(t.ID)); isDevice && t.Level == advice.OfDevice {
		space = d.Space
	}
	return campus.Zone(space), nil
}

// Hours returns a target's energy, one item per hour with data.
func (e Energy) Hours(ctx context.Context, t advice.Target, from, to time.Time) ([]history.Use, error) {
	steps, err := e.Reports.Hours(ctx, adviceCaller, campus.Level(t.Level), t.ID, energy.InstantOf(from), energy.InstantOf(to))
	if err != nil {
		return nil, err
	}
	uses := make([]history.Use, 0, len(steps))
	for _, s := range steps {
		if s.Known {
			uses = append(uses, history.Use{Start: s.Start.Time(), KWh: s.Energy.Float(), Estimated: s.Estimated.Float(), Coverage: s.Coverage, PeakKW: peakOf(s)})
		}
	}
	return uses, nil
}

// Days returns a target's use and cost, one item per day.
func (e Energy) Days(ctx context.Context, t advice.Target, from, to time.Time) ([]advice.DayUse, error) {
	all, err := e.Reports.Series(ctx, adviceCaller, usage.Query{
		Level: campus.Level(t.Level), ID: t.ID, From: energy.InstantOf(from), To: energy.InstantOf(to), Bucket: usage.ByDay,
	})
	if err != nil {
		return nil, err
	}
	days := make([]advice.DayUse, len(all[0].Steps))
	for i, s := range all[0].Steps {
		days[i] = useOf(s)
	}
	return days, nil
}

// Total returns a target's use in a range within one month.
func (e Energy) Total(ctx context.Context, t advice.Target, from, to time.Time) (advice.DayUse, error) {
	if !from.Before(to) {
		return advice.DayUse{Start: from, PeakKW: math.NaN()}, nil
	}
	all, err := e.Reports.Series(ctx, adviceCaller, usage.Query{
		Level: campus.Level(t.Level), ID: t.ID, From: energy.InstantOf(from), To: energy.InstantOf(to), Bucket: usage.ByMonth,
	})
	if err != nil {
		return advice.DayUse{}, err
	}
	return useOf(all[0].Steps[0]), nil
}

func useOf(s usage.Step) advice.DayUse {
	use := advice.DayUse{
		Start: s.Start.Time(), Known: s.Known, KWh: s.Energy.Float(), Cost: s.Charge.Cost.InexactFloat64(), CO2Kg: s.Charge.CO2.InexactFloat64(),
		PeakKW: math.NaN(), Coverage: s.Coverage, Weight: s.Weight,
	}
	if s.Known {
		use.Exact = advice.ExactUse{KWh: s.Energy.KWh(), Cost: s.Charge.Cost.String(), CO2Kg: s.Charge.CO2.String()}
	}
	if s.PeakKnown {
		use.PeakKW = peakOf(s)
	}
	return use
}

// Beside compares a range with an earlier one, the given number of days before.
func (e Energy) Beside(ctx context.Context, t advice.Target, from, to time.Time, days int) (advice.Beside, error) {
	c, err := e.Reports.Compare(ctx, adviceCaller, campus.Level(t.Level), t.ID, energy.InstantOf(from), energy.InstantOf(to), days)
	return advice.Beside{KWh: c.Energy.Float(), Before: c.Earlier.Float(), Share: c.Share, Comparable: c.ChangeKnown}, err
}

// peakOf returns the highest quarter hour of a step, kW; 0 if none was measured.
func peakOf(s usage.Step) float64 {
	if !s.PeakKnown {
		return 0
	}
	return float64(s.Peak) / float64(1000*energy.Watt)
}

// AmbientHours returns the hourly means of a space's own readings. For a site, hours without them are filled from the weather service.
func (e Energy) AmbientHours(ctx context.Context, space string, from, to time.Time) ([]advice.AmbientHour, error) {
	hours, err := e.Conditions.HoursOf(ctx, adviceCaller, energy.SpaceID(space), energy.InstantOf(from), energy.InstantOf(to))
	if err != nil {
		return nil, err
	}
	out := make([]advice.AmbientHour, len(hours))
	for i, h := range hours {
		out[i] = advice.AmbientHour{Start: h.Start.Time(), Temperature: h.Temperature, Occupancy: h.Occupancy}
	}
	return out, nil
}

// Spans returns the states of a device.
func (e Energy) Spans(ctx context.Context, device string, from, to time.Time) ([]history.Span, error) {
	spans, err := e.Conditions.SpansOf(ctx, energy.DeviceID(device), energy.InstantOf(from), energy.InstantOf(to))
	if err != nil {
		return nil, err
	}
	out := make([]history.Span, len(spans))
	for i, s := range spans {
		out[i] = history.Span{From: s.From.Time(), To: s.To.Time(), State: history.State(s.State)}
	}
	return out, nil
}

// CalendarHours returns the calendar's state of each hour. assumed is true if the space has no opening hours of its own.
func (e Energy) CalendarHours(ctx context.Context, space string, from, to time.Time) (all []history.CalendarHour, assumed bool, err error) {
	calendar, err := e.Rules.Calendar(ctx)
	if err != nil {
		return nil, false, err
	}
	id := energy.SpaceID(space)
	hours := calendar.Hours(id, energy.InstantOf(from), energy.InstantOf(to))
	out := make([]history.CalendarHour, len(hours))
	for i, h := range hours {
		out[i] = history.CalendarHour{Open: h.Occupied, Day: dayOf(h)}
	}
	return out, !calendar.HoursDefined(id), nil
}

func dayOf(h calendar.Hour) history.DayKind {
	switch {
	case h.Holiday:
		return history.Holiday
	case h.Shut:
		return history.Vacation
	}
	return history.Usual
}

// Rates returns the prices and emission factors of energy in a range.
func (e Energy) Rates(ctx context.Context, space string, from, to time.Time) ([]advice.Rate, error) {
	rates, err := e.Rules.Rates(ctx, energy.SpaceID(space), energy.InstantOf(from), energy.InstantOf(to))
	if err != nil {
		return nil, err
	}
	out := make([]advice.Rate, len(rates))
	for i, r := range rates {
		price, _ := r.Price.Float64()
		avoided, _ := r.Avoided.Float64()
		demand, _ := r.Demand.Float64()
		footprint, _ := r.Footprint.Float64()
		out[i] = advice.Rate{
			From: r.From.Time(), To: r.To.Time(), Price: price, Demand: demand, Footprint: footprint, Avoided: avoided, Currency: r.Currency, Tariff: r.Tariff, Source: r.Source,
			ValidFrom: r.ValidFrom, Default: r.Default, FootprintFactor: factorOf(r.Factor), AvoidedFactor: factorOf(r.AvoidedFactor),
		}
	}
	return out, nil
}

func factorOf(f tariffs.FactorUsed) advice.Factor {
	return advice.Factor{KgPerKWh: f.Value.InexactFloat64(), Year: f.Year, Name: f.Name, Default: f.Default}
}

// Since returns the changes of past data since an instant.
func (e Energy) Since(ctx context.Context, at time.Time) ([]analysis.Change, error) {
	changed, err := e.Changed.PastChanges(ctx, energy.InstantOf(at))
	if err != nil {
		return nil, err
	}
	campus, err := e.Catalog.Campus(ctx)
	if err != nil {
		return nil, err
	}
	changes := make([]analysis.Change, 0, len(changed))
	for _, c := range changed {
		target := advice.Target{Level: advice.OfDevice, ID: string(c.Device)}
		if c.Device == "" {
			space, known := campus.Space(c.Space)
			if !known {
				continue
			}
			target = advice.Target{Level: advice.Level(space.Kind), ID: string(c.Space)}
		}
		changes = append(changes, analysis.Change{Target: target, At: c.At.Time()})
	}
	return changes, nil
}

package demo

import (
	"context"
	"fmt"
	"iter"
	"strconv"
	"time"

	"github.com/holotwin/holotwin/modules/energy"
)

// Loader brings the demo's campus into the energy module and carries it on, by the use cases that everybody else goes through.
type Loader struct {
	Catalog    *energy.Catalog
	Rules      *energy.Rules
	Ledger     *energy.Ledger
	Conditions *energy.Conditions
	// Moments tells up to where the campus is.
	Moments energy.Moments
	Zone    *time.Location
	// KeptDays is how many days back readings are kept; 0 is all.
	KeptDays int
}

// loader is who loads: what an administrator may.
var loader = energy.Caller{Subject: "demo", Role: energy.Admin}

// How far back the demo begins: the meters over a year, so that a month has the same one of the year before beside it, and the plugs
// over what advice looks at.
const (
	meterDays = 57 * daysAWeek
	plugDaysN = 9 * daysAWeek
)

// How far back readings are by the quarter hour; those before are by the hour, so that a campus is soon loaded. Meters are known by the
// hour only.
const (
	meterQuarters = hoursADay * time.Hour
	plugQuarters  = 14 * hoursADay * time.Hour
)

// Create makes the campus with its calendar and tariff, unless there is a site already: then it gives false.
func (l Loader) Create(ctx context.Context, now time.Time) (created bool, err error) {
	sites, err := l.Catalog.Spaces(ctx, loader, energy.KindSite, "")
	if err != nil || len(sites) > 0 {
		return false, err
	}
	places, err := l.places(ctx)
	if err != nil {
		return false, err
	}
	from := l.begin(now, meterDays)
	if err := l.calendar(ctx, places, from, now); err != nil {
		return false, fmt.Errorf("enter the calendar: %w", err)
	}
	if err := l.tariff(ctx, places["site"], from); err != nil {
		return false, fmt.Errorf("enter the tariff: %w", err)
	}
	for _, d := range Devices() {
		if err := l.device(ctx, d, places[d.Space]); err != nil {
			return false, fmt.Errorf("make %s: %w", d.ID, err)
		}
	}
	return true, nil
}

// places makes the spaces and gives their ids by key. The site keeps no country's public holidays: its closing days are those of where
// the readings were taken.
func (l Loader) places(ctx context.Context) (map[string]energy.SpaceID, error) {
	ids := make(map[string]energy.SpaceID)
	for _, s := range Spaces() {
		kind, parent := energy.SpaceKind(s.Kind), ids[s.Parent]
		edit := energy.SpaceEdit{Name: &s.Name, Kind: &kind, Parent: &parent, AreaM2: &s.AreaM2}
		if kind == energy.KindSite {
			zone, holidays := l.Zone.String(), energy.NoHolidays
			edit.TimeZone, edit.Holidays = &zone, &holidays
		}
		made, err := l.Catalog.CreateSpace(ctx, loader, edit)
		if err != nil {
			return nil, fmt.Errorf("make %s: %w", s.Name, err)
		}
		ids[s.Key] = made.ID
	}
	return ids, nil
}

func (l Loader) device(ctx context.Context, d Device, space energy.SpaceID) error {
	kind, interval, parent := energy.DeviceKind(d.Kind), int(quarter.Seconds()), energy.DeviceID(d.Parent)
	rated, standby := energy.Power(d.RatedW*1000), energy.Power(d.StandbyW*1000)
	_, err := l.Catalog.CreateDevice(ctx, loader, d.ID, energy.DeviceEdit{
		Name: &d.Name, Kind: &kind, Space: &space, Parent: &parent, Rated: &rated, Standby: &standby, IntervalS: &interval,
	})
	return err
}

// begin is the local midnight some days before now, or later where readings are not kept so long.
func (l Loader) begin(now time.Time, days int) time.Time {
	if l.KeptDays > 0 {
		days = min(days, l.KeptDays-1)
	}
	local := now.In(l.Zone)
	return time.Date(local.Year(), local.Month(), local.Day()-days, 0, 0, 0, 0, l.Zone)
}

// CarryOn brings what the campus's devices said since their last readings, up to the last whole quarter hour: all that there is on a new
// campus. It may be called at any time, also after a stop: nothing is left out and nothing counts twice. progress hears how many of
// how many series are in.
func (l Loader) CarryOn(ctx context.Context, now time.Time, progress func(done, total int)) error {
	present, site, err := l.present(ctx)
	if err != nil || len(present) == 0 {
		return err
	}
	ids := make([]energy.DeviceID, len(present))
	for i, d := range present {
		ids[i] = energy.DeviceID(d.ID)
	}
	last, err := l.Moments.LastReadings(ctx, ids, 1)
	if err != nil {
		return err
	}
	states, err := l.Moments.LatestStates(ctx, ids, energy.InstantOf(now))
	if err != nil {
		return err
	}
	for i, d := range present {
		progress(i, len(present)+1)
		if err := l.carry(ctx, d, last[ids[i]], states, now); err != nil {
			return fmt.Errorf("carry %s on: %w", d.ID, err)
		}
	}
	progress(len(present), len(present)+1)
	if err := l.weather(ctx, site, now); err != nil {
		return fmt.Errorf("carry the weather on: %w", err)
	}
	progress(len(present)+1, len(present)+1)
	return nil
}

// present are the demo's devices that are registered, and their site.
func (l Loader) present(ctx context.Context) (list []Device, site energy.SpaceID, err error) {
	campus, err := l.Catalog.Fresh(ctx)
	if err != nil {
		return nil, "", err
	}
	for _, d := range Devices() {
		if known, ok := campus.Device(energy.DeviceID(d.ID)); ok {
			list, site = append(list, d), campus.SiteOf(known.Space)
		}
	}
	return list, site, nil
}

// carry brings a device's readings after its last ones, and its changes of state.
func (l Loader) carry(ctx context.Context, d Device, last []energy.Reading, states map[energy.DeviceID]energy.StateChange, now time.Time) error {
	days := plugDaysN
	if d.Interval == time.Hour {
		days = meterDays
	}
	from := l.begin(now, days)
	if len(last) > 0 && last[0].At.Time().After(from) {
		from = last[0].At.Time().Add(quarter - 1).Truncate(quarter)
	}
	if until := now.Truncate(quarter); from.Before(until) {
		if err := l.readings(ctx, d, from, until); err != nil {
			return err
		}
	}
	if d.Interval == time.Hour {
		return nil
	}
	return l.states(ctx, d, l.begin(now, days), states, now)
}

func (l Loader) readings(ctx context.Context, d Device, from, until time.Time) error {
	u, err := useOf(d)
	if err != nil {
		return err
	}
	finest := plugQuarters
	if d.Interval == time.Hour {
		finest = meterQuarters
	}
	byQuarter := until.Add(-finest)
	summary, err := l.Ledger.RecordAll(ctx, loader, reports(d, Readings(u, l.Zone, from, byQuarter, until)), false)
	if err == nil && summary.Rejected > 0 {
		err = fmt.Errorf("%d of %d readings were refused: %v", summary.Rejected, summary.Received, summary.Rejections[0])
	}
	return err
}

func reports(d Device, rows iter.Seq[Row]) iter.Seq[energy.Row] {
	return func(yield func(energy.Row) bool) {
		line := 0
		for r := range rows {
			line++
			at, kwh, seconds := r.At.UTC().Format(time.RFC3339), r.Energy.KWh(), strconv.Itoa(int(r.Span.Seconds()))
			if !yield(energy.Row{Line: line, Report: energy.Report{Device: &d.ID, KWh: &kwh, Seconds: &seconds, At: &at}}) {
				return
			}
		}
	}
}

// states brings the changes after the last that is known.
func (l Loader) states(ctx context.Context, d Device, from time.Time, latest map[energy.DeviceID]energy.StateChange, now time.Time) error {
	list, err := plugDays(d)
	if err != nil {
		return err
	}
	id := energy.DeviceID(d.ID)
	known, found := latest[id]
	if found && known.At.Time().After(from) {
		from = known.At.Time().Add(time.Millisecond)
	}
	var changes []energy.StateChange
	for _, c := range list.states(id, l.Zone, from, now) {
		if found && c.State == known.State {
			continue
		}
		known, found = c, true
		changes = append(changes, c)
	}
	if len(changes) == 0 {
		return nil
	}
	return l.Conditions.RecordStates(ctx, loader, changes)
}

// weather brings the outdoor temperature of the hours that began after the last that is known.
func (l Loader) weather(ctx context.Context, site energy.SpaceID, now time.Time) error {
	temperature, err := weather()
	if err != nil {
		return err
	}
	from := l.begin(now, meterDays)
	latest, err := l.Moments.LatestAmbient(ctx, []energy.SpaceID{site}, energy.InstantOf(from), energy.InstantOf(now))
	if err != nil {
		return err
	}
	if known := latest[site].Temperature; known != nil {
		from = known.At.Time().Add(time.Millisecond)
	}
	space := string(site)
	summary, err := l.Conditions.RecordAmbientAll(ctx, loader, func(yield func(energy.AmbientRow) bool) {
		line := 0
		for hour := from.Add(time.Hour - 1).Truncate(time.Hour); !hour.After(now); hour = hour.Add(time.Hour) {
			value := temperature(hour.In(l.Zone))
			if value == "" {
				continue
			}
			line++
			at := hour.UTC().Format(time.RFC3339)
			if !yield(energy.AmbientRow{Line: line, Report: energy.AmbientReport{Space: &space, At: &at, Temperature: &value}}) {
				return
			}
		}
	})
	if err == nil && summary.Rejected > 0 {
		err = fmt.Errorf("%d of %d temperatures were refused", summary.Rejected, summary.Received)
	}
	return err
}

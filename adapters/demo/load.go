package demo

import (
	"context"
	"fmt"
	"iter"
	"time"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/campus"
	"github.com/holotwin/holotwin/modules/energy/conditions"
	"github.com/holotwin/holotwin/modules/energy/holidays"
	"github.com/holotwin/holotwin/modules/energy/ledger"
	"github.com/holotwin/holotwin/modules/energy/rulebook"
)

// Loader creates the demo's campus in the energy module and adds its readings, through the same use cases as all other callers.
type Loader struct {
	Catalog    *campus.Catalog
	Rules      *rulebook.Rules
	Ledger     *ledger.Ledger
	Conditions *conditions.Recorder
	// Moments returns the latest readings, states and temperatures of the campus.
	Moments conditions.LatestValues
	Zone    *time.Location
	// KeptDays is how many days readings are kept; 0 means for ever.
	KeptDays int
}

// administrator is the caller of all use cases, with the rights of an administrator.
var administrator = energy.Caller{Subject: "demo", Role: energy.Admin}

// How many days back the demo begins: for meters more than a year, so that each month can be compared with the year before; for
// plugs as long as the rules of advice need.
const (
	meterHistory = 57 * daysAWeek
	plugHistory  = 9 * daysAWeek
)

// How far back readings are per quarter hour. Older ones are per hour, so that the campus loads quickly. Meters were measured only
// per hour.
const (
	meterQuarters = hoursADay * time.Hour
	plugQuarters  = 14 * hoursADay * time.Hour
)

// Create creates the campus with its calendar and tariff. If there is already a site it does nothing and returns false.
func (l Loader) Create(ctx context.Context, now time.Time) (created bool, err error) {
	sites, err := l.Catalog.Spaces(ctx, administrator, campus.KindSite, "")
	if err != nil || len(sites) > 0 {
		return false, err
	}
	places, err := l.places(ctx)
	if err != nil {
		return false, err
	}
	from := l.begin(now, meterHistory)
	if err := l.calendar(ctx, places, from, now); err != nil {
		return false, fmt.Errorf("enter the calendar: %w", err)
	}
	if err := l.tariff(ctx, places["site"], from); err != nil {
		return false, fmt.Errorf("enter the tariff: %w", err)
	}
	for _, d := range Devices() {
		if err := l.device(ctx, d, places[d.Space]); err != nil {
			return false, fmt.Errorf("create %s: %w", d.ID, err)
		}
	}
	return true, nil
}

// places creates the spaces and returns their ids by key. The site has no country's public holidays: its closing days are those of
// the place where the readings were taken.
func (l Loader) places(ctx context.Context) (map[string]energy.SpaceID, error) {
	ids := make(map[string]energy.SpaceID)
	for _, s := range Spaces() {
		kind, parent := campus.SpaceKind(s.Kind), ids[s.Parent]
		edit := campus.SpaceEdit{Name: &s.Name, Kind: &kind, Parent: &parent, AreaM2: &s.AreaM2}
		if kind == campus.KindSite {
			zone, holidays := l.Zone.String(), holidays.None
			edit.TimeZone, edit.Holidays = &zone, &holidays
		}
		made, err := l.Catalog.CreateSpace(ctx, administrator, edit)
		if err != nil {
			return nil, fmt.Errorf("create %s: %w", s.Name, err)
		}
		ids[s.Key] = made.ID
	}
	return ids, nil
}

func (l Loader) device(ctx context.Context, d Device, space energy.SpaceID) error {
	kind, interval, parent := campus.DeviceKind(d.Kind), int(quarter.Seconds()), energy.DeviceID(d.Parent)
	rated, standby := energy.Power(d.RatedW*1000), energy.Power(d.StandbyW*1000)
	_, err := l.Catalog.CreateDevice(ctx, administrator, d.ID, campus.DeviceEdit{
		Name: &d.Name, Kind: &kind, Space: &space, Parent: &parent, Rated: &rated, Standby: &standby, IntervalS: &interval,
	})
	return err
}

// begin returns the local midnight some days before now, or a later one if readings are kept for fewer days.
func (l Loader) begin(now time.Time, days int) time.Time {
	if l.KeptDays > 0 {
		days = min(days, l.KeptDays-1)
	}
	local := now.In(l.Zone)
	return time.Date(local.Year(), local.Month(), local.Day()-days, 0, 0, 0, 0, l.Zone)
}

// CatchUp adds the readings after the last stored ones, up to the last whole quarter hour; on a new campus it adds all. It can be
// called at any time, also after a stop: nothing is left out and nothing counts twice. progress is called with the number of
// finished series and their total.
func (l Loader) CatchUp(ctx context.Context, now time.Time, progress func(done, total int)) error {
	present, site, err := l.registered(ctx)
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
		if err := l.catchUpDevice(ctx, d, last[ids[i]], states, now); err != nil {
			return fmt.Errorf("add readings of %s: %w", d.ID, err)
		}
	}
	progress(len(present), len(present)+1)
	if err := l.weather(ctx, site, now); err != nil {
		return fmt.Errorf("add the weather: %w", err)
	}
	progress(len(present)+1, len(present)+1)
	return nil
}

// registered returns the demo's registered devices and their site.
func (l Loader) registered(ctx context.Context) (list []Device, site energy.SpaceID, err error) {
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

// catchUpDevice adds a device's readings after its last ones, and its changes of state.
func (l Loader) catchUpDevice(ctx context.Context, d Device, last []energy.Reading, states map[energy.DeviceID]conditions.StateChange, now time.Time) error {
	days := plugHistory
	if d.Interval == time.Hour {
		days = meterHistory
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
	u, err := energyOf(d)
	if err != nil {
		return err
	}
	finest := plugQuarters
	if d.Interval == time.Hour {
		finest = meterQuarters
	}
	byQuarter := until.Add(-finest)
	summary, err := l.Ledger.RecordAll(ctx, administrator, drafts(d, Readings(u, l.Zone, from, byQuarter, until)), false)
	if err == nil && summary.Rejected > 0 {
		err = fmt.Errorf("%d of %d readings were rejected: %v", summary.Rejected, summary.Received, summary.Rejections[0])
	}
	return err
}

func drafts(d Device, rows iter.Seq[Row]) iter.Seq[ledger.Row] {
	return func(yield func(ledger.Row) bool) {
		line := 0
		for r := range rows {
			line++
			draft := ledger.Draft{
				Device: energy.Known(energy.DeviceID(d.ID)), At: energy.Known(energy.WallTimeAt(energy.InstantOf(r.At))),
				KWh: energy.Known(r.Energy), Span: energy.Known(r.Span.Milliseconds()),
			}
			if !yield(ledger.Row{Line: line, Draft: draft}) {
				return
			}
		}
	}
}

// states adds the changes of state after the last stored one.
func (l Loader) states(ctx context.Context, d Device, from time.Time, latest map[energy.DeviceID]conditions.StateChange, now time.Time) error {
	list, err := plugDays(d)
	if err != nil {
		return err
	}
	id := energy.DeviceID(d.ID)
	known, found := latest[id]
	if found && known.At.Time().After(from) {
		from = known.At.Time().Add(time.Millisecond)
	}
	var changes []conditions.StateChange
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
	return l.Conditions.RecordStates(ctx, administrator, changes)
}

// weather adds the outdoor temperature of the hours after the last stored one.
func (l Loader) weather(ctx context.Context, site energy.SpaceID, now time.Time) error {
	temperature, err := weather()
	if err != nil {
		return err
	}
	from := l.begin(now, meterHistory)
	latest, err := l.Moments.LatestAmbient(ctx, []energy.SpaceID{site}, energy.InstantOf(from), energy.InstantOf(now))
	if err != nil {
		return err
	}
	if known := latest[site].Temperature; known != nil {
		from = known.At.Time().Add(time.Millisecond)
	}
	summary, err := l.Conditions.RecordAmbientAll(ctx, administrator, func(yield func(conditions.AmbientRow) bool) {
		line := 0
		for hour := from.Add(time.Hour - 1).Truncate(time.Hour); !hour.After(now); hour = hour.Add(time.Hour) {
			value := temperature(hour.In(l.Zone))
			if value == "" {
				continue
			}
			line++
			draft := conditions.AmbientDraft{Space: energy.Known(site), At: energy.Known(energy.WallTimeAt(energy.InstantOf(hour))), Temperature: energy.Read(value, thousandths)}
			if !yield(conditions.AmbientRow{Line: line, Draft: draft}) {
				return
			}
		}
	})
	if err == nil && summary.Rejected > 0 {
		err = fmt.Errorf("%d of %d temperatures were rejected", summary.Rejected, summary.Received)
	}
	return err
}

// thousandths reads a temperature of the data, °C, as m°C.
func thousandths(text string) (int64, error) {
	n, ok := energy.ReadThousandths(text)
	if !ok {
		return 0, fmt.Errorf("no number in the data: %q", text)
	}
	return n, nil
}

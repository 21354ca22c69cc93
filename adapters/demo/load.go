package demo

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/holotwin/holotwin/modules/energy"
)

// Loader brings the demo's campus into the energy module, by the use cases that everybody else goes through.
type Loader struct {
	Catalog    *energy.Catalog
	Ledger     *energy.Ledger
	Conditions *energy.Conditions
	Zone       *time.Location
}

// loader is who loads: what an administrator may.
var loader = energy.Caller{Subject: "demo", Role: energy.Admin}

// Load loads the campus, unless there is one: then it gives false. progress hears how many of how many series
// are in.
func (l Loader) Load(ctx context.Context, now time.Time, progress func(done, total int)) (loaded bool, err error) {
	spaces, err := l.Catalog.Spaces(ctx, loader, energy.KindSite, "")
	if err != nil || len(spaces) > 0 {
		return false, err
	}
	places, err := l.places(ctx)
	if err != nil {
		return false, err
	}
	devices := Devices()
	for i, d := range devices {
		progress(i, len(devices)+1)
		if err := l.device(ctx, d, places[d.Space], now); err != nil {
			return false, fmt.Errorf("load %s: %w", d.ID, err)
		}
	}
	progress(len(devices), len(devices)+1)
	if err := l.weather(ctx, places["site"], now); err != nil {
		return false, fmt.Errorf("load the weather: %w", err)
	}
	progress(len(devices)+1, len(devices)+1)
	return true, nil
}

// places makes the spaces and gives their ids by key.
func (l Loader) places(ctx context.Context) (map[string]energy.SpaceID, error) {
	ids := make(map[string]energy.SpaceID)
	for _, s := range Spaces() {
		kind, parent := energy.SpaceKind(s.Kind), ids[s.Parent]
		made, err := l.Catalog.CreateSpace(ctx, loader, energy.SpaceEdit{Name: &s.Name, Kind: &kind, Parent: &parent})
		if err != nil {
			return nil, fmt.Errorf("load %s: %w", s.Name, err)
		}
		ids[s.Key] = made.ID
	}
	return ids, nil
}

func (l Loader) device(ctx context.Context, d Device, space energy.SpaceID, now time.Time) error {
	kind, interval := energy.DeviceKind(d.Kind), int(d.Interval.Seconds())
	rated, standby := energy.Power(d.RatedW*1000), energy.Power(d.StandbyW*1000)
	_, err := l.Catalog.CreateDevice(ctx, loader, d.ID, energy.DeviceEdit{
		Name: &d.Name, Kind: &kind, Space: &space, Rated: &rated, Standby: &standby, IntervalS: &interval,
	})
	if err != nil {
		return err
	}
	rows, err := upTo(now, Readings, d, l.Zone)
	if err != nil {
		return err
	}
	summary, err := l.Ledger.RecordAll(ctx, loader, reports(d, rows), false)
	if err != nil {
		return err
	}
	if summary.Rejected > 0 {
		return fmt.Errorf("%d of %d readings were refused: %v", summary.Rejected, summary.Received, summary.Rejections[0])
	}
	return l.states(ctx, d, now)
}

// daysAhead is how much of the files lies ahead of the present and is left out, so that the last readings are of this hour: whole
// weeks alone would end up to a week ago.
const daysAhead = 7

func upTo(now time.Time, read func(Device, time.Time, *time.Location) ([]Row, error), d Device, zone *time.Location) ([]Row, error) {
	rows, err := read(d, now.AddDate(0, 0, daysAhead), zone)
	return before(rows, now), err
}

// before are the rows up to an instant.
func before(rows []Row, now time.Time) []Row {
	n, _ := slices.BinarySearchFunc(rows, now, func(r Row, at time.Time) int { return r.At.Compare(at) })
	return rows[:n]
}

func reports(d Device, rows []Row) iter.Seq[energy.Row] {
	return func(yield func(energy.Row) bool) {
		for i, r := range rows {
			at := r.At.Format(time.RFC3339)
			if !yield(energy.Row{Line: i + 1, Report: energy.Report{Device: &d.ID, KWh: &r.Value, At: &at}}) {
				return
			}
		}
	}
}

func (l Loader) states(ctx context.Context, d Device, now time.Time) error {
	rows, err := upTo(now, States, d, l.Zone)
	if err != nil || len(rows) == 0 {
		return err
	}
	changes := make([]energy.StateChange, len(rows))
	for i, r := range rows {
		changes[i] = energy.StateChange{Device: energy.DeviceID(d.ID), At: energy.InstantOf(r.At), State: energy.State(r.Value)}
	}
	return l.Conditions.RecordStates(ctx, loader, changes)
}

func (l Loader) weather(ctx context.Context, site energy.SpaceID, now time.Time) error {
	rows, err := Weather(now.AddDate(0, 0, daysAhead), l.Zone)
	rows = before(rows, now)
	if err != nil {
		return err
	}
	space := string(site)
	summary, err := l.Conditions.RecordAmbientAll(ctx, loader, func(yield func(energy.AmbientRow) bool) {
		for i, r := range rows {
			at := r.At.Format(time.RFC3339)
			if !yield(energy.AmbientRow{Line: i + 1, Report: energy.AmbientReport{Space: &space, At: &at, Temperature: &r.Value}}) {
				return
			}
		}
	})
	if err == nil && summary.Rejected > 0 {
		err = fmt.Errorf("%d of %d readings were refused", summary.Rejected, summary.Received)
	}
	return err
}

// Package twin shows the campus as it is now: power, states, ambient measures and the use of today, space by space.
package twin

import (
	"context"
	"slices"
	"time"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/campus"
	"github.com/holotwin/holotwin/modules/energy/conditions"
	"github.com/holotwin/holotwin/modules/energy/habit"
	"github.com/holotwin/holotwin/modules/energy/ledger"
	"github.com/holotwin/holotwin/modules/energy/usage"
)

// Space is a space at this moment, with its inner spaces and devices.
type Space struct {
	Space campus.Space
	// Today is the energy used since local midnight; Known is false if nothing is known.
	Today Use
	// Coverage is the measured part of the day so far, as in usage.Step; CoverageKnown is false if no device in the space ever
	// reported.
	Coverage      float64
	CoverageKnown bool
	SpacePower
	// Ambient is the latest value of each measure within the last day. A site without a sensor has the weather of the hour.
	Ambient conditions.LatestAmbient
	Spaces  []Space
	Devices []Device
}

// Device is a device at this moment.
type Device struct {
	Device campus.Device
	State  *conditions.StateChange // nil if it never reported one
	Today  Use
	// Power is the mean power of the last known quarter hour, today or yesterday. Since is the begin of that quarter hour.
	// PowerKnown is false if there is none.
	Power      energy.Power
	Since      energy.Instant
	PowerKnown bool
}

// Use is the energy used since local midnight.
type Use struct {
	Energy energy.Energy
	Known  bool
}

// Twin shows the campus as it is now.
type Twin struct {
	readings  ledger.Readings
	latest    conditions.LatestValues
	weather   conditions.WeatherRecords
	directory campus.Directory
	clock     energy.Clock
	usuals    *habit.Weeks
}

// NewTwin returns the twin of a campus.
func NewTwin(readings ledger.Readings, moments conditions.LatestValues, weather conditions.WeatherRecords, directory campus.Directory, clock energy.Clock) *Twin {
	return &Twin{readings: readings, latest: moments, weather: weather, directory: directory, clock: clock, usuals: habit.NewWeeks()}
}

// latestAmbientFor is how long an ambient value counts as current.
const latestAmbientFor = energy.DayMs

// Now returns the part of the campus that the caller may see, as it is now: its sites, or the space that the caller is limited
// to. Errors: ErrForbidden.
func (t *Twin) Now(ctx context.Context, caller energy.Caller) (at energy.Instant, roots []Space, err error) {
	if !caller.MayRead() {
		return 0, nil, energy.ErrForbidden{}
	}
	tree, err := t.directory.Fresh(ctx)
	if err != nil {
		return 0, nil, err
	}
	m := moment{campus: tree, caller: caller, now: t.clock.Now(), yesterday: make(map[energy.DeviceID]*ledger.Page)}
	if m.states, err = t.latest.LatestStates(ctx, campus.IDsOf(tree.DevicesWithin(caller.Space)), m.now); err != nil {
		return 0, nil, err
	}
	if m.ambient, err = t.ambient(ctx, tree, caller, m.now); err != nil {
		return 0, nil, err
	}
	read := func(books ledger.Books) error { return m.read(books, t.usuals) }
	if err := t.readings.Snapshot(ctx, campus.IDsOf(tree.DevicesWithin(caller.Space)), read); err != nil {
		return 0, nil, err
	}
	if quiet := m.devicesWithoutPages(tree.DevicesWithin(caller.Space)); len(quiet) > 0 {
		if err := t.readings.Snapshot(ctx, quiet, m.readYesterday); err != nil {
			return 0, nil, err
		}
	}
	return m.now, m.roots(), nil
}

// ambient returns the latest values of the spaces that the caller may see.
func (t *Twin) ambient(ctx context.Context, campus *campus.Campus, caller energy.Caller, now energy.Instant) (map[energy.SpaceID]conditions.LatestAmbient, error) {
	spaces := campus.Spaces(caller.Space)
	ids := make([]energy.SpaceID, len(spaces))
	for i, s := range spaces {
		ids[i] = s.ID
	}
	measured, err := t.latest.LatestAmbient(ctx, ids, now.Add(-latestAmbientFor), now)
	if err != nil {
		return nil, err
	}
	latest := make(map[energy.SpaceID]conditions.LatestAmbient, len(spaces))
	for _, s := range spaces {
		weather, err := conditions.OutdoorWeather(ctx, t.weather, s, now.Add(-energy.HourMs)+1, now+1, 0)
		if err != nil {
			return nil, err
		}
		all := measured[s.ID]
		all.FillOutdoors(weather)
		latest[s.ID] = all
	}
	return latest, nil
}

// moment holds what is known of a campus now.
type moment struct {
	campus  *campus.Campus
	caller  energy.Caller
	now     energy.Instant
	states  map[energy.DeviceID]conditions.StateChange
	ambient map[energy.SpaceID]conditions.LatestAmbient
	begun   map[energy.DeviceID]int32
	usual   map[energy.DeviceID]*habit.Week
	// days are the pages of the UTC days that overlap today in the zones of the campus, oldest first.
	days  []map[energy.DeviceID]*ledger.Page
	first int32
	// yesterday holds the pages of the day before those, for devices without any page in days.
	yesterday map[energy.DeviceID]*ledger.Page
}

func (m *moment) read(books ledger.Books, usuals *habit.Weeks) (err error) {
	if m.begun, err = books.FirstDays(); err != nil {
		return err
	}
	if m.usual, err = usuals.Of(books, m.campus.DevicesAmong(m.begun), m.now); err != nil {
		return err
	}
	begin := m.now
	for _, site := range m.campus.Sites() {
		begin = min(begin, usage.ByDay.Start(m.now, m.campus.Zone(site.ID)))
	}
	m.first = energy.DayOf(begin)
	m.days = make([]map[energy.DeviceID]*ledger.Page, energy.DayOf(m.now.Add(energy.QuarterMs))-m.first+1)
	for i := range m.days {
		m.days[i] = make(map[energy.DeviceID]*ledger.Page)
	}
	for page, err := range books.Pages(m.first, m.first+int32(len(m.days))) {
		if err != nil {
			return err
		}
		m.days[page.Day-m.first][page.Device] = page
	}
	return nil
}

// devicesWithoutPages returns the devices without any page in days.
func (m *moment) devicesWithoutPages(devices []campus.Device) (quiet []energy.DeviceID) {
	for _, d := range devices {
		if !slices.ContainsFunc(m.days, func(pages map[energy.DeviceID]*ledger.Page) bool { return pages[d.ID] != nil }) {
			quiet = append(quiet, d.ID)
		}
	}
	return quiet
}

func (m *moment) readYesterday(books ledger.Books) error {
	clear(m.yesterday)
	for page, err := range books.Pages(m.first-1, m.first) {
		if err != nil {
			return err
		}
		m.yesterday[page.Device] = page
	}
	return nil
}

func (m *moment) roots() []Space {
	roots := m.campus.Roots(m.caller)
	list := make([]Space, len(roots))
	for i, root := range roots {
		zone := m.campus.Zone(root.ID)
		list[i] = m.space(root, zone, usage.ByDay.Start(m.now, zone))
	}
	return list
}

func (m *moment) space(s campus.Space, zone *time.Location, midnight energy.Instant) Space {
	out := Space{Space: s, Ambient: m.ambient[s.ID]}
	for _, inner := range m.campus.Children(s.ID) {
		out.Spaces = append(out.Spaces, m.space(inner, zone, midnight))
	}
	for _, d := range m.campus.DevicesIn(s.ID) {
		out.Devices = append(out.Devices, m.device(d, midnight))
	}
	out.SpacePower = m.power(&out)
	if only := out.singleSpace(); only != nil && len(m.campus.Epochs(midnight, m.now.Add(energy.QuarterMs))) == 1 {
		out.Today, out.Coverage, out.CoverageKnown = only.Today, only.Coverage, only.CoverageKnown // the same devices, and none moved today
		return out
	}
	m.useIn(campus.Scope{Space: s.ID, Zone: zone, ID: string(s.ID)}, midnight, &out)
	return out
}

// behindAny reports whether a device is behind one of the meters, at any depth.
func behindAny(campus *campus.Campus, id energy.DeviceID, meters map[energy.DeviceID]*Device) bool {
	const deepest = 64 // a limit on meters behind meters, in case of a cycle
	for range deepest {
		device, known := campus.Device(id)
		if !known || device.Parent == "" {
			return false
		}
		if _, is := meters[device.Parent]; is {
			return true
		}
		id = device.Parent
	}
	return false
}

// singleSpace returns the inner space that contains all devices of a space; nil if there is none.
func (s *Space) singleSpace() (only *Space) {
	if len(s.Devices) > 0 {
		return nil
	}
	for i := range s.Spaces {
		if !s.Spaces[i].hasDevices() {
			continue
		}
		if only != nil {
			return nil
		}
		only = &s.Spaces[i]
	}
	return only
}

func (s *Space) hasDevices() bool {
	for i := range s.Spaces {
		if s.Spaces[i].hasDevices() {
			return true
		}
	}
	return len(s.Devices) > 0
}

// useIn computes what a space used since midnight. It counts no energy twice. Energy of a device that moved today counts where it
// was used.
func (m *moment) useIn(s campus.Scope, midnight energy.Instant, out *Space) {
	end := m.now.Add(energy.QuarterMs)
	var topologies []usage.Topology
	for _, e := range m.campus.Epochs(midnight, end) {
		topologies = append(topologies, usage.NewTopology(e, s))
	}
	w, lacks := usage.NewWeigher(s, usage.Ungrouped, topologies, m.begun, m.usual), usage.NewShortfall(midnight, m.now, m.now)
	for i, pages := range m.days {
		day := m.first + int32(i)
		if day < energy.DayOf(midnight) || day > energy.DayOf(end) {
			continue
		}
		book := usage.TotalsOfDay(s, usage.Ungrouped, day, topologies, pages, m.begun)
		for slot, q := range book.Groups[s.ID].Quarters {
			out.Today.add(energy.QuarterStart(int64(day)*energy.QuartersPerDay+int64(slot)), q, midnight)
		}
		lacks.Add(day, w, book.Gaps)
	}
	out.Coverage, out.CoverageKnown = lacks.Coverage().Measured, lacks.Expected > 0
}

func (u *Use) add(at energy.Instant, q ledger.Quarter, midnight energy.Instant) {
	if at >= midnight && q.Known() {
		u.Known = true
		u.Energy += q.Energy
	}
}

func (m *moment) device(d campus.Device, midnight energy.Instant) Device {
	out := Device{Device: d}
	if state, known := m.states[d.ID]; known && m.campus.SeesState(m.caller, d, state.At) {
		out.State = &state
	}
	sees := func(at energy.Instant) bool { return m.campus.SeesReading(m.caller, d, at) }
	for _, pages := range slices.Backward(m.days) {
		out.take(pages[d.ID], midnight, sees)
	}
	out.take(m.yesterday[d.ID], midnight, sees)
	return out
}

// take adds the quarter hours of a day's page at whose end the caller may see the device. Pages come latest first.
func (d *Device) take(page *ledger.Page, midnight energy.Instant, sees func(energy.Instant) bool) {
	if page == nil {
		return
	}
	for slot := energy.QuartersPerDay - 1; slot >= 0; slot-- {
		q, at := page.Quarters[slot], energy.QuarterStart(int64(page.Day)*energy.QuartersPerDay+int64(slot))
		if at < midnight && d.PowerKnown {
			return
		}
		if !sees(at.Add(energy.QuarterMs)) {
			continue
		}
		d.Today.add(at, q, midnight)
		if q.Known() && !d.PowerKnown {
			d.Power, d.Since, d.PowerKnown = energy.MeanPower(q.Energy, q.Measured+q.Filled), at, true
		}
	}
}

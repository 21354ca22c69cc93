package energy

import (
	"context"
	"slices"
	"time"
)

// TwinSpace is a space at this moment, with what is in it.
type TwinSpace struct {
	Space Space
	// Today is what the space used since its local midnight; Known is false where nothing is known.
	Today TwinUse
	// Coverage is the measured part of the day so far, as a Step's is; CoverageKnown is false where no device in it ever reported.
	Coverage      float64
	CoverageKnown bool
	SpacePower
	// Ambient is the latest of each measure, within the last day; a site's own, or else the weather of the hour.
	Ambient LatestAmbient
	Spaces  []TwinSpace
	Devices []TwinDevice
}

// TwinDevice is a device at this moment.
type TwinDevice struct {
	Device Device
	State  *StateChange // nil where it never said
	Today  TwinUse
	// Power is the mean power of the last quarter hour of which something is known, today or yesterday; Since is its
	// begin. PowerKnown is false where there is none.
	Power      Power
	Since      Instant
	PowerKnown bool
}

// TwinUse is what was used since local midnight.
type TwinUse struct {
	Energy Energy
	Known  bool
}

// LatestAmbient is the latest of each measure of a space; nil is not measured.
type LatestAmbient struct {
	Temperature, Humidity, CO2, Occupancy *LatestMeasure
}

// LatestMeasure is a measure in the units of Ambient, and when it was taken.
type LatestMeasure struct {
	Value  int64
	At     Instant
	Source Source
}

// Moments tells what was said last.
type Moments interface {
	// LastReadings gives each device's last n readings, newest first; a device that never reported is not in it.
	LastReadings(ctx context.Context, devices []DeviceID, n int) (map[DeviceID][]Reading, error)
	// LatestStates gives each device's last change at or before an instant; a device that never said is not in it.
	LatestStates(ctx context.Context, devices []DeviceID, at Instant) (map[DeviceID]StateChange, error)
	// LatestAmbient gives the latest measures of spaces in [from, to].
	LatestAmbient(ctx context.Context, spaces []SpaceID, from, to Instant) (map[SpaceID]LatestAmbient, error)
}

// Twin shows the campus as it is.
type Twin struct {
	readings  Readings
	moments   Moments
	weather   WeatherRecords
	directory Directory
	clock     Clock
	usuals    *usuals
}

// NewTwin makes the twin of a campus.
func NewTwin(readings Readings, moments Moments, weather WeatherRecords, directory Directory, clock Clock) *Twin {
	return &Twin{readings: readings, moments: moments, weather: weather, directory: directory, clock: clock, usuals: newUsuals()}
}

// latestAmbientFor is how long an ambient measure says something about now.
const latestAmbientFor = dayMs

// Now is the part of the campus that the caller sees, as it is now: its sites, or the space that he is limited to.
// Errors: ErrForbidden.
func (t *Twin) Now(ctx context.Context, caller Caller) (at Instant, roots []TwinSpace, err error) {
	if !caller.MayRead() {
		return 0, nil, ErrForbidden{}
	}
	campus, err := t.directory.Fresh(ctx)
	if err != nil {
		return 0, nil, err
	}
	m := moment{campus: campus, caller: caller, now: t.clock.Now(), yesterday: make(map[DeviceID]*Page)}
	if m.states, err = t.moments.LatestStates(ctx, idsOf(campus.DevicesWithin(caller.Space)), m.now); err != nil {
		return 0, nil, err
	}
	if m.ambient, err = t.ambient(ctx, campus, caller, m.now); err != nil {
		return 0, nil, err
	}
	read := func(books Books) error { return m.read(books, t.usuals) }
	if err := t.readings.Open(ctx, idsOf(campus.DevicesWithin(caller.Space)), read); err != nil {
		return 0, nil, err
	}
	if quiet := m.quiet(campus.DevicesWithin(caller.Space)); len(quiet) > 0 {
		if err := t.readings.Open(ctx, quiet, m.readYesterday); err != nil {
			return 0, nil, err
		}
	}
	return m.now, m.roots(), nil
}

// ambient gives the latest measures of the spaces that the caller sees.
func (t *Twin) ambient(ctx context.Context, campus *Campus, caller Caller, now Instant) (map[SpaceID]LatestAmbient, error) {
	spaces := campus.Spaces(caller.Space)
	ids := make([]SpaceID, len(spaces))
	for i, s := range spaces {
		ids[i] = s.ID
	}
	measured, err := t.moments.LatestAmbient(ctx, ids, now.Add(-latestAmbientFor), now)
	if err != nil {
		return nil, err
	}
	latest := make(map[SpaceID]LatestAmbient, len(spaces))
	for _, s := range spaces {
		weather, err := outdoors(ctx, t.weather, s, now.Add(-hourMs)+1, now+1, 0)
		if err != nil {
			return nil, err
		}
		all := measured[s.ID]
		all.outdoorsNow(weather)
		latest[s.ID] = all
	}
	return latest, nil
}

// moment is what is known of a campus now.
type moment struct {
	campus  *Campus
	caller  Caller
	now     Instant
	states  map[DeviceID]StateChange
	ambient map[SpaceID]LatestAmbient
	begun   map[DeviceID]int32
	usual   map[DeviceID]*usual
	// days are the pages of the UTC days that today touches, in the zones of the campus, oldest first.
	days  []map[DeviceID]*Page
	first int32
	// yesterday are the pages of the day before those, of devices of which today nothing is known.
	yesterday map[DeviceID]*Page
}

func (m *moment) read(books Books, usuals *usuals) (err error) {
	if m.begun, err = books.Begun(); err != nil {
		return err
	}
	if m.usual, err = usuals.of(books, m.campus.among(m.begun), m.now); err != nil {
		return err
	}
	begin := m.now
	for _, site := range m.campus.Sites() {
		begin = min(begin, ByDay.start(m.now, m.campus.Zone(site.ID)))
	}
	m.first = dayOf(begin)
	m.days = make([]map[DeviceID]*Page, dayOf(m.now.Add(quarterMs))-m.first+1)
	for i := range m.days {
		m.days[i] = make(map[DeviceID]*Page)
	}
	for page, err := range books.Pages(m.first, m.first+int32(len(m.days))) {
		if err != nil {
			return err
		}
		m.days[page.Day-m.first][page.Device] = page
	}
	return nil
}

// quiet are the devices of which nothing is known on the days that were read.
func (m *moment) quiet(devices []Device) (quiet []DeviceID) {
	for _, d := range devices {
		if !slices.ContainsFunc(m.days, func(pages map[DeviceID]*Page) bool { return pages[d.ID] != nil }) {
			quiet = append(quiet, d.ID)
		}
	}
	return quiet
}

func (m *moment) readYesterday(books Books) error {
	for page, err := range books.Pages(m.first-1, m.first) {
		if err != nil {
			return err
		}
		m.yesterday[page.Device] = page
	}
	return nil
}

func (m *moment) roots() []TwinSpace {
	roots := m.campus.Roots(m.caller)
	list := make([]TwinSpace, len(roots))
	for i, root := range roots {
		zone := m.campus.Zone(root.ID)
		list[i] = m.space(root, zone, ByDay.start(m.now, zone))
	}
	return list
}

func (m *moment) space(s Space, zone *time.Location, midnight Instant) TwinSpace {
	out := TwinSpace{Space: s, Ambient: m.ambient[s.ID]}
	for _, inner := range m.campus.Inside(s.ID) {
		out.Spaces = append(out.Spaces, m.space(inner, zone, midnight))
	}
	for _, d := range m.campus.DevicesIn(s.ID) {
		out.Devices = append(out.Devices, m.device(d, midnight))
	}
	out.SpacePower = m.power(&out)
	if only := out.only(); only != nil && len(m.campus.epochs(midnight, m.now.Add(quarterMs))) == 1 {
		out.Today, out.Coverage, out.CoverageKnown = only.Today, only.Coverage, only.CoverageKnown // the same devices, and none was moved today
		return out
	}
	m.useIn(scope{space: s.ID, zone: zone, id: string(s.ID)}, midnight, &out)
	return out
}

// behindAny tells whether a device sits behind one of the meters, however far.
func behindAny(campus *Campus, id DeviceID, meters map[DeviceID]*TwinDevice) bool {
	const deepest = 64 // meters behind meters; a ring would never end
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

// only is the one inner space in which all devices of a space are; nil where there is none.
func (s *TwinSpace) only() (only *TwinSpace) {
	if len(s.Devices) > 0 {
		return nil
	}
	for i := range s.Spaces {
		if !s.Spaces[i].holdsDevices() {
			continue
		}
		if only != nil {
			return nil
		}
		only = &s.Spaces[i]
	}
	return only
}

func (s *TwinSpace) holdsDevices() bool {
	for i := range s.Spaces {
		if s.Spaces[i].holdsDevices() {
			return true
		}
	}
	return len(s.Devices) > 0
}

// useIn tells what a space used since midnight: no energy twice, and what moved today counts where it was used.
func (m *moment) useIn(s scope, midnight Instant, out *TwinSpace) {
	end := m.now.Add(quarterMs)
	var topologies []topology
	for _, e := range m.campus.epochs(midnight, end) {
		topologies = append(topologies, newTopology(e, s))
	}
	w, lacks := newWeigher(s, Ungrouped, topologies, m.begun, m.usual), newShortfall(midnight, m.now, m.now)
	for i, pages := range m.days {
		day := m.first + int32(i)
		if day < dayOf(midnight) || day > dayOf(end) {
			continue
		}
		book := countDay(s, Ungrouped, day, topologies, pages, m.begun)
		for slot, q := range book.groups[s.id].quarters {
			out.Today.add(quarterStart(int64(day)*QuartersPerDay+int64(slot)), q, midnight)
		}
		lacks.add(day, w, book.gaps)
	}
	out.Coverage, out.CoverageKnown = lacks.coverage().Measured, lacks.expected > 0
}

func (u *TwinUse) add(at Instant, q Quarter, midnight Instant) {
	if at >= midnight && q.Known() {
		u.Known = true
		u.Energy += q.Energy
	}
}

func (m *moment) device(d Device, midnight Instant) TwinDevice {
	out := TwinDevice{Device: d}
	if state, known := m.states[d.ID]; known && m.campus.SeesState(m.caller, d, state.At) {
		out.State = &state
	}
	sees := func(at Instant) bool { return m.campus.SeesReading(m.caller, d, at) }
	for _, pages := range slices.Backward(m.days) {
		out.take(pages[d.ID], midnight, sees)
	}
	out.take(m.yesterday[d.ID], midnight, sees)
	return out
}

// take adds what a day's page tells of the quarter hours at whose end the device was seen; pages come the latest first.
func (d *TwinDevice) take(page *Page, midnight Instant, sees func(Instant) bool) {
	if page == nil {
		return
	}
	for slot := QuartersPerDay - 1; slot >= 0; slot-- {
		q, at := page.Quarters[slot], quarterStart(int64(page.Day)*QuartersPerDay+int64(slot))
		if at < midnight && d.PowerKnown {
			return
		}
		if !sees(at.Add(quarterMs)) {
			continue
		}
		d.Today.add(at, q, midnight)
		if q.Known() && !d.PowerKnown {
			d.Power, d.Since, d.PowerKnown = MeanPower(q.Energy, q.Measured+q.Filled), at, true
		}
	}
}

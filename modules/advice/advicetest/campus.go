package advicetest

import (
	"context"
	"fmt"
	"math"
	"slices"
	"sync"
	"time"

	"github.com/holotwin/holotwin/modules/advice"
	"github.com/holotwin/holotwin/modules/advice/analysis"
	"github.com/holotwin/holotwin/modules/advice/history"
	"github.com/holotwin/holotwin/modules/advice/questions"
	"github.com/holotwin/holotwin/modules/advice/report"
)

// Bogota is the test campus's time zone.
var Bogota = time.FixedZone("America/Bogota", -5*3600)

// Campus is a test campus: a site with a building with rooms, and devices whose hours a test defines. It implements every port that reads
// the campus.
type Campus struct {
	mu      sync.Mutex
	tree    advice.Tree
	uses    map[string][]history.Use
	spans   map[string][]history.Span
	ambient map[string][]advice.AmbientHour
	changes []analysis.Change
	// Moves are the moves of devices, the oldest first for each device.
	Moves []advice.Move
	// Assumed means that opening hours are not set; Price is money per kWh, Demand per kW of a month's highest hour.
	Assumed bool
	// Holidays are dates, YYYY-MM-DD.
	Holidays []string
	// opened has the opened dates by the id of their entry.
	opened map[string]string
	// LoseAnswer is returned once by OpenDay after it has added its entry.
	LoseAnswer    error
	Price, Demand float64
	// Reads counts the reads of a target's hours.
	Reads int
	// Away makes the readings unreadable, but not the tree.
	Away bool
}

// NewCampus returns a site "sitio" with a building "bloque".
func NewCampus() *Campus {
	return &Campus{
		tree: advice.Tree{Spaces: []advice.Space{
			{ID: "sitio", Name: "Campus", Kind: advice.OfSite, Zone: Bogota},
			{ID: "bloque", Parent: "sitio", Name: "Bloque 5", Kind: advice.OfBuilding, Zone: Bogota},
		}},
		uses: make(map[string][]history.Use), spans: make(map[string][]history.Span), ambient: make(map[string][]advice.AmbientHour), Price: 500,
	}
}

// AddRoom adds a room to the building.
func (c *Campus) AddRoom(id, name string, area float64) {
	c.tree.Spaces = append(c.tree.Spaces, advice.Space{ID: id, Parent: "bloque", Name: name, Kind: advice.OfRoom, AreaM2: area, Zone: Bogota})
}

// AddDevice adds a device.
func (c *Campus) AddDevice(d advice.Device) { c.tree.Devices = append(c.tree.Devices, d) }

// Measure sets a device's hours of mean power, kW, from an instant on.
func (c *Campus) Measure(device string, from time.Time, hours int, kw func(local time.Time) float64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i := range hours {
		at := from.Add(time.Duration(i) * time.Hour)
		c.uses[device] = append(c.uses[device], history.Use{Start: at.UTC(), KWh: kw(at.In(Bogota)), Coverage: 1})
	}
}

// SetStates sets a device's states.
func (c *Campus) SetStates(device string, spans ...history.Span) { c.spans[device] = spans }

// SetAmbient sets a space's ambient readings.
func (c *Campus) SetAmbient(space string, hours []advice.AmbientHour) { c.ambient[space] = hours }

// MarkChanged records that a target's past was changed at an instant.
func (c *Campus) MarkChanged(t advice.Target, at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.changes = append(c.changes, analysis.Change{Target: t, At: at})
}

// Tree implements campus.Trees.
func (c *Campus) Tree(context.Context) (advice.Tree, error) {
	return advice.Tree{Spaces: slices.Clone(c.tree.Spaces), Devices: slices.Clone(c.tree.Devices), Moves: slices.Clone(c.Moves)}, nil
}

// devices returns the device itself, or all devices in a space and inside it.
func (c *Campus) devices(t advice.Target) []string {
	if t.Level == advice.OfDevice {
		return []string{t.ID}
	}
	parents := make(map[string]string)
	for _, s := range c.tree.Spaces {
		parents[s.ID] = s.Parent
	}
	var ids []string
	for _, d := range c.tree.Devices {
		for s := d.Space; s != ""; s = parents[s] {
			if s == t.ID && d.Parent == "" {
				ids = append(ids, d.ID)
			}
		}
	}
	return ids
}

// Measured implements advice.Consumption.
func (c *Campus) Measured(_ context.Context, t advice.Target) (from, to time.Time, found bool, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, d := range c.devices(t) {
		for _, u := range c.uses[d] {
			if !found || u.Start.Before(from) {
				from = u.Start
			}
			if end := u.Start.Add(time.Hour); !found || end.After(to) {
				to = end
			}
			found = true
		}
	}
	return from, to, found, nil
}

// Hours implements advice.Consumption.
func (c *Campus) Hours(_ context.Context, t advice.Target, from, to time.Time) ([]history.Use, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.Reads++
	devices := c.devices(t)
	sums := make(map[time.Time]history.Use)
	for _, d := range devices {
		for _, u := range c.uses[d] {
			if u.Start.Before(from) || !u.Start.Before(to) {
				continue
			}
			sum := sums[u.Start]
			sum.Start, sum.KWh, sum.Estimated = u.Start, sum.KWh+u.KWh, sum.Estimated+u.Estimated
			sum.Coverage += u.Coverage / float64(len(devices))
			sums[u.Start] = sum
		}
	}
	all := make([]history.Use, 0, len(sums))
	for _, u := range sums {
		all = append(all, u)
	}
	slices.SortFunc(all, func(a, b history.Use) int { return a.Start.Compare(b.Start) })
	return all, nil
}

// Days implements advice.Consumption; a kWh costs and emits nothing here.
func (c *Campus) Days(ctx context.Context, t advice.Target, from, to time.Time) ([]advice.DayUse, error) {
	uses, err := c.Hours(ctx, t, from, to)
	if err != nil {
		return nil, err
	}
	var days []advice.DayUse
	for start := from; start.Before(to); {
		end := time.Date(start.Year(), start.Month(), start.Day()+1, 0, 0, 0, 0, start.Location())
		if end.After(to) {
			end = to
		}
		day := advice.DayUse{Start: start, PeakKW: math.NaN(), Weight: end.Sub(start).Hours()}
		for _, u := range uses {
			if !u.Start.Before(start) && u.Start.Before(end) {
				day.Known, day.KWh = true, day.KWh+u.KWh
				day.Coverage += u.Coverage / end.Sub(start).Hours()
			}
		}
		days = append(days, day)
		start = end
	}
	return days, nil
}

// Total implements advice.Consumption; a kWh costs the price, and an hour's mean power stands for its highest quarter hour.
func (c *Campus) Total(ctx context.Context, t advice.Target, from, to time.Time) (advice.DayUse, error) {
	total := advice.DayUse{Start: from, PeakKW: math.NaN()}
	uses, err := c.Hours(ctx, t, from, to)
	for _, u := range uses {
		total.Known, total.KWh, total.Cost = true, total.KWh+u.KWh, total.Cost+c.Price*u.KWh
		total.Coverage += u.Coverage / to.Sub(from).Hours()
		if !(u.KWh <= total.PeakKW) {
			total.PeakKW = u.KWh
		}
	}
	return total, err
}

// Beside implements advice.Consumption; here all that is known counts.
func (c *Campus) Beside(ctx context.Context, t advice.Target, from, to time.Time, days int) (advice.Beside, error) {
	out := advice.Beside{Share: 1}
	now, err := c.Hours(ctx, t, from, to)
	if err != nil {
		return out, err
	}
	before, err := c.Hours(ctx, t, from.AddDate(0, 0, -days), to.AddDate(0, 0, -days))
	for _, u := range now {
		out.KWh += u.KWh
	}
	for _, u := range before {
		out.Before += u.KWh
	}
	out.Comparable = out.Before > 0
	return out, err
}

// AmbientHours implements advice.Ambience.
func (c *Campus) AmbientHours(_ context.Context, space string, _, _ time.Time) ([]advice.AmbientHour, error) {
	return c.ambient[space], nil
}

// Spans implements inputs.States.
func (c *Campus) Spans(_ context.Context, device string, _, _ time.Time) ([]history.Span, error) {
	return c.spans[device], nil
}

// Opens is the test campus's week: a university's usual one.
func Opens(local time.Time) bool {
	switch local.Weekday() {
	case time.Sunday:
		return false
	case time.Saturday:
		return local.Hour() >= 7 && local.Hour() < 13
	}
	return local.Hour() >= 7 && local.Hour() < 22
}

// CalendarHours implements advice.Calendar; the only holidays are those that the test sets.
func (c *Campus) CalendarHours(_ context.Context, _ string, from, to time.Time) (hours []history.CalendarHour, assumed bool, err error) {
	for at := from; at.Before(to); at = at.Add(time.Hour) {
		local := at.In(Bogota)
		hour := history.CalendarHour{Open: Opens(local)}
		if slices.Contains(c.Holidays, local.Format(time.DateOnly)) && !c.openedOn(local.Format(time.DateOnly)) {
			hour = history.CalendarHour{Day: history.Holiday}
		}
		hours = append(hours, hour)
	}
	return hours, c.Assumed, nil
}

func (c *Campus) openedOn(date string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, opened := range c.opened {
		if opened == date {
			return true
		}
	}
	return false
}

// OpenDay implements questions.Openings; here it opens every space.
func (c *Campus) OpenDay(_ context.Context, _ advice.Caller, entry questions.Opening) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.opened == nil {
		c.opened = make(map[string]string)
	}
	c.opened[entry.ID] = entry.Date
	lost := c.LoseAnswer
	c.LoseAnswer = nil
	return lost
}

// HasOpening implements questions.Openings.
func (c *Campus) HasOpening(_ context.Context, _ advice.Caller, id string) (bool, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	_, has := c.opened[id]
	return has, nil
}

// DropOpening implements questions.Openings.
func (c *Campus) DropOpening(_ context.Context, _ advice.Caller, id string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.opened, id)
	return nil
}

// Rates implements advice.Prices.
func (c *Campus) Rates(_ context.Context, _ string, from, to time.Time) ([]advice.Rate, error) {
	return []advice.Rate{{From: from, To: to, Price: c.Price, Demand: c.Demand, Footprint: 0.2, Avoided: 0.165, Currency: "COP", Tariff: "Prueba"}}, nil
}

// Since implements analysis.Changes.
func (c *Campus) Since(_ context.Context, at time.Time) ([]analysis.Change, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.Away {
		return nil, fmt.Errorf("changes: %w", advice.ErrAway)
	}
	return slices.DeleteFunc(slices.Clone(c.changes), func(change analysis.Change) bool { return change.At.Before(at) }), nil
}

// Pages draws a document as its title, for tests that need no page.
type Pages struct{}

// Render implements report.Renderer.
func (Pages) Render(_ context.Context, r report.Document) ([]byte, error) {
	return []byte("%PDF-1.4 " + r.Title), nil
}

// Clock is a clock that only Move changes.
type Clock struct {
	mu sync.Mutex
	at time.Time
}

// NewClock returns a clock at an instant.
func NewClock(at time.Time) *Clock { return &Clock{at: at} }

// Now implements advice.Clock.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

// Move moves the clock on.
func (c *Clock) Move(by time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(by)
}

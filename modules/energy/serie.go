package energy

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"time"
)

// Level is what a series is of.
type Level string

// The levels. A space's level must be that of its kind.
const (
	OfSite     Level = "site"
	OfBuilding Level = "building"
	OfFloor    Level = "floor"
	OfRoom     Level = "room"
	OfDevice   Level = "device"
)

// Grouping is what a series is broken down by; empty is not at all.
type Grouping string

// The groupings.
const (
	Ungrouped    Grouping = ""
	PerDevice    Grouping = "device"
	PerRoom      Grouping = "room"
	PerBuilding  Grouping = "building"
	PerKind      Grouping = "kind"
	unmeteredKey          = "unmetered"
)

// Query asks for a series.
type Query struct {
	Level  Level
	ID     string
	From   Instant
	To     Instant
	Bucket Bucket
	By     Grouping
}

// Step is one bucket of a series.
type Step struct {
	Start Instant
	// Known is false in a gap: nothing was measured or filled in, which is not a zero.
	Known     bool
	Energy    Energy
	Estimated Energy
	// Peak is the greatest mean power of a quarter hour that was wholly measured; PeakKnown is false where none was.
	Peak      Power
	PeakKnown bool
	// Coverage is the measured part of the time that has passed, 0 to 1, of the devices that count here, each quarter hour
	// weighed by what its device usually draws at that time.
	Coverage float64
	// Weight is what the coverage is of: steps are put together by it.
	Weight float64
	// Missing are, in an overview, the devices that lack something in the step.
	Missing []Missing
	Charge  Charge
	// Excesses are, in the series of what is unmetered, the meters that counted less than the devices behind them.
	Excesses []Excess
}

// Series is a query's answer: one, or one a group, whose sums are equal to the whole.
type Series struct {
	Key, Name string
	Steps     []Step
}

// Reports answers what was used, where and when.
type Reports struct {
	readings  Readings
	directory Directory
	prices    Prices
	clock     Clock
	kept      *keptDays
	usuals    *usuals
}

// NewReports makes the reports of a campus.
func NewReports(readings Readings, directory Directory, prices Prices, clock Clock) *Reports {
	return &Reports{readings: readings, directory: directory, prices: prices, clock: clock, kept: newKeptDays(), usuals: newUsuals()}
}

// longestQuery bounds a series' steps and mostSteps those of all groups, so that no answer outgrows memory.
const (
	longestQuery = 40_000
	mostSteps    = 250_000
)

// Serie answers a query with one series, or one a group; its range is cut as Plan says. It is for who has looked at the campus
// already, by Plan. Errors: ErrInvalid, ErrNotFound, ErrForbidden.
func (r *Reports) Serie(ctx context.Context, caller Caller, q Query) ([]Series, error) {
	all, _, err := r.Covered(ctx, caller, q)
	return all, err
}

// Covered is Serie with the coverage of the whole range.
func (r *Reports) Covered(ctx context.Context, caller Caller, q Query) ([]Series, Coverage, error) {
	all, coverage, _, err := r.SeriePriced(ctx, caller, q)
	return all, coverage, err
}

// SeriePriced is Covered with what the money and emissions rest on.
func (r *Reports) SeriePriced(ctx context.Context, caller Caller, q Query) ([]Series, Coverage, Pricing, error) {
	q, _, err := r.plan(ctx, caller, q, r.directory.Campus)
	if err != nil {
		return nil, Coverage{}, Pricing{}, err
	}
	var held []Rate
	all, coverage, err := r.serie(ctx, caller, q, func(space SpaceID, from, to Instant) (rates []Rate, err error) {
		held, err = r.prices.Rates(ctx, space, from, to)
		return held, err
	})
	if err != nil {
		return nil, Coverage{}, Pricing{}, err
	}
	from, to := knownSpan(all, q.To)
	return all, coverage, pricingOf(held, from, to), nil
}

// knownSpan is from the first step of which something is known to the end of the last; empty where there is none.
func knownSpan(all []Series, end Instant) (from, to Instant) {
	from = end
	for _, s := range all {
		for i, step := range s.Steps {
			if !step.Known {
				continue
			}
			from = min(from, step.Start)
			next := end
			if i+1 < len(s.Steps) {
				next = s.Steps[i+1].Start
			}
			to = max(to, next)
		}
	}
	return from, to
}

// campusOf gives the campus: Directory.Campus or Directory.Fresh.
type campusOf func(context.Context) (*Campus, error)

func (r *Reports) serie(ctx context.Context, caller Caller, q Query, ratesOf func(SpaceID, Instant, Instant) ([]Rate, error)) ([]Series, Coverage, error) {
	campus, scope, err := r.scoped(ctx, caller, &q, r.directory.Campus)
	if err != nil {
		return nil, Coverage{}, err
	}
	edges, err := checkedEdges(q, scope.zone)
	if err != nil {
		return nil, Coverage{}, err
	}
	rates, err := ratesOf(scope.space, q.From, q.To)
	if err != nil {
		return nil, Coverage{}, err
	}
	lacks := newShortfall(q.From, q.To, r.clock.Now())
	c := cutter{edges: edges, rates: rates, now: min(q.To, r.clock.Now()), groups: make(map[string]*stepper), excesses: newExcesses(edges)}
	if q.By == Ungrouped {
		c.group(scope.id, scope.name)
	}
	if err := r.eachDay(ctx, campus, scope, q, c.add, lacks); err != nil {
		return nil, Coverage{}, err
	}
	return c.series(), lacks.coverage(), nil
}

// cutter cuts the days of a query into the steps of its groups.
type cutter struct {
	edges    []Instant
	rates    []Rate
	now      Instant
	groups   map[string]*stepper
	excesses *excesses
}

func (c *cutter) group(key, name string) *stepper {
	g := c.groups[key]
	if g == nil {
		g = newStepper(name, c.edges, c.rates, c.now)
		c.groups[key] = g
	}
	return g
}

func (c *cutter) add(day int32, book *dayBook, w *weigher) error {
	for key, sum := range book.groups {
		c.group(key, sum.name).add(day, sum, w.of(key, day, book.gaps))
	}
	c.excesses.add(day, book.meters)
	return nil
}

// series are the groups in the order of their keys.
func (c *cutter) series() []Series {
	all := make([]Series, 0, len(c.groups))
	for key, g := range c.groups {
		series := g.series(key)
		if key == unmeteredKey {
			c.excesses.mark(series.Steps)
		}
		all = append(all, series)
	}
	slices.SortFunc(all, func(a, b Series) int { return cmp.Compare(a.Key, b.Key) })
	return all
}

// scoped finds what a query is about, and widens its time to whole quarter hours.
func (r *Reports) scoped(ctx context.Context, caller Caller, q *Query, campusOf campusOf) (*Campus, scope, error) {
	if !caller.MayRead() {
		return nil, scope{}, ErrForbidden{}
	}
	campus, err := campusOf(ctx)
	if err != nil {
		return nil, scope{}, err
	}
	found, err := scopeOf(campus, caller, q.Level, q.ID)
	if err != nil {
		return nil, scope{}, err
	}
	if q.To <= q.From {
		return nil, scope{}, ErrInvalid{[]Flaw{{Field: "to", Rule: "order", Args: map[string]any{"after": "from"}}}}
	}
	q.From, q.To = quarterStart(quarterOf(q.From)), quarterStart(quarterOf(q.To+Instant(quarterMs)-1))
	return campus, found, nil
}

// Hours gives the hours of what a level and id name, without charges, for who has looked at the campus already. Errors: ErrInvalid, ErrNotFound,
// ErrForbidden.
func (r *Reports) Hours(ctx context.Context, caller Caller, level Level, id string, from, to Instant) ([]Step, error) {
	all, _, err := r.serie(ctx, caller, Query{Level: level, ID: id, From: from, To: to, Bucket: ByHour}, func(SpaceID, Instant, Instant) ([]Rate, error) {
		return nil, nil
	})
	if err != nil {
		return nil, err
	}
	return all[0].Steps, nil
}

func checkedEdges(q Query, zone *time.Location) ([]Instant, error) {
	if quarters := int64(q.To-q.From) / quarterMs; quarters > longestQuery*QuartersPerDay {
		return nil, tooLong()
	}
	edges := q.Bucket.edges(q.From, q.To, zone)
	if len(edges) > longestQuery {
		return nil, tooLong()
	}
	return edges, nil
}

func tooManySteps() error {
	return ErrInvalid{[]Flaw{{Field: "from", Rule: "most_steps", Args: map[string]any{"max": strconv.Itoa(mostSteps)}}}}
}

func tooLong() error {
	return ErrInvalid{[]Flaw{{Field: "from", Rule: "max_items", Args: map[string]any{"max": strconv.Itoa(longestQuery)}}}}
}

// scope is the part of a campus that a query is about.
type scope struct {
	space  SpaceID
	zone   *time.Location
	device DeviceID // set where it is one device
	// reach is the space outside of which a device, and those behind it, do not count: the one that the caller is limited to.
	// Empty is everywhere.
	reach SpaceID
	name  string
	id    string
}

// scopeOf finds what a query is about within the caller's reach. A site without an id is the only one there is.
func scopeOf(campus *Campus, caller Caller, level Level, id string) (scope, error) {
	if level == OfDevice {
		device, known := campus.Device(DeviceID(id))
		if !known || !campus.Sees(caller, device.Space) {
			return scope{}, ErrNotFound{Kind: "device", ID: id}
		}
		return scope{space: device.Space, zone: campus.Zone(device.Space), device: device.ID, reach: caller.Space, name: device.Name, id: id}, nil
	}
	if roots := campus.Roots(caller); id == "" && level == OfSite && len(roots) == 1 {
		id, level = string(roots[0].ID), Level(roots[0].Kind)
	}
	space, known := campus.Space(SpaceID(id))
	if !known || !campus.Sees(caller, space.ID) || string(space.Kind) != string(level) {
		return scope{}, ErrNotFound{Kind: "space", ID: id}
	}
	return scope{space: space.ID, zone: campus.Zone(space.ID), name: space.Name, id: id}, nil
}

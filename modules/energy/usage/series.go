// Package usage answers queries about energy used: series, comparisons, profiles, bills and overviews, each with the measured part.
package usage

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/campus"
	"github.com/holotwin/holotwin/modules/energy/habit"
	"github.com/holotwin/holotwin/modules/energy/ledger"
	"github.com/holotwin/holotwin/modules/energy/tariffs"
)

// Grouping is how a series is divided; empty means not at all.
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

// Query selects a series.
type Query struct {
	Level  campus.Level
	ID     string
	From   energy.Instant
	To     energy.Instant
	Bucket Bucket
	By     Grouping
}

// Step is one bucket of a series.
type Step struct {
	Start energy.Instant
	// Known is false in a gap: nothing was measured or filled in. That is not a zero.
	Known     bool
	Energy    energy.Energy
	Estimated energy.Energy
	// Peak is the greatest mean power of a completely measured quarter hour; PeakKnown is false if there is none.
	Peak      energy.Power
	PeakKnown bool
	// Coverage is the measured part of the time that has passed, 0 to 1, of the devices that count here. Each quarter hour is
	// weighed by what its device usually draws at that time.
	Coverage float64
	// Weight is the weight of Coverage when steps are combined.
	Weight float64
	// Missing are, in an overview, the devices with gaps in the step.
	Missing []Missing
	Charge  tariffs.Charge
	// Excesses are, in the unmetered series, the meters that counted less than the devices behind them.
	Excesses []Excess
}

// Series is one series of an answer. A grouped query has one for each group; their sums equal the ungrouped one.
type Series struct {
	Key, Name string
	Steps     []Step
}

// Queries answers how much energy was used, where and when.
type Queries struct {
	readings  ledger.Readings
	directory campus.Directory
	prices    tariffs.Prices
	clock     energy.Clock
	dayCache  *dayCache
	weeks     *habit.Weeks
}

// NewQueries returns the queries of a campus.
func NewQueries(readings ledger.Readings, directory campus.Directory, prices tariffs.Prices, clock energy.Clock) *Queries {
	return &Queries{readings: readings, directory: directory, prices: prices, clock: clock, dayCache: newDayCache(), weeks: habit.NewWeeks()}
}

// maxSeriesSteps is the maximum number of steps of a series and maxSteps that of all groups, so that an answer fits in memory.
const (
	maxSeriesSteps = 40_000
	maxSteps       = 250_000
)

// Series answers a query with one series, or one for each group. The range is cut as Plan describes. Call Plan first: it reads the
// campus again. Errors: ErrInvalid, ErrNotFound, ErrForbidden.
func (r *Queries) Series(ctx context.Context, caller energy.Caller, q Query) ([]Series, error) {
	all, _, err := r.SeriesWithCoverage(ctx, caller, q)
	return all, err
}

// SeriesWithCoverage is Series with the coverage of the whole range.
func (r *Queries) SeriesWithCoverage(ctx context.Context, caller energy.Caller, q Query) ([]Series, Coverage, error) {
	all, coverage, _, err := r.SeriesWithPricing(ctx, caller, q)
	return all, coverage, err
}

// SeriesWithPricing is SeriesWithCoverage with the source of the money and emissions.
func (r *Queries) SeriesWithPricing(ctx context.Context, caller energy.Caller, q Query) ([]Series, Coverage, tariffs.Pricing, error) {
	q, _, err := r.plan(ctx, caller, q, r.directory.Campus)
	if err != nil {
		return nil, Coverage{}, tariffs.Pricing{}, err
	}
	var priced []tariffs.Rate
	all, coverage, err := r.series(ctx, caller, q, func(space energy.SpaceID, from, to energy.Instant) (rates []tariffs.Rate, err error) {
		priced, err = r.prices.Rates(ctx, space, from, to)
		return priced, err
	})
	if err != nil {
		return nil, Coverage{}, tariffs.Pricing{}, err
	}
	from, to := knownSpan(all, q.To)
	return all, coverage, tariffs.PricingOf(priced, from, to), nil
}

// knownSpan is from the first known step to the end of the last; empty if there is none.
func knownSpan(all []Series, end energy.Instant) (from, to energy.Instant) {
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

// campusOf returns the campus: Directory.Campus or Directory.Fresh.
type campusOf func(context.Context) (*campus.Campus, error)

func (r *Queries) series(ctx context.Context, caller energy.Caller, q Query, ratesOf func(energy.SpaceID, energy.Instant, energy.Instant) ([]tariffs.Rate, error)) ([]Series, Coverage, error) {
	campus, scope, err := r.scoped(ctx, caller, &q, r.directory.Campus)
	if err != nil {
		return nil, Coverage{}, err
	}
	edges, err := checkedEdges(q, scope.Zone)
	if err != nil {
		return nil, Coverage{}, err
	}
	rates, err := ratesOf(scope.Space, q.From, q.To)
	if err != nil {
		return nil, Coverage{}, err
	}
	missing := NewShortfall(q.From, q.To, r.clock.Now())
	var c seriesBuilder
	begin := func() dayFunc {
		c = seriesBuilder{edges: edges, rates: rates, now: min(q.To, r.clock.Now()), groups: make(map[string]*stepBuilder), excesses: newExcesses(edges)}
		if q.By == Ungrouped {
			c.group(scope.ID, scope.Name)
		}
		return c.add
	}
	if err := r.eachDay(ctx, campus, scope, q, begin, missing); err != nil {
		return nil, Coverage{}, err
	}
	return c.series(), missing.Coverage(), nil
}

// seriesBuilder divides the days of a query into the steps of its groups.
type seriesBuilder struct {
	edges    []energy.Instant
	rates    []tariffs.Rate
	now      energy.Instant
	groups   map[string]*stepBuilder
	excesses *excesses
}

func (c *seriesBuilder) group(key, name string) *stepBuilder {
	g := c.groups[key]
	if g == nil {
		g = newStepBuilder(name, c.edges, c.rates, c.now)
		c.groups[key] = g
	}
	return g
}

func (c *seriesBuilder) add(day int32, totals *DayTotals, w *weigher) error {
	for key, sum := range totals.Groups {
		c.group(key, sum.name).add(day, sum, w.weightsOf(key, day, totals.Gaps))
	}
	c.excesses.add(day, totals.meters)
	return nil
}

// series returns the groups in the order of their keys.
func (c *seriesBuilder) series() []Series {
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

// scoped finds the scope of a query, and extends its time to whole quarter hours.
func (r *Queries) scoped(ctx context.Context, caller energy.Caller, q *Query, campusOf campusOf) (*campus.Campus, campus.Scope, error) {
	if !caller.MayRead() {
		return nil, campus.Scope{}, energy.ErrForbidden{}
	}
	tree, err := campusOf(ctx)
	if err != nil {
		return nil, campus.Scope{}, err
	}
	found, err := campus.ScopeOf(tree, caller, q.Level, q.ID)
	if err != nil {
		return nil, campus.Scope{}, err
	}
	if q.To <= q.From {
		return nil, campus.Scope{}, energy.ErrInvalid{Flaws: []energy.Flaw{{Field: "to", Rule: "order", Args: map[string]any{"after": "from"}}}}
	}
	q.From, q.To = energy.QuarterStart(energy.QuarterOf(q.From)), energy.QuarterStart(energy.QuarterOf(q.To+energy.Instant(energy.QuarterMs)-1))
	return tree, found, nil
}

// Hours returns the hours of a level and id, without charges. Call Plan first: it reads the campus again. Errors: ErrInvalid,
// ErrNotFound, ErrForbidden.
func (r *Queries) Hours(ctx context.Context, caller energy.Caller, level campus.Level, id string, from, to energy.Instant) ([]Step, error) {
	all, _, err := r.series(ctx, caller, Query{Level: level, ID: id, From: from, To: to, Bucket: ByHour}, func(energy.SpaceID, energy.Instant, energy.Instant) ([]tariffs.Rate, error) {
		return nil, nil
	})
	if err != nil {
		return nil, err
	}
	return all[0].Steps, nil
}

func checkedEdges(q Query, zone *time.Location) ([]energy.Instant, error) {
	if quarters := int64(q.To-q.From) / energy.QuarterMs; quarters > maxSeriesSteps*energy.QuartersPerDay {
		return nil, tooLong()
	}
	edges := q.Bucket.edges(q.From, q.To, zone)
	if len(edges) > maxSeriesSteps {
		return nil, tooLong()
	}
	return edges, nil
}

func tooManySteps() error {
	return energy.ErrInvalid{Flaws: []energy.Flaw{{Field: "from", Rule: "most_steps", Args: map[string]any{"max": strconv.Itoa(maxSteps)}}}}
}

func tooLong() error {
	return energy.ErrInvalid{Flaws: []energy.Flaw{{Field: "from", Rule: "max_items", Args: map[string]any{"max": strconv.Itoa(maxSeriesSteps)}}}}
}

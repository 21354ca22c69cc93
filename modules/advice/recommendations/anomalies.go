package recommendations

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/holotwin/holotwin/modules/advice"
	"github.com/holotwin/holotwin/modules/advice/anomaly"
	"github.com/holotwin/holotwin/modules/advice/campus"
	"github.com/holotwin/holotwin/modules/advice/rules"
	"github.com/holotwin/holotwin/modules/advice/text"
)

// AnomalyQuery selects anomalies. An empty field selects all that the caller may see.
type AnomalyQuery struct {
	// Space includes everything inside it; ID is a single device or space.
	Space, ID string
	Kind      anomaly.Kind
	// From and To select anomalies that overlap this span.
	From, To time.Time
	// Lasting selects anomalies that have not ended.
	Lasting bool
	// After is the last place of the previous page; nil starts at the beginning. Limit is the maximum number; 0 means all.
	After *AnomalyPlace
	Limit int
}

// AnomalyPlace is an anomaly's position in the order: the newest first, then by target and kind.
type AnomalyPlace struct {
	From         time.Time
	Target, Kind string
}

func (p AnomalyPlace) compare(other AnomalyPlace) int {
	return cmp.Or(other.From.Compare(p.From), cmp.Compare(p.Target, other.Target), cmp.Compare(p.Kind, other.Kind))
}

// Place returns its position in the order.
func (a Anomaly) Place() AnomalyPlace { return AnomalyPlace{a.From, a.Target.String(), string(a.Kind)} }

// Anomaly is waste or a data fault that was found in a target's last two months.
type Anomaly struct {
	Target advice.Target
	Space  string
	rules.Departure
	// Certainty is 0 to 1, computed from the evidence.
	Certainty float64
	// Cost is the cost of the waste at the mean price of its hours.
	Cost     float64
	Currency string
	// Price is the last rate of its hours; texts name its tariff.
	Price advice.Rate
	About text.About
}

// Anomalies is a page of anomalies.
type Anomalies struct {
	Items []Anomaly
	// Next is the start of the next page; nil at the end.
	Next *AnomalyPlace
	// Targets is the number of analysed targets. Short of them have too little history for anything but data faults.
	Targets, Short int
	// Pending is the number of targets whose past changed and that are not yet analysed again.
	Pending int
}

// Anomalies returns the anomalies of the last analysis, newest first. Errors: ErrForbidden, ErrNotFound.
func (catalog *Catalog) Anomalies(ctx context.Context, caller advice.Caller, q AnomalyQuery) (Anomalies, error) {
	if !caller.MayRead() {
		return Anomalies{}, advice.ErrForbidden{}
	}
	c, err := catalog.directory.Campus(ctx)
	if err != nil {
		return Anomalies{}, err
	}
	asked, err := targetFilter(c, caller, q)
	if err != nil {
		return Anomalies{}, err
	}
	var out Anomalies
	var analyses map[advice.Target]advice.Analysis
	if out.Pending, analyses, err = catalog.analyst.Refresh(ctx); err != nil {
		return out, err
	}
	departures, err := catalog.analyses.Departures(ctx)
	if err != nil {
		return out, err
	}
	for _, one := range analyses {
		if !asked(one.Target) {
			continue
		}
		out.Targets++
		if one.Short() {
			out.Short++
		}
		since := c.MovedIn(one.Target, caller.Space)
		for _, d := range departures[one.Target] {
			if q.picks(d) && !d.From.Before(since) {
				out.Items = append(out.Items, anomalyOf(c, one, d))
			}
		}
	}
	slices.SortFunc(out.Items, func(x, y Anomaly) int { return x.Place().compare(y.Place()) })
	if q.After != nil {
		out.Items = slices.DeleteFunc(out.Items, func(x Anomaly) bool { return x.Place().compare(*q.After) <= 0 })
	}
	if q.Limit > 0 && len(out.Items) > q.Limit {
		out.Items = out.Items[:q.Limit]
		next := out.Items[q.Limit-1].Place()
		out.Next = &next
	}
	return out, catalog.priceAnomalies(ctx, out.Items)
}

// targetFilter checks a query against the caller's rights, and returns a function that selects the matching targets.
func targetFilter(c *campus.Campus, caller advice.Caller, q AnomalyQuery) (func(advice.Target) bool, error) {
	if q.ID != "" {
		t, known := c.Find(q.ID)
		if !known || !c.Sees(caller, c.SpaceOf(t)) {
			return nil, advice.ErrNotFound{Kind: "device or space", ID: q.ID}
		}
		return func(other advice.Target) bool { return other == t }, nil
	}
	within := caller.Space
	if q.Space != "" {
		if !c.Sees(caller, q.Space) {
			return nil, advice.ErrNotFound{Kind: "space", ID: q.Space}
		}
		within = q.Space
	}
	inside := make(map[string]bool)
	for _, s := range c.Within(within) {
		inside[s] = true
	}
	return func(t advice.Target) bool { return inside[c.SpaceOf(t)] }, nil
}

func (q AnomalyQuery) picks(d rules.Departure) bool {
	switch {
	case q.Kind != "" && d.Kind != q.Kind, q.Lasting && !d.Open:
		return false
	case !q.From.IsZero() && !d.To.After(q.From), !q.To.IsZero() && !d.From.Before(q.To):
		return false
	}
	return true
}

func anomalyOf(c *campus.Campus, one advice.Analysis, d rules.Departure) Anomaly {
	return Anomaly{Target: one.Target, Space: c.SpaceOf(one.Target), Departure: d, Certainty: d.Certainty(), About: c.About(one.Target)}
}

// priceAnomalies sets the cost of each waste, at the mean price over its span. The rates of a space are asked once for all of its
// anomalies, because each question may go to another process.
func (catalog *Catalog) priceAnomalies(ctx context.Context, all []Anomaly) error {
	bySpace := make(map[string][]*Anomaly)
	for i := range all {
		if one := &all[i]; one.KWh != 0 {
			bySpace[one.Space] = append(bySpace[one.Space], one)
		}
	}
	for space, wastes := range bySpace {
		from, to := wastes[0].From, wastes[0].To
		for _, one := range wastes {
			from, to = advice.Earliest(from, one.From), advice.Latest(to, one.To)
		}
		rates, err := catalog.prices.Rates(ctx, space, from, to)
		if err != nil {
			return err
		}
		for _, one := range wastes {
			one.price(rates)
		}
	}
	return nil
}

// price sets the cost at the mean of the rates over the anomaly's span. Some rates may be of other spans.
func (a *Anomaly) price(rates []advice.Rate) {
	var paid, hours float64
	for _, r := range rates {
		h := advice.Earliest(r.To, a.To).Sub(advice.Latest(r.From, a.From)).Hours()
		if h <= 0 {
			continue
		}
		paid, hours = paid+r.Price*h, hours+h
		a.Currency, a.Price = r.Currency, r
	}
	if hours > 0 {
		a.Cost = a.KWh * paid / hours
	}
}

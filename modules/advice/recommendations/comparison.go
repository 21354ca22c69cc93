package recommendations

import (
	"context"
	"math"
	"slices"

	"github.com/holotwin/holotwin/modules/advice"
	"github.com/holotwin/holotwin/modules/advice/history"
)

// minPeers is the minimum number of peers for a usual value.
const minPeers = 3

// Measure is a quantity that spaces are compared by.
type Measure string

// The measures, all per m²: the energy of a usual month in kWh, the energy of an opening hour in Wh, the minimum power at night in W, and
// the kWh a day for each °C above the balance point.
const (
	UsePerArea      Measure = "kwh_month_m2"
	OpenHourPerArea Measure = "wh_open_hour_m2"
	BasePerArea     Measure = "base_w_m2"
	SlopePerArea    Measure = "cooling_kwh_day_degree_m2"
)

var measures = []Measure{UsePerArea, OpenHourPerArea, BasePerArea, SlopePerArea}

// Comparison compares a space with others of its kind.
type Comparison struct {
	Target advice.Target
	Name   string
	AreaM2 float64
	// Peers is the number of other spaces of its kind that have a size and enough measurements.
	Peers int
	// Measures is empty if there are fewer than three peers, or if the space itself has no size or too few measurements.
	Measures []Compared
}

// Compared is one measure of a space, the median and the 90th percentile of its peers, and how many peers are below it.
type Compared struct {
	Measure             Measure
	Value, Median, High float64
	Below               int
}

// Compare compares a space with the others of its kind on the campus, as of the last analysis. Errors: ErrForbidden; ErrNotFound, also for
// a device, which has no peers.
func (catalog *Catalog) Compare(ctx context.Context, caller advice.Caller, id string) (Comparison, error) {
	if !caller.MayRead() {
		return Comparison{}, advice.ErrForbidden{}
	}
	c, t, err := catalog.directory.Target(ctx, caller, id)
	if err != nil {
		return Comparison{}, err
	}
	if t.Level == advice.OfDevice {
		return Comparison{}, advice.ErrNotFound{Kind: "space", ID: id}
	}
	_, analyses, err := catalog.analyst.Refresh(ctx)
	if err != nil {
		return Comparison{}, err
	}
	out := Comparison{Target: t, Name: c.Space(id).Name, AreaM2: c.Space(id).AreaM2}
	var peers []advice.Analysis
	for _, other := range c.Targets() {
		one, known := analyses[other]
		if known && other != t && other.Level == t.Level && one.Traits.AreaM2 > 0 && !one.Short() {
			peers = append(peers, one)
		}
	}
	out.Peers = len(peers)
	own, known := analyses[t]
	if !known || own.Short() || own.Traits.AreaM2 <= 0 || len(peers) < minPeers {
		return out, nil
	}
	for _, m := range measures {
		if compared, known := m.compare(own, peers); known {
			out.Measures = append(out.Measures, compared)
		}
	}
	return out, nil
}

// valueIn returns the measure's value in an analysis; NaN if it has none.
func (m Measure) valueIn(a advice.Analysis) float64 {
	const whPerKWh = 1000
	v := 0.0
	switch m {
	case UsePerArea:
		v = a.UseKWh
	case OpenHourPerArea:
		v = a.Traits.OpenKW * whPerKWh
	case BasePerArea:
		v = a.Traits.BaseW
	case SlopePerArea:
		v = a.Traits.SlopeKWh
	}
	if v <= 0 {
		return math.NaN()
	}
	return v / a.Traits.AreaM2
}

func (m Measure) compare(own advice.Analysis, peers []advice.Analysis) (c Compared, known bool) {
	c = Compared{Measure: m, Value: m.valueIn(own)}
	var values []float64
	for _, p := range peers {
		if v := m.valueIn(p); !math.IsNaN(v) {
			values = append(values, v)
			if v < c.Value {
				c.Below++
			}
		}
	}
	if math.IsNaN(c.Value) || len(values) < minPeers {
		return c, false
	}
	slices.Sort(values)
	const high = 0.9
	c.Median, c.High = history.PercentileSorted(values, 0.5), history.PercentileSorted(values, high)
	return c, true
}

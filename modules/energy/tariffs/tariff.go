// Package tariffs computes what energy costs and emits: the price of each hour under the tariff in force, and charges.
package tariffs

import (
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/calendar"
	"github.com/holotwin/holotwin/modules/energy/holidays"
)

// Tariff is the price of energy in a space and the spaces inside it, from a day on until the next tariff of that space.
type Tariff struct {
	ID       string
	Space    energy.SpaceID // empty only for the default
	Name     string
	Currency string
	// ValidFrom is the first local day, YYYY-MM-DD.
	ValidFrom string
	// Price is money per kWh outside all periods.
	Price   decimal.Decimal
	Periods []Period
	// Contribution is added to the price of every kWh, in percent: 20 in Colombia for users who must pay it.
	Contribution decimal.Decimal
	// DemandPrice is money per kW of the month's peak.
	DemandPrice decimal.Decimal
	// Reactive is how reactive energy is charged; nil if it is not.
	Reactive *ReactiveRule
	// Footprint and Avoided are kg CO2 per kWh; nil means the year's published factors.
	Footprint, Avoided *decimal.Decimal
	// Source is the publication of a default tariff.
	Source string
}

// Period is a different price at some hours of some days.
type Period struct {
	calendar.Hours
	Price decimal.Decimal
}

// DefaultTariff applies where no tariff is set. It is a published price, so that costs are never invented. It is old and from
// another utility on purpose, so that users do not mistake it for their own.
var DefaultTariff = Tariff{
	ID: "default", Name: "Codensa, nivel 1, monomia sencilla (referencia)", Currency: "COP", ValidFrom: "2017-07-01",
	Price:  decimal.RequireFromString("437.9027"),
	Source: "Codensa, tarifas de energía eléctrica, julio de 2017, no residencial nivel 1, sin contribución",
}

// baseAt is the money per kWh at a minute of a day, without contribution. A period of the day itself goes before a period that
// continues from the day before; both can meet at a public holiday.
func (t *Tariff) baseAt(dayBefore, day calendar.Day, minute calendar.Clocktime) decimal.Decimal {
	for _, p := range t.Periods {
		if p.On(day, minute) {
			return p.Price
		}
	}
	for _, p := range t.Periods {
		if p.CarriedOver(dayBefore, minute) {
			return p.Price
		}
	}
	return t.Price
}

// withContribution is a price with the contribution.
func (t *Tariff) withContribution(price decimal.Decimal) decimal.Decimal {
	if t.Contribution.IsZero() {
		return price
	}
	return price.Add(price.Mul(t.Contribution).Shift(-2))
}

// boundaries are the minutes of a day at which the price may change.
func (t *Tariff) boundaries() []calendar.Clocktime {
	minutes := []calendar.Clocktime{0}
	for _, p := range t.Periods {
		minutes = append(minutes, p.From, p.To)
	}
	slices.Sort(minutes)
	minutes = slices.Compact(minutes)
	return slices.DeleteFunc(minutes, func(m calendar.Clocktime) bool { return m >= calendar.MinutesPerDay })
}

// Place is what the prices of a space depend on, apart from its tariffs.
type Place struct {
	Zone     *time.Location
	Holidays holidays.Set
}

// RatesOf returns the rates of [from, to) at a place, oldest first; equal neighbours are joined. all are the tariffs that
// apply to the space, the nearest space's first.
func RatesOf(all []Tariff, from, to energy.Instant, at Place) []Rate {
	zone := at.Zone
	var list []Rate
	start := from.Time().In(zone)
	for day := energy.Midnight(start.Year(), start.Month(), start.Day(), zone); energy.InstantOf(day) < to; {
		next := energy.Midnight(day.Year(), day.Month(), day.Day()+1, zone)
		list = appendDay(list, InForce(all, day), at.Holidays, day, next)
		day = next
	}
	list[0].From, list[len(list)-1].To = from, to
	return list
}

// appendDay appends the rates of a whole local day; the caller cuts the first and the last.
func appendDay(list []Rate, t Tariff, set holidays.Set, day, next time.Time) []Rate {
	before, kind, factors := calendar.DayIn(set, day.AddDate(0, 0, -1)), calendar.DayIn(set, day), FactorsOf(day.Year())
	minutes := t.boundaries()
	for i, m := range minutes {
		base := t.baseAt(before, kind, m)
		r := Rate{
			From: energy.InstantOf(atMinute(day, m)), To: energy.InstantOf(next), Currency: t.Currency,
			Base: base, Price: t.withContribution(base), Demand: t.DemandPrice, Reactive: t.Reactive,
			Factor: t.factor(t.Footprint, factors.Footprint, factors), AvoidedFactor: t.factor(t.Avoided, factors.Avoided, factors),
			Tariff: t.Name, ValidFrom: t.ValidFrom, Source: t.Source, Default: t.Space == "",
		}
		if i+1 < len(minutes) {
			r.To = energy.InstantOf(atMinute(day, minutes[i+1]))
		}
		r.Footprint, r.Avoided = r.Factor.Value, r.AvoidedFactor.Value
		list = appendRate(list, r)
	}
	return list
}

// factor is the tariff's own factor, or the year's published one.
func (t *Tariff) factor(own *decimal.Decimal, published decimal.Decimal, of Factors) FactorUsed {
	if own == nil {
		return FactorUsed{Value: published, Year: of.Year, Name: of.Source, Default: true}
	}
	f := FactorUsed{Value: *own, Name: t.Name}
	if from, err := time.Parse(time.DateOnly, t.ValidFrom); err == nil {
		f.Year = from.Year()
	}
	return f
}

func atMinute(day time.Time, m calendar.Clocktime) time.Time {
	if m == 0 {
		return day
	}
	return time.Date(day.Year(), day.Month(), day.Day(), int(m)/60, int(m)%60, 0, 0, day.Location())
}

func appendRate(list []Rate, r Rate) []Rate {
	if n := len(list); n > 0 && list[n-1].hasTermsOf(r) {
		list[n-1].To = r.To
		return list
	}
	return append(list, r)
}

func (r Rate) hasTermsOf(o Rate) bool {
	return r.Currency == o.Currency && r.Tariff == o.Tariff && r.ValidFrom == o.ValidFrom && r.Reactive == o.Reactive && r.Factor.equal(o.Factor) && r.AvoidedFactor.equal(o.AvoidedFactor) && r.Demand.Equal(o.Demand) &&
		r.Price.Equal(o.Price) && r.Base.Equal(o.Base)
}

// InForce is the tariff that applies on a day: the newest tariff valid by then of the nearest space that has one.
func InForce(nearestFirst []Tariff, day time.Time) Tariff {
	date := day.Format(time.DateOnly)
	for i, t := range nearestFirst {
		if t.ValidFrom > date {
			continue
		}
		best := t
		for _, o := range nearestFirst[i+1:] {
			if o.Space == t.Space && o.ValidFrom <= date && o.ValidFrom > best.ValidFrom {
				best = o
			}
		}
		return best
	}
	return DefaultTariff
}

// Factors are a year's emission factors of the grid, kg CO2 per kWh.
type Factors struct {
	Year int
	// Footprint is for energy used, Avoided for energy saved.
	Footprint, Avoided decimal.Decimal
	Source             string
}

// colombianFactors are the published factors, oldest first. A year without a row has the factors of the last row before it, or of
// the first row.
var colombianFactors = []Factors{
	{
		Year:      2022,
		Footprint: decimal.RequireFromString("0.112"), // inventories of greenhouse gases
		Avoided:   decimal.RequireFromString("0.165"), // energy efficiency projects, first crediting period
		Source:    "UPME, Resolución 762 de 2023, Sistema Interconectado Nacional, año 2022",
	},
}

// FactorsOf are the factors of a year.
func FactorsOf(year int) Factors {
	best := colombianFactors[0]
	for _, f := range colombianFactors {
		if f.Year <= year {
			best = f
		}
	}
	return best
}

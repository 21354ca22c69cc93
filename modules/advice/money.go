package advice

import (
	"slices"
	"time"

	"github.com/holotwin/holotwin/modules/advice/text"
)

// Money is the value of a saving per month, at the prices of the hours in which it occurs.
type Money struct {
	Currency, Tariff, Source string
	// ValidFrom is the tariff's first local day. Default is true if the site has no tariff of its own. Factor is the factor of avoided
	// emissions.
	ValidFrom string
	Default   bool
	Factor    Factor
	// Cost and CostLow are the money for the saving and its lower end; CO2Kg is avoided emissions.
	Cost, CostLow, CO2Kg float64
}

// Tariff identifies the prices that an amount of money is computed with.
type Tariff struct {
	Name string
	// ValidFrom is its first local day, YYYY-MM-DD; empty if it was not stored.
	ValidFrom string
	// Source is the source of a default tariff. Default is true if the site has no tariff of its own.
	Source  string
	Default bool
}

// Year returns the year of its first day; 0 if it was not stored.
func (t Tariff) Year() int {
	at, err := time.Parse(time.DateOnly, t.ValidFrom)
	if err != nil {
		return 0
	}
	return at.Year()
}

// Words returns the tariff as texts name it.
func (t Tariff) Words() text.Tariff {
	return text.Tariff{Name: t.Name, Year: t.Year(), Default: t.Default}
}

// Words returns the factor as texts name it.
func (f Factor) Words() text.Factor {
	return text.Factor{Name: f.Name, KgPerKWh: f.KgPerKWh, Year: f.Year, Default: f.Default}
}

// NamedTariff returns the tariff of a rate.
func (r Rate) NamedTariff() Tariff {
	return Tariff{Name: r.Tariff, ValidFrom: r.ValidFrom, Source: r.Source, Default: r.Default}
}

// NamedTariff returns the tariff that the money is computed with. Older rows do not store Default; there, a source means that the tariff is
// the default.
func (m Money) NamedTariff() Tariff {
	return Tariff{Name: m.Tariff, ValidFrom: m.ValidFrom, Source: m.Source, Default: m.Default || m.Source != ""}
}

// RateAt returns the rate that is valid at an instant; the zero Rate after the last.
func RateAt(rates []Rate, at time.Time) Rate {
	if i := slices.IndexFunc(rates, func(r Rate) bool { return at.Before(r.To) }); i >= 0 {
		return rates[i]
	}
	return Rate{}
}

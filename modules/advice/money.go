package advice

import (
	"slices"
	"time"

	"github.com/holotwin/holotwin/modules/advice/text"
)

// Money is what a saving is worth a month at the prices of the hours in which it arises.
type Money struct {
	Currency, Tariff, Source string
	// ValidFrom is the tariff's first local day; Default is true if the site has set none. Factor is that of avoided emissions.
	ValidFrom string
	Default   bool
	Factor    Factor
	// Cost and CostLow go with the saving and its lower end; CO2Kg is avoided emissions.
	Cost, CostLow, CO2Kg float64
}

// Tariff names the prices that money rests on.
type Tariff struct {
	Name string
	// ValidFrom is its first local day, YYYY-MM-DD; empty where it was not noted.
	ValidFrom string
	// Source is where a default comes from; Default is true if the site has set none.
	Source  string
	Default bool
}

// Year is that of its first day; 0 where it was not noted.
func (t Tariff) Year() int {
	at, err := time.Parse(time.DateOnly, t.ValidFrom)
	if err != nil {
		return 0
	}
	return at.Year()
}

// Words are those of the tariff that texts name.
func (t Tariff) Words() text.Tariff {
	return text.Tariff{Name: t.Name, Year: t.Year(), Default: t.Default}
}

// Words are those of the factor that texts name.
func (f Factor) Words() text.Factor {
	return text.Factor{Name: f.Name, KgPerKWh: f.KgPerKWh, Year: f.Year, Default: f.Default}
}

// NamedTariff is the tariff of a rate.
func (r Rate) NamedTariff() Tariff {
	return Tariff{Name: r.Tariff, ValidFrom: r.ValidFrom, Source: r.Source, Default: r.Default}
}

// NamedTariff is the tariff that money rests on. Older rows do not store Default; there, a source means that the tariff is the default.
func (m Money) NamedTariff() Tariff {
	return Tariff{Name: m.Tariff, ValidFrom: m.ValidFrom, Source: m.Source, Default: m.Default || m.Source != ""}
}

// RateAt is the rate that holds at an instant; the zero Rate after the last.
func RateAt(rates []Rate, at time.Time) Rate {
	if i := slices.IndexFunc(rates, func(r Rate) bool { return at.Before(r.To) }); i >= 0 {
		return rates[i]
	}
	return Rate{}
}

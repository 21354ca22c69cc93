package advice

import "time"

// Tariff names the prices that money rests on.
type Tariff struct {
	Name string
	// ValidFrom is its first local day, YYYY-MM-DD; empty where it was not noted.
	ValidFrom string
	// Source is where a default comes from; Default tells that the site has set none.
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

// Of is the tariff of a rate.
func (r Rate) Of() Tariff {
	return Tariff{Name: r.Tariff, ValidFrom: r.ValidFrom, Source: r.Source, Default: r.Default}
}

// Of is the tariff that money rests on. What was kept before it was noted whether the tariff is the default has a source where it is.
func (m Money) Of() Tariff {
	return Tariff{Name: m.Tariff, ValidFrom: m.ValidFrom, Source: m.Source, Default: m.Default || m.Source != ""}
}

// lastRate is the last rate of a month, whose tariff and factor are named.
func (m Month) lastRate() Rate {
	if len(m.Prices) == 0 {
		return Rate{}
	}
	return m.Prices[len(m.Prices)-1]
}

// PriceOn is the rate that held at an instant.
func (m Month) PriceOn(at time.Time) Rate { return rateAt(m.Prices, at) }

// byDefault tells whether any of a month's money rests on a tariff that the site has not set.
func (m Month) byDefault() bool {
	for _, r := range m.Prices {
		if r.Default {
			return true
		}
	}
	return false
}

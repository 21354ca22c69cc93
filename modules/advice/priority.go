package advice

import "github.com/holotwin/holotwin/modules/advice/rules"

// Priority ranks recommendations for a quick reading.
type Priority string

// The priorities.
const (
	High   Priority = "high"
	Medium Priority = "medium"
	Low    Priority = "low"
)

// A saving ranks high or medium if its lower end reaches these shares of the target's use or these kWh a month.
const (
	highKWh, highShare     = 50, 0.20
	mediumKWh, mediumShare = 10, 0.10
	// smallKWh is too small to be urgent, even if it is a large share of a target's use.
	smallKWh = 5
)

// PriorityOf ranks a finding of a target whose usual month is use kWh.
func PriorityOf(f rules.Finding, m Money, use float64) Priority {
	low := f.Saving.Low
	switch {
	case trivial(f, m):
		return Low
	case f.Kind == rules.Sensor, f.Kind == rules.Peak:
		return Medium
	case low >= highKWh, low >= highShare*use && low >= smallKWh:
		return High
	case low >= mediumKWh, low >= mediumShare*use && low >= 1:
		return Medium
	}
	return Low
}

// trivialMoney is, by currency, the money a month below which a saving is listed after the others: about two cups of coffee.
var trivialMoney = map[string]float64{"COP": 5_000, "USD": 1.25, "EUR": 1.10, "GBP": 1, "MXN": 25, "BRL": 7, "PEN": 4.5}

// TrivialKWh is the threshold if energy has no price or another currency; about 5,000 COP.
const TrivialKWh = 5

// TrivialBelow returns the money a month below which a saving is trivial; known is false if TrivialKWh applies instead.
func TrivialBelow(currency string) (money float64, known bool) {
	money, known = trivialMoney[currency]
	return money, known
}

// Trivial reports whether a saving is too small to be listed among the others. A finding about the data itself is never trivial.
func (r Recommendation) Trivial() bool { return trivial(r.Finding, r.Money) }

func trivial(f rules.Finding, m Money) bool {
	if f.Kind == rules.Sensor {
		return false
	}
	if below, known := TrivialBelow(m.Currency); known && m.Cost > 0 {
		return m.Cost < below
	}
	return f.Saving.KWh < TrivialKWh
}

package savings

import (
	"context"

	"github.com/holotwin/holotwin/modules/advice"
	"github.com/holotwin/holotwin/modules/advice/campus"
	"github.com/holotwin/holotwin/modules/advice/figure"
)

// Totals are the savings of all recommendations that a caller sees, by what became of them.
type Totals struct {
	// ToDo are open recommendations, InProgress accepted and done ones whose saving is not verified yet.
	ToDo, InProgress Expected
	// Verified is what the verified ones have saved since they were done.
	Verified Measured
	// Currency is that of the amounts of money; empty if there are several or none. The amounts are then 0.
	Currency string
	// Tariff is the tariff to name beside the money: a default one if any of the recommendations has one.
	Tariff advice.Tariff
	Factor advice.Factor
}

// Expected is the sum of savings per month. KWhLow and CostLow are sums of what each recommendation promises.
type Expected struct {
	Count                      int
	KWh, KWhLow, Cost, CostLow float64
}

// Measured is the sum of measured savings.
type Measured struct {
	Count     int
	KWh, Cost float64
}

// Totals sums the savings of the recommendations of a space and everything inside it, or of all that the caller sees. Errors:
// ErrForbidden, ErrNotFound.
func (verifier *Verifier) Totals(ctx context.Context, caller advice.Caller, space string) (Totals, error) {
	if !caller.MayRead() {
		return Totals{}, advice.ErrForbidden{}
	}
	c, err := verifier.directory.Campus(ctx)
	if err != nil {
		return Totals{}, err
	}
	filter := advice.Filter{Visible: true}
	if space != "" && !c.Sees(caller, space) {
		return Totals{}, advice.ErrNotFound{Kind: "space", ID: space}
	}
	if space == "" {
		space = caller.Space
	}
	if space != "" {
		filter.Spaces = append([]string{}, c.Within(space)...)
	}
	found, err := verifier.recommendations.Find(ctx, filter)
	if err != nil {
		return Totals{}, err
	}
	var totals Totals
	currencies := make(map[string]bool)
	for _, r := range found {
		if !c.Shows(caller, r) {
			continue
		}
		if err := verifier.add(ctx, c, caller, &totals, r); err != nil {
			return Totals{}, err
		}
		currencies[r.Money.Currency] = true
	}
	if len(currencies) > 1 { // amounts in different currencies have no sum
		totals.ToDo.Cost, totals.ToDo.CostLow, totals.InProgress.Cost, totals.InProgress.CostLow, totals.Verified.Cost = 0, 0, 0, 0, 0
		totals.Currency = ""
	}
	return totals, nil
}

func (verifier *Verifier) add(ctx context.Context, c *campus.Campus, caller advice.Caller, totals *Totals, r advice.Recommendation) error {
	if totals.Tariff.Name == "" || r.Money.NamedTariff().Default {
		totals.Tariff, totals.Factor = r.Money.NamedTariff(), r.Money.Factor
	}
	totals.Currency = r.Money.Currency
	switch r.Status {
	case advice.Open:
		totals.ToDo.add(r)
	case advice.Accepted, advice.Done:
		totals.InProgress.add(r)
	case advice.Verified:
		v, err := verifier.VerificationOf(ctx, c, r, c.MovedIn(r.Target, caller.Space))
		if err != nil {
			return err
		}
		totals.Verified.Count++
		if v.Verdict == Saved {
			totals.Verified.KWh += v.Saving.Avoided
			totals.Verified.Cost += v.Cost
		}
	case advice.Dismissed, advice.Ended:
	}
	return nil
}

func (e *Expected) add(r advice.Recommendation) {
	e.Count++
	e.KWh += r.Finding.Saving.KWh
	e.KWhLow += figure.Promise(r.Finding.Saving.Low)
	e.Cost += r.Money.Cost
	e.CostLow += figure.PromisedMoney(r.Money.CostLow)
}

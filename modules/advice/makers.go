package advice

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/holotwin/holotwin/modules/advice/rules"
)

// mostMakers of a peak are named.
const mostMakers = 3

// withMakers adds to a peak which devices inside the target drew most in its hour, kW, under their names.
func (a *Advisor) withMakers(ctx context.Context, c *Campus, t Target, f rules.Finding) (rules.Finding, error) {
	type maker struct {
		name string
		kwh  float64
	}
	var makers []maker
	for inner := range c.Inside(t) {
		if inner.Level != OfDevice || len(c.Behind(inner.ID)) > 0 {
			continue
		}
		uses, err := a.Consumption.Hours(ctx, inner, f.From, f.From.Add(time.Hour))
		if err != nil {
			return f, err
		}
		if len(uses) > 0 && uses[0].KWh > 0 {
			makers = append(makers, maker{c.Device(inner.ID).Name, uses[0].KWh})
		}
	}
	slices.SortFunc(makers, func(x, y maker) int { return cmp.Or(cmp.Compare(y.kwh, x.kwh), cmp.Compare(x.name, y.name)) })
	for _, m := range makers[:min(mostMakers, len(makers))] {
		f.Figures = append(f.Figures, rules.Figure{Name: m.name, Value: m.kwh, Unit: "kW"})
	}
	return f, nil
}

package analysis

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/holotwin/holotwin/modules/advice"
	"github.com/holotwin/holotwin/modules/advice/campus"
	"github.com/holotwin/holotwin/modules/advice/rules"
)

// maxContributors is the maximum number of devices named for a peak.
const maxContributors = 3

// addContributors adds to a peak the devices inside the target with the highest power in its hour, kW, under their names.
func (a *Analyst) addContributors(ctx context.Context, c *campus.Campus, t advice.Target, f rules.Finding) (rules.Finding, error) {
	type contributor struct {
		name string
		kwh  float64
	}
	var contributors []contributor
	for inner := range c.Inside(t) {
		if inner.Level != advice.OfDevice || len(c.Behind(inner.ID)) > 0 {
			continue
		}
		uses, err := a.consumption.Hours(ctx, inner, f.From, f.From.Add(time.Hour))
		if err != nil {
			return f, err
		}
		if len(uses) > 0 && uses[0].KWh > 0 {
			contributors = append(contributors, contributor{c.Device(inner.ID).Name, uses[0].KWh})
		}
	}
	slices.SortFunc(contributors, func(x, y contributor) int { return cmp.Or(cmp.Compare(y.kwh, x.kwh), cmp.Compare(x.name, y.name)) })
	for _, m := range contributors[:min(maxContributors, len(contributors))] {
		f.Figures = append(f.Figures, rules.Figure{Name: m.name, Value: m.kwh, Unit: "kW"})
	}
	return f, nil
}

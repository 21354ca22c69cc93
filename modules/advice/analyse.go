package advice

import (
	"context"
	"slices"
	"time"

	"github.com/holotwin/holotwin/modules/advice/rules"
)

// analyse judges a target and keeps what came of it. at is when its inputs began to be read.
func (a *Advisor) analyse(ctx context.Context, c *Campus, t Target, peers []rules.Traits) (Analysis, error) {
	at := Now(a.Clock)
	analysis := Analysis{Target: t, Space: c.SpaceOf(t), At: at, Facts: c.Facts(t), Version: rules.Version, Needed: rules.MinDays}
	w, found, err := a.windowOf(ctx, c, t)
	if err != nil {
		return analysis, err
	}
	var recommendations []Recommendation
	if found {
		in, err := a.assemble(ctx, c, t, w, peers)
		if err != nil {
			return analysis, err
		}
		out := rules.Judge(in.subject)
		analysis.Inputs, analysis.UseKWh, analysis.Traits, analysis.Departures = out.Inputs, out.UseKWh, out.Traits, out.Departures
		analysis.Asked, analysis.Judged = out.Asked, out.Judged
		analysis.Days = rules.MinDays
		if out.Shortage != nil {
			analysis.Days, analysis.Needed = out.Shortage.Days, out.Shortage.Needed
		}
		if recommendations, err = a.recommendationsOf(ctx, c, t, in, out, at); err != nil {
			return analysis, err
		}
	}
	return analysis, a.Analyses.KeepAnalysis(ctx, analysis, func(stored []Recommendation) []Recommendation {
		return merge(recommendations, stored, ending{until: w.to, at: at, unknown: analysis.Short()})
	})
}

// recommendationsOf makes recommendations of findings, leaving out what is said already of something inside.
func (a *Advisor) recommendationsOf(ctx context.Context, c *Campus, t Target, in assembled, out rules.Outcome, at time.Time) ([]Recommendation, error) {
	inner, err := a.said(ctx, c, t)
	if err != nil {
		return nil, err
	}
	var list []Recommendation
	for _, f := range out.Findings {
		if coveredBy(inner, f) || (f.Kind == rules.Sensor && t.Level != OfDevice) || (f.Kind == rules.Peak && in.prices.demand == 0) {
			continue
		}
		if f.Kind == rules.Peak {
			if f, err = a.withMakers(ctx, c, t, f); err != nil {
				return nil, err
			}
		}
		money := in.prices.worth(f)
		list = append(list, Recommendation{
			ID: idOf(t, f.Kind), Target: t, Space: c.SpaceOf(t), Finding: f, Money: money, Status: Open, Standing: true,
			Priority: priorityOf(f, money, out.UseKWh), Created: at, Updated: at, Basis: in.basis(f.Kind),
		})
	}
	return list, nil
}

// said is what stands recommended for the devices and spaces inside a target.
func (a *Advisor) said(ctx context.Context, c *Campus, t Target) ([]Recommendation, error) {
	inside := c.Inside(t)
	if len(inside) == 0 {
		return nil, nil
	}
	all, err := a.Recommendations.Find(ctx, Filter{Spaces: c.Within(c.SpaceOf(t))})
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(all, func(r Recommendation) bool { return !inside[r.Target] || !r.Standing }), nil
}

// coveredShare of a saving that is promised inside already makes it no advice of its own.
const coveredShare = 0.5

// coveredBy tells whether what was found is in the main what is said of something inside. A meter that is not to
// be trusted is its own matter.
func coveredBy(inner []Recommendation, f rules.Finding) bool {
	if f.Kind == rules.Sensor {
		return false
	}
	promised := 0.0
	for _, r := range inner {
		promised += r.Finding.Saving.KWh
	}
	return promised > 0 && promised >= coveredShare*f.Saving.KWh
}

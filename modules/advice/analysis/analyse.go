package analysis

import (
	"context"
	"slices"
	"time"

	"github.com/holotwin/holotwin/modules/advice"
	"github.com/holotwin/holotwin/modules/advice/campus"
	"github.com/holotwin/holotwin/modules/advice/inputs"
	"github.com/holotwin/holotwin/modules/advice/rules"
)

// analyse runs the rules on a target and stores the result.
func (a *Analyst) analyse(ctx context.Context, c *campus.Campus, t advice.Target, peers []rules.Traits) (advice.Analysis, error) {
	at := advice.Now(a.clock)
	analysis := advice.Analysis{Target: t, Space: c.SpaceOf(t), At: at, Facts: c.Facts(t), Version: rules.Version, Needed: rules.MinDays}
	w, found, err := a.inputs.Window(ctx, c, t)
	if err != nil {
		return analysis, err
	}
	var recommendations []advice.Recommendation
	if found {
		in, err := a.inputs.Read(ctx, c, t, w, peers)
		if err != nil {
			return analysis, err
		}
		out := rules.Judge(in.Subject)
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
	return analysis, a.analyses.KeepAnalysis(ctx, analysis, func(stored []advice.Recommendation) []advice.Recommendation {
		return merge(recommendations, stored, ending{until: w.To, at: at, unknown: analysis.Short()})
	})
}

// recommendationsOf turns findings into recommendations, without those that a device or space inside already explains.
func (a *Analyst) recommendationsOf(ctx context.Context, c *campus.Campus, t advice.Target, in inputs.Set, out rules.Outcome, at time.Time) ([]advice.Recommendation, error) {
	inner, err := a.recommendedInside(ctx, c, t)
	if err != nil {
		return nil, err
	}
	var list []advice.Recommendation
	for _, f := range out.Findings {
		if coveredBy(inner, f) || (f.Kind == rules.Sensor && t.Level != advice.OfDevice) || (f.Kind == rules.Peak && in.Prices.Demand == 0) {
			continue
		}
		if f.Kind == rules.Peak {
			if f, err = a.addContributors(ctx, c, t, f); err != nil {
				return nil, err
			}
		}
		money := in.Prices.Worth(f)
		list = append(list, advice.Recommendation{
			ID: advice.RecommendationID(t, f.Kind), Target: t, Space: c.SpaceOf(t), Finding: f, Money: money, Status: advice.Open, StillDetected: true,
			Priority: advice.PriorityOf(f, money, out.UseKWh), Created: at, Updated: at, Basis: in.Basis(f.Kind),
		})
	}
	return list, nil
}

// recommendedInside returns the current recommendations for the devices and spaces inside a target.
func (a *Analyst) recommendedInside(ctx context.Context, c *campus.Campus, t advice.Target) ([]advice.Recommendation, error) {
	inside := c.Inside(t)
	if len(inside) == 0 {
		return nil, nil
	}
	all, err := a.recommendations.Find(ctx, advice.Filter{Spaces: c.Within(c.SpaceOf(t))})
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(all, func(r advice.Recommendation) bool { return !inside[r.Target] || !r.StillDetected }), nil
}

// coveredShare is the share of a saving that recommendations inside may promise before the finding is left out.
const coveredShare = 0.5

// coveredBy reports whether a finding is mostly explained by recommendations for something inside. A faulty meter is never explained by
// others.
func coveredBy(inner []advice.Recommendation, f rules.Finding) bool {
	if f.Kind == rules.Sensor {
		return false
	}
	promised := 0.0
	for _, r := range inner {
		promised += r.Finding.Saving.KWh
	}
	return promised > 0 && promised >= coveredShare*f.Saving.KWh
}

package advice

import (
	"context"
	"slices"
	"time"

	"github.com/holotwin/holotwin/modules/advice/history"
	"github.com/holotwin/holotwin/modules/advice/rules"
)

// Analysis is when a target was last analysed and what came of it, besides its recommendations.
type Analysis struct {
	Target Target
	// Space is where the target stands, or itself.
	Space string
	At    time.Time
	// Facts sums up what the target was (kind, size, place): another sum asks for another analysis.
	Facts string
	// Version is that of the rules: others ask for another analysis.
	Version int
	// Inputs are which of the four inputs there were.
	Inputs rules.Inputs
	// Days with enough measurements there were, of those that a judgement needs; Days 0 means nothing was measured.
	Days, Needed int
	// UseKWh is the use of a usual month; 0 where too little is known.
	UseKWh float64
	Traits rules.Traits
	// Asked are dates that the calendar calls closed and that look like working days (questions.go); Judged is how many closed
	// dates could be told from those.
	Asked  []int
	Judged int
	// Departures are what departs from the expected in the last two months, oldest first. They are read apart, since most who
	// read analyses need none.
	Departures []rules.Departure
}

// Short tells whether too little was measured to say anything.
func (a Analysis) Short() bool { return a.Days < a.Needed }

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

func (in assembled) basis(kind rules.Kind) Basis {
	h := in.subject.History
	return Basis{
		Version: rules.Version, From: in.window.from, To: in.window.to, AsOf: in.window.asOf, SiteEnd: in.window.siteEnd,
		Hours: len(h.Hours), Measured: h.Count(history.Hour.Known), Assumed: in.subject.Calendar.Assumed, Hash: in.hash(kind),
	}
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

// ending is what is known of recommendations that are no longer found.
type ending struct {
	// until is when the history ends in which they were sought, at when that was.
	until, at time.Time
	// unknown tells that too little was measured to say that they are over.
	unknown bool
}

// merge gives what was found the life that it had, and keeps what is no longer found with its history, not standing.
func merge(found, stored []Recommendation, e ending) []Recommendation {
	merged := slices.Clone(found)
	for _, s := range stored {
		i := slices.IndexFunc(merged, func(r Recommendation) bool { return r.ID == s.ID })
		switch {
		case i >= 0:
			merged[i] = renewed(merged[i], s)
		case e.unknown:
			s.Standing = false
			merged = append(merged, s)
		default:
			merged = append(merged, gone(s, e.until, e.at))
		}
	}
	return merged
}

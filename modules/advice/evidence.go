package advice

import (
	"context"
	"slices"

	"github.com/holotwin/holotwin/modules/advice/rules"
)

// Evidence is what a recommendation rests on, and whether it still computes to the same.
type Evidence struct {
	Advice
	// Reproduced tells that the inputs, read again now, have the same hash, and so gave the same finding; where it is
	// false the past was changed since.
	Reproduced bool
	// HashNow is that of the inputs as they are now.
	HashNow string
	Events  []Event
}

// Evidence reads a recommendation's inputs again and computes it anew. Errors: ErrForbidden, ErrNotFound.
func (a *Advisor) Evidence(ctx context.Context, caller Caller, id string) (Evidence, error) {
	if !caller.MayRead() {
		return Evidence{}, ErrForbidden{}
	}
	c, r, err := a.Directory.Recommendation(ctx, caller, a.Recommendations, id)
	if err != nil {
		return Evidence{}, err
	}
	e := Evidence{Advice: c.Advice(r)}
	if e.Events, err = a.Recommendations.Events(ctx, id); err != nil {
		return e, err
	}
	peers, err := a.peers(ctx, c, r.Target)
	if err != nil {
		return e, err
	}
	w := window{from: r.Basis.From, to: r.Basis.To, asOf: r.Basis.AsOf, siteEnd: r.Basis.SiteEnd}
	in, err := a.assemble(ctx, c, r.Target, w, peers)
	if err != nil {
		return e, err
	}
	e.HashNow = in.hash(r.Finding.Kind)
	e.Reproduced = e.HashNow == r.Basis.Hash && computesTo(in.subject, r.Finding)
	return e, nil
}

// computesTo runs the rules again and compares the saving and the spans in which it was seen.
func computesTo(s rules.Subject, want rules.Finding) bool {
	for _, f := range rules.Judge(s).Findings {
		if f.Kind == want.Kind {
			return f.Saving == want.Saving && slices.Equal(f.Spans, want.Spans)
		}
	}
	return false
}

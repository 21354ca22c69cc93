package recommendations

import (
	"context"
	"slices"

	"github.com/holotwin/holotwin/modules/advice"
	"github.com/holotwin/holotwin/modules/advice/inputs"
	"github.com/holotwin/holotwin/modules/advice/rules"
)

// Evidence is the data behind a recommendation, and whether the rules still give the same result.
type Evidence struct {
	advice.Advice
	// Reproduced is true if the inputs, read again now, have the same hash and give the same finding. If false, past data was changed
	// since.
	Reproduced bool
	// HashNow is the hash of the present inputs.
	HashNow string
	Events  []advice.Event
	// Emails are the addresses of those who made the events, by id; only for callers who may decide too.
	Emails map[string]string
}

// Evidence reads a recommendation's inputs again and repeats the computation. Errors: ErrForbidden, ErrNotFound.
func (catalog *Catalog) Evidence(ctx context.Context, caller advice.Caller, id string) (Evidence, error) {
	if !caller.MayRead() {
		return Evidence{}, advice.ErrForbidden{}
	}
	c, r, err := catalog.directory.Recommendation(ctx, caller, catalog.recommendations, id)
	if err != nil {
		return Evidence{}, err
	}
	e := Evidence{Advice: c.Advice(r)}
	if e.Events, err = catalog.recommendations.Events(ctx, id); err != nil {
		return e, err
	}
	if e.Emails, err = catalog.emailsOf(ctx, caller, e.Events); err != nil {
		return e, err
	}
	peers, err := catalog.analyst.Peers(ctx, c, r.Target)
	if err != nil {
		return e, err
	}
	w := inputs.Window{From: r.Basis.From, To: r.Basis.To, AsOf: r.Basis.AsOf, SiteEnd: r.Basis.SiteEnd}
	in, err := catalog.inputs.Read(ctx, c, r.Target, w, peers)
	if err != nil {
		return e, err
	}
	e.HashNow = in.Hash(r.Finding.Kind)
	e.Reproduced = e.HashNow == r.Basis.Hash && computesTo(in.Subject, r.Finding)
	return e, nil
}

func (catalog *Catalog) emailsOf(ctx context.Context, caller advice.Caller, events []advice.Event) (map[string]string, error) {
	if !caller.MayManage() {
		return nil, nil
	}
	var ids []string
	for _, event := range events {
		if event.By != advice.BySystem {
			ids = append(ids, event.By)
		}
	}
	return catalog.people.Emails(ctx, ids)
}

// computesTo runs the rules again and compares the saving and the spans of the finding.
func computesTo(s rules.Subject, want rules.Finding) bool {
	for _, f := range rules.Judge(s).Findings {
		if f.Kind == want.Kind {
			return f.Saving == want.Saving && slices.Equal(f.Spans, want.Spans)
		}
	}
	return false
}

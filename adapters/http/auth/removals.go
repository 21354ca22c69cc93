package httpauth

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"github.com/holotwin/holotwin/modules/auth"
	"github.com/holotwin/holotwin/platform/httpserver"
)

// dryRunDescription describes the parameter dry_run of a removal.
const dryRunDescription = "With `dry_run=true` nothing is changed: 200 with what would be deleted or ended, and what blocks it."

// removalInput is the request of a removal.
type removalInput struct {
	UserID
	httpserver.DryRunInput
}

// AccessRemoval is what a removal would take along.
type AccessRemoval struct {
	Deletes   map[string]int   `json:"deletes" doc:"How many of each kind would be deleted or ended: user, key, session, link (to a university account), reset_link"`
	BlockedBy []RemovalBlocker `json:"blocked_by" nullable:"false" doc:"Why the removal would be refused; empty if it would not"`
}

// RemovalBlocker is a reason why a removal would be refused.
type RemovalBlocker struct {
	Kind string `json:"kind" enum:"last_administrator" doc:"last_administrator: no other user manages the whole campus"`
}

// KeyRemoval is what the removal of a key would take along, and who used the key.
type KeyRemoval struct {
	AccessRemoval
	UsedBy KeyUse `json:"used_by"`
}

// KeyUse is what is known of the use of a key.
type KeyUse struct {
	DevicesReportingToday *int    `json:"devices_reporting_today" doc:"Devices that the key may write for and that sent something today, by the day of their site; 0 if the key was not used today, null while the service that knows it does not answer. Which key a device used is not stored, so some of them may have used another key, or a person may have entered their readings"`
	LastUsedAt            *string `json:"last_used_at" format:"date-time" doc:"Exact to the minute; null if the key was never used"`
}

func removalOf(r auth.Removal) AccessRemoval {
	out := AccessRemoval{Deletes: make(map[string]int, len(r.Deletes)), BlockedBy: []RemovalBlocker{}}
	for kind, n := range r.Deletes {
		out.Deletes[string(kind)] = n
	}
	if r.LastAdmin {
		out.BlockedBy = append(out.BlockedBy, RemovalBlocker{Kind: "last_administrator"})
	}
	return out
}

// registerRemoval adds the route of a removal. preview returns what it would take along, as a B.
func registerRemoval[B any](api *httpserver.API, op huma.Operation, remove func(context.Context, auth.Actor, string) error, preview func(context.Context, auth.Actor, string) (B, error)) {
	httpserver.RegisterRemoval(api, problemOf, op, func(ctx context.Context, in *removalInput) (B, error) {
		return preview(ctx, actorOf(ctx), in.ID)
	}, func(ctx context.Context, in *removalInput) error { return remove(ctx, actorOf(ctx), in.ID) })
}

func (h *Handlers) previewUser(ctx context.Context, actor auth.Actor, id string) (AccessRemoval, error) {
	r, err := h.Accounts.PreviewRemove(ctx, actor, id)
	return removalOf(r), err
}

func (h *Handlers) previewUnlink(ctx context.Context, actor auth.Actor, id string) (AccessRemoval, error) {
	r, err := h.Accounts.PreviewUnlink(ctx, actor, id)
	return removalOf(r), err
}

func (h *Handlers) previewKey(ctx context.Context, actor auth.Actor, id string) (KeyRemoval, error) {
	r, err := h.Keys.PreviewRemove(ctx, actor, id)
	out := KeyRemoval{AccessRemoval: removalOf(r.Removal), UsedBy: KeyUse{DevicesReportingToday: r.ReportingToday}}
	if !r.LastUsed.IsZero() {
		used := instantOf(r.LastUsed)
		out.UsedBy.LastUsedAt = &used
	}
	return out, err
}

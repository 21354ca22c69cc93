package httpserver

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humafiber"
	"go.uber.org/zap"

	"github.com/holotwin/holotwin/platform/audit"
)

// Auditor writes the entries that no transaction of a module writes.
type Auditor interface {
	// Record writes an entry of what was done: an export, or a change that stored nothing.
	Record(ctx context.Context, e audit.Entry) error
	// RecordRefusal writes an entry of a request that was refused, of a stranger where its actor is empty. The caller is
	// answered the same where it cannot.
	RecordRefusal(ctx context.Context, e audit.Entry)
}

// isAudited tells whether the audit holds what is done through a route. Measurements are not in it: their readings tell of
// themselves. What the routes of the users change is written where it is changed.
func isAudited(op huma.Operation, roles []Role) bool {
	return op.Method != http.MethodGet && !slices.Contains(roles, Device) && !strings.HasPrefix(op.Path, "/auth/")
}

// auditRequest answers a request of somebody who was let in. The entry of a change waits in the context for the transaction that
// makes the change; recordUnwritten writes that of a change which stored nothing.
func (a *API) auditRequest(ctx huma.Context, p Principal, changes bool, next func(huma.Context)) {
	if a.auditor == nil {
		next(ctx)
		return
	}
	if changes {
		ctx = huma.WithContext(ctx, audit.Begin(ctx.Context(), entryOf(ctx, p)))
	}
	next(ctx)
	exported := len(humafiber.Unwrap(ctx).Response().Header.Peek("Content-Disposition")) > 0
	switch {
	case wasRefused(ctx):
		a.auditRefusal(ctx, p)
	case exported && !changes:
		entry := entryOf(ctx, p)
		entry.Detail = strconv.Itoa(statusOf(ctx))
		if err := a.auditor.Record(detached(ctx.Context()), entry); err != nil {
			a.log.Error("an export could not be written to the audit", zap.String("request_id", entry.RequestID), zap.Error(err))
		}
	}
}

// auditPublic answers a request on a public route. Whose handler looks for a key by itself is in the audit where it is refused.
func (a *API) auditPublic(op huma.Operation) func(huma.Context, func(huma.Context)) {
	own, _ := op.Metadata[ownKey].(bool)
	return func(ctx huma.Context, next func(huma.Context)) {
		caller := &Principal{}
		ctx = huma.WithValue(ctx, callerKey, caller)
		next(ctx)
		if !own && wasRefused(ctx) {
			a.auditRefusal(ctx, *caller)
		}
	}
}

func statusOf(ctx huma.Context) int { return humafiber.Unwrap(ctx).Response().StatusCode() }

func wasRefused(ctx huma.Context) bool {
	status := statusOf(ctx)
	return status == http.StatusUnauthorized || status == http.StatusForbidden
}

func (a *API) auditRefusal(ctx huma.Context, p Principal) {
	if a.auditor == nil {
		return
	}
	entry := entryOf(ctx, p)
	entry.Detail = strconv.Itoa(statusOf(ctx))
	a.auditor.RecordRefusal(detached(ctx.Context()), entry)
}

// recordUnwritten writes the entry of a request that was done and that no transaction wrote: it stored nothing.
func (a *API) recordUnwritten(ctx context.Context) error {
	pending := audit.PendingOf(ctx)
	if pending == nil {
		return nil
	}
	if err := a.auditor.Record(audit.Without(ctx), pending.Entry); err != nil {
		return err
	}
	pending.SetWritten()
	return nil
}

// detached is a context for an entry about a request that is answered: the request's end is not its own.
func detached(ctx context.Context) context.Context {
	return audit.Without(context.WithoutCancel(ctx))
}

func entryOf(ctx huma.Context, p Principal) audit.Entry {
	return audit.Entry{
		At: time.Now(), Actor: p.Subject, Action: ctx.Method() + " " + ctx.Operation().Path, Target: ctx.URL().Path,
		Client: ClientIP(ctx.Context()), RequestID: RequestID(ctx.Context()),
	}
}

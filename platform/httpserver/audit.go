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
	"go.uber.org/zap/zapcore"

	"github.com/holotwin/holotwin/platform/audit"
)

// Auditor writes audit entries that no transaction of a module writes.
type Auditor interface {
	// Record writes an entry about a completed request: an export, or a change that stored nothing.
	Record(ctx context.Context, e audit.Entry) error
	// RecordRefusal writes an entry about a refused request. The actor is empty if the caller is not authenticated. If it
	// fails, the caller still gets the same answer.
	RecordRefusal(ctx context.Context, e audit.Entry)
}

// isAudited returns true if requests on a route are written to the audit as changes. Measurements are not: the stored readings
// show them. Routes under /auth/ are not: their module writes its own entries.
func isAudited(op huma.Operation, roles []Role) bool {
	return op.Method != http.MethodGet && !slices.Contains(roles, Device) && !strings.HasPrefix(op.Path, "/auth/")
}

// auditRequest answers a request of an authorised caller. The entry of a change is in the context, for the transaction that
// makes the change. If the request stored nothing, recordUnwritten writes the entry.
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
			a.logWith(ctx.Context(), zapcore.ErrorLevel, "could not write an export to the audit; see the log of the database", zap.Error(err))
		}
	}
}

// auditPublic answers a request on a public route. If the handler authenticates a key itself, it writes an audit entry for a
// refused request.
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

// recordUnwritten writes the entry of a successful request that no transaction has written, because the request stored nothing.
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

// detached returns a context for an audit entry about an answered request. It does not end with the request.
func detached(ctx context.Context) context.Context {
	return audit.Without(context.WithoutCancel(ctx))
}

func entryOf(ctx huma.Context, p Principal) audit.Entry {
	return audit.Entry{
		At: time.Now(), Actor: p.Subject, Action: ctx.Method() + " " + ctx.Operation().Path, Target: ctx.URL().Path,
		Client: ClientIP(ctx.Context()), RequestID: RequestID(ctx.Context()),
	}
}

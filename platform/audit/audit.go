// Package audit passes an audit entry to the transaction that makes the change, so that a change without its entry, or an entry
// without its change, is never committed. The HTTP server puts the entry into the request's context (Begin). The first write
// transaction with that context writes the entry before it commits (platform/database). In a process that does not run the auth module,
// it writes the entry into the process's own database, and auth.Relay sends it.
package audit

import (
	"context"
	"sync/atomic"
	"time"
)

// Entry is one line of the audit: who did what, to what, when and from where.
type Entry struct {
	At time.Time
	// Actor is the id of the user or key; empty for a caller who is not authenticated.
	Actor string
	// Action is the method and the route, Target the path.
	Action, Target string
	// Detail holds more about the action; for a refused request the HTTP status.
	Detail string
	// Client is the address of the client. RequestID is the id by which the request is found in the log.
	Client, RequestID string
}

// Pending is an entry that waits for the transaction of its change. A request with several transactions has one entry, which
// the first committed one writes.
type Pending struct {
	Entry
	written atomic.Bool
}

// Written returns true after a transaction that wrote the entry has committed.
func (p *Pending) Written() bool { return p.written.Load() }

// SetWritten is called after the commit.
func (p *Pending) SetWritten() { p.written.Store(true) }

type contextKey struct{}

// Begin returns a context whose first committed transaction writes the entry.
func Begin(ctx context.Context, e Entry) context.Context {
	return context.WithValue(ctx, contextKey{}, &Pending{Entry: e})
}

// PendingOf returns the entry that a transaction with this context must write; nil if there is none, or it is written already.
func PendingOf(ctx context.Context) *Pending {
	p, _ := ctx.Value(contextKey{}).(*Pending)
	if p == nil || p.Written() {
		return nil
	}
	return p
}

// Without returns a context whose transactions write no entry, because they change the audit itself.
func Without(ctx context.Context) context.Context {
	return context.WithValue(ctx, contextKey{}, (*Pending)(nil))
}

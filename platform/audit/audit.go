// Package audit carries what a caller is about to change to the transaction that changes it, so that a change without its
// entry, or an entry without its change, is never committed. The edge puts the entry into the request's context (Begin). The
// first write transaction under that context writes it before its commit (platform/database). A module that has a database of
// its own writes it there, in the same transaction, and a relay moves it on: nothing else changes.
package audit

import (
	"context"
	"sync/atomic"
	"time"
)

// Entry is a line of the audit: who did what to what, when and from where.
type Entry struct {
	At time.Time
	// Actor is the user's or key's id; empty for somebody who was not let in.
	Actor string
	// Action is method and route, Target the path.
	Action, Target string
	// Detail tells more; of a refused request its status.
	Detail string
	// Client is the address that the request came from, RequestID the id under which the log tells more.
	Client, RequestID string
}

// Pending is an entry that waits for the transaction of its change. A request that stores in several transactions has one
// entry, in the first of them that is committed.
type Pending struct {
	Entry
	written atomic.Bool
}

// Written tells whether a transaction that wrote the entry is committed.
func (p *Pending) Written() bool { return p.written.Load() }

// SetWritten is called after the commit.
func (p *Pending) SetWritten() { p.written.Store(true) }

type contextKey struct{}

// Begin gives a context whose first committed transaction writes the entry.
func Begin(ctx context.Context, e Entry) context.Context {
	return context.WithValue(ctx, contextKey{}, &Pending{Entry: e})
}

// PendingOf is the entry that a transaction under the context must write; nil where there is none, or it is written.
func PendingOf(ctx context.Context) *Pending {
	p, _ := ctx.Value(contextKey{}).(*Pending)
	if p == nil || p.Written() {
		return nil
	}
	return p
}

// Without gives a context whose transactions write no entry: they are about the audit itself.
func Without(ctx context.Context) context.Context {
	return context.WithValue(ctx, contextKey{}, (*Pending)(nil))
}

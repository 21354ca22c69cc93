package httpauth

import (
	"context"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/holotwin/holotwin/modules/auth"
	"github.com/holotwin/holotwin/platform/audit"
	"github.com/holotwin/holotwin/platform/httpserver"
)

// Auditor implements httpserver.Auditor. Its entries go into the audit or, in a process that does not run the auth module, into the
// relay to it; the bounds of refused requests are the same.
type Auditor struct {
	notes    auth.Notes
	refusals *auth.Refusals
	log      *zap.Logger
}

// NewAuditor returns an auditor; refusals must write to the same notes.
func NewAuditor(notes auth.Notes, refusals *auth.Refusals, log *zap.Logger) *Auditor {
	return &Auditor{notes: notes, refusals: refusals, log: log}
}

// Record writes an entry that no transaction has written.
func (a *Auditor) Record(ctx context.Context, e audit.Entry) error {
	return a.notes.Note(ctx, entryOf(e))
}

// RecordRefusal writes an entry about a refused request. A failure is only logged, because the caller receives the refusal in any
// case.
func (a *Auditor) RecordRefusal(ctx context.Context, e audit.Entry) {
	if err := a.refusals.Note(ctx, entryOf(e)); err != nil {
		httpserver.Log(ctx, a.log, zapcore.ErrorLevel, "could not write a refused request to the audit; see the log of the database", zap.Error(err))
	}
}

func entryOf(e audit.Entry) auth.Entry {
	return auth.Entry{At: e.At, Actor: e.Actor, Action: e.Action, Target: e.Target, Detail: e.Detail, Client: e.Client, Request: e.RequestID}
}

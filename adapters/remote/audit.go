package remote

import (
	"context"

	"github.com/holotwin/holotwin/modules/auth"
	"github.com/holotwin/holotwin/platform/peer"
)

// auditCall may be repeated: an entry that arrives twice is stored once.
var auditCall = peer.Call[[]auth.RelayedEntry, peer.Nothing]{Module: ofAuth, Name: "receive-audit"}

// Audit implements the port of auth.Relay.
type Audit struct{ Client *peer.Client }

var _ auth.AuditSink = Audit{}

// Receive sends entries to the audit.
func (a Audit) Receive(ctx context.Context, entries []auth.RelayedEntry) error {
	_, err := ask(ctx, a.Client, auditCall, entries)
	return err
}

// AnswerAudit makes a server store the audit entries of other processes.
func AnswerAudit(s *peer.Server, sink auth.AuditSink) {
	auditCall.Answer(s, func(ctx context.Context, entries []auth.RelayedEntry) (peer.Nothing, error) {
		return false, sink.Receive(ctx, entries)
	})
}

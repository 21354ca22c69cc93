package main

import (
	"context"
	"time"

	"go.uber.org/zap"

	gormrelay "github.com/holotwin/holotwin/adapters/gorm/auth/relay"
	httpauth "github.com/holotwin/holotwin/adapters/http/auth"
	"github.com/holotwin/holotwin/adapters/remote"
	"github.com/holotwin/holotwin/modules/auth"
	"github.com/holotwin/holotwin/platform/clock"
	"github.com/holotwin/holotwin/platform/database"
	"github.com/holotwin/holotwin/platform/random"
)

// relayParts keep the audit of a process without auth until auth has received it.
var relayParts = []any{
	func(db *database.Database, p peers) *auth.Relay {
		relay := auth.NewRelay(gormrelay.New(db), remote.Audit{Client: p.auth}, clock.System{}, random.ID)
		db.OnAudited(relay.Wake)
		return relay
	},
	func(relay *auth.Relay) *auth.Refusals { return auth.NewRefusals(relay, clock.System{}) },
	func(relay *auth.Relay, refusals *auth.Refusals, log *zap.Logger) *httpauth.Auditor {
		return httpauth.NewAuditor(relay, refusals, log)
	},
}

func (w jobServices) relayJobs() []job {
	return []job{{
		name: "audit relay", every: time.Second, first: atOnce, last: lastRun, wake: w.Relay.Wakes(), do: w.sendAudit, warns: true,
		failed:    "could not send audit entries to the auth service; they are stored and will be sent; will retry",
		recovered: "audit entries are sent to the auth service again",
	}}
}

// sendAudit sends the waiting audit entries. If none was sent, that is no success: the auth service may still be away.
func (w jobServices) sendAudit(ctx context.Context) error {
	sent, err := w.Relay.Send(ctx)
	if err == nil && sent == 0 {
		return errNothingDue
	}
	return err
}

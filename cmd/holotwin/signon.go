package main

import (
	"context"
	"time"

	"go.uber.org/fx"
	"go.uber.org/zap"

	gormauth "github.com/holotwin/holotwin/adapters/gorm/auth"
	"github.com/holotwin/holotwin/adapters/oidc"
	"github.com/holotwin/holotwin/modules/auth"
	"github.com/holotwin/holotwin/platform/clock"
	"github.com/holotwin/holotwin/platform/config"
	"github.com/holotwin/holotwin/platform/supervise"
)

// signOns is nil where the university has no login of its own.
func signOns(c config.Config, sessions *auth.Sessions, store *gormauth.Store) *auth.SignOns {
	if c.OIDCIssuer == "" {
		return nil
	}
	wanted := oidc.Settings{
		Issuer: c.OIDCIssuer, ClientID: c.OIDCClientID, ClientSecret: c.OIDCClientSecret, RedirectURL: c.OIDCRedirectURL, Scopes: c.OIDCScopes,
	}
	if c.NeedsGroups() {
		wanted.GroupsClaim = c.OIDCGroupsClaim
	}
	return auth.NewSignOns(auth.SignOnsNeed{
		Provider: oidc.New(wanted, clock.System{}), Trust: auth.Trust(c.OIDCTrustUnverified),
		Roles:    auth.GroupRoles{Admin: c.OIDCAdminGroup, Manager: c.OIDCManagerGroup, Viewer: c.OIDCViewerGroup},
		Sessions: sessions, Links: store, Codes: store,
	})
}

// sweepCodesEvery is how often codes of the sign-on that nobody exchanged are forgotten.
const sweepCodesEvery = time.Minute

// runSignOn is registered after the server, so that it starts once the schema is there.
func runSignOn(life fx.Lifecycle, log *zap.Logger, store *gormauth.Store, supervisor *supervise.Supervisor) {
	life.Append(fx.Hook{OnStart: func(context.Context) error {
		supervisor.Run("old sign-on codes", func(ctx context.Context) {
			repeat(ctx, sweepCodesEvery, log, "old codes of the sign-on were not forgotten; it is tried again", func(ctx context.Context) error {
				return store.SweepCodes(ctx, clock.System{}.Now())
			})
		})
		return nil
	}})
}

package main

import (
	gormauth "github.com/holotwin/holotwin/adapters/gorm/auth"
	"github.com/holotwin/holotwin/adapters/oidc"
	"github.com/holotwin/holotwin/modules/auth"
	"github.com/holotwin/holotwin/platform/clock"
	"github.com/holotwin/holotwin/platform/config"
)

// signOns is nil if the university has no sign-on service.
func signOns(c config.Config, outside connectors, sessions *auth.Sessions, store *gormauth.Store) *auth.SignOns {
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
		Provider: countedSignOn{oidc.New(wanted, clock.System{}), outside.of("oidc")}, Trust: auth.Trust(c.OIDCTrustUnverified),
		Roles:    auth.GroupRoles{Admin: c.OIDCAdminGroup, Manager: c.OIDCManagerGroup, Viewer: c.OIDCViewerGroup},
		Sessions: sessions, Links: store, Codes: store,
	})
}

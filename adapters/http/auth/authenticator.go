package httpauth

import (
	"context"

	"github.com/holotwin/holotwin/modules/auth"
	"github.com/holotwin/holotwin/modules/auth/standing"
	"github.com/holotwin/holotwin/platform/httpserver"
)

// Credentials checks tokens and keys: auth.Credentials where the module auth runs, and elsewhere standing.Verifier.
// Errors: auth.ErrToken, standing.ErrUndecided.
type Credentials interface {
	Holder(ctx context.Context, access string) (auth.Holder, error)
	KeyHolder(ctx context.Context, secret string) (auth.Key, error)
}

var (
	_ Credentials = auth.Credentials{}
	_ Credentials = (*standing.Verifier)(nil)
)

// Authenticator implements httpserver.Authenticator.
type Authenticator struct{ Credentials Credentials }

var _ httpserver.Authenticator = Authenticator{}

// Authenticate returns the owner of a token, or of a key: one in place of a token, or beside none.
func (a Authenticator) Authenticate(ctx context.Context, bearer, apiKey string) (httpserver.Principal, error) {
	if _, isKey := auth.DigestOfKey(bearer); isKey {
		bearer, apiKey = "", bearer
	}
	if bearer == "" {
		key, err := a.Credentials.KeyHolder(auth.WithOrigin(ctx, httpserver.ClientIP(ctx), httpserver.RequestID(ctx)), apiKey)
		p := httpserver.Principal{Subject: key.ID, Role: httpserver.Device, IsKey: true, Space: key.Space, Devices: key.Devices}
		if key.Reads() {
			p.Role = httpserver.Viewer
		}
		return p, asProblem(err)
	}
	holder, err := a.Credentials.Holder(ctx, bearer)
	return httpserver.Principal{
		Subject: holder.ID, Role: httpserver.Role(holder.Role), Space: holder.Space, TokenID: holder.TokenID, Family: holder.Family,
	}, asProblem(err)
}

// asProblem returns the problem for an error of the module, and any other error unchanged.
func asProblem(err error) error {
	if p := problemOf(err); p != nil {
		return p
	}
	return err
}

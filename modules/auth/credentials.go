package auth

import "context"

// Credentials checks tokens and keys in a process that runs this module. A process without it has standing.Verifier.
type Credentials struct {
	Sessions *Sessions
	Keys     *Keys
}

// Holder returns the holder of an access token. Errors: ErrToken.
func (c Credentials) Holder(ctx context.Context, access string) (Holder, error) {
	return c.Sessions.Holder(ctx, access)
}

// KeyHolder returns the key of a secret. Errors: ErrToken.
func (c Credentials) KeyHolder(ctx context.Context, secret string) (Key, error) {
	return c.Keys.Holder(ctx, secret)
}

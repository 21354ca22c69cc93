package main

import (
	"context"
	"time"

	gormstanding "github.com/holotwin/holotwin/adapters/gorm/auth/standing"
	httpauth "github.com/holotwin/holotwin/adapters/http/auth"
	"github.com/holotwin/holotwin/adapters/jwt"
	"github.com/holotwin/holotwin/adapters/local"
	"github.com/holotwin/holotwin/adapters/mqtt"
	"github.com/holotwin/holotwin/adapters/remote"
	"github.com/holotwin/holotwin/modules/auth/standing"
	"github.com/holotwin/holotwin/platform/clock"
	"github.com/holotwin/holotwin/platform/config"
	"github.com/holotwin/holotwin/platform/database"
	"github.com/holotwin/holotwin/platform/httpserver"
)

// standingParts check tokens and keys in a process without auth.
var standingParts = []any{
	newVerifyingTokens,
	func(db *database.Database, tokens *jwt.Tokens, p peers) *standing.Verifier {
		return standing.New(tokens, remote.Standing{Client: p.auth}, gormstanding.New(db), clock.System{})
	},
}

// newVerifyingTokens verifies with the keys or the secret that the process of auth signs with.
func newVerifyingTokens(c config.Config) (*jwt.Tokens, error) {
	if c.JWTKeys != "" {
		return jwt.NewVerifyingRing(c.JWTKeys, clock.System{})
	}
	return jwt.New([]byte(c.JWTSecret), clock.System{}), nil
}

func loginElsewhere(verifier *standing.Verifier) mqtt.Login {
	return local.Devices{Credentials: verifier}.Login
}

func authenticateElsewhere(verifier *standing.Verifier) httpserver.Authenticator {
	return httpauth.Authenticator{Credentials: verifier}
}

// rightsEvery is less than the five seconds within which a right that was taken away must be known, with time for a call that is
// repeated.
const rightsEvery = time.Second

func (w jobServices) standingJobs() []job {
	return []job{{
		name: "rights", every: rightsEvery, first: atOnce, do: w.Standing.Pull, warns: true,
		failed:    "could not ask the auth service what changed of users, sessions and keys; what is known goes on; will retry",
		recovered: "the auth service answers again what changed of users, sessions and keys",
	}}
}

// loadStanding reads what this process knew of rights, and asks for what changed since. Without an answer it goes on with what it knew.
func (s *server) loadStanding(ctx context.Context) error {
	if s.Works.Standing == nil {
		return nil
	}
	if err := s.Works.Standing.Load(ctx); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, rightsEvery)
	defer cancel()
	_ = s.Works.Standing.Pull(ctx) // the job of the same name tries again, and logs why it cannot
	return nil
}

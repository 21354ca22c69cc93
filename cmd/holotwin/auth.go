package main

import (
	"strings"

	"go.uber.org/zap"

	"github.com/holotwin/holotwin/adapters/bcrypt"
	gormauth "github.com/holotwin/holotwin/adapters/gorm/auth"
	httpauth "github.com/holotwin/holotwin/adapters/http/auth"
	"github.com/holotwin/holotwin/adapters/jwt"
	"github.com/holotwin/holotwin/adapters/seal"
	"github.com/holotwin/holotwin/modules/auth"
	"github.com/holotwin/holotwin/platform/clock"
	"github.com/holotwin/holotwin/platform/config"
	"github.com/holotwin/holotwin/platform/database"
	"github.com/holotwin/holotwin/platform/random"
)

var authParts = []any{
	gormauth.New,
	func(store *gormauth.Store) *auth.Refusals { return auth.NewRefusals(store, clock.System{}) },
	func() (*bcrypt.Hasher, error) { return bcrypt.New(bcrypt.Cost) },
	newTokens,
	newSealer,
	func(store *gormauth.Store, sealer *seal.Sealer) *auth.Factors {
		return auth.NewFactors(auth.FactorsNeed{Store: store, Users: store, Sealer: sealer, Clock: clock.System{}, Random: random.Bytes})
	},
	newSessions,
	func(store *gormauth.Store, hasher *bcrypt.Hasher, sessions *auth.Sessions, spaces auth.Spaces) *auth.Accounts {
		return auth.NewAccounts(auth.AccountsNeed{
			Users: store, Resets: store, Untested: store, Links: store, Factors: store, Spaces: spaces, Hasher: hasher, Clock: clock.System{}, NewID: random.ID, Random: random.Bytes, Changed: sessions.Forget,
		})
	},
	func(store *gormauth.Store, accounts *auth.Accounts, reports auth.Reports) *auth.Keys {
		return auth.NewKeys(store, accounts, reports, clock.System{})
	},
	func(store *gormauth.Store, accounts *auth.Accounts, energy energyTraces, advice adviceTraces) *auth.Persons {
		return auth.NewPersons(store, accounts, clock.System{}, random.ID, energy, advice)
	},
	signOns,
	func(store *gormauth.Store, refusals *auth.Refusals, log *zap.Logger) *httpauth.Auditor {
		return httpauth.NewAuditor(store, refusals, log)
	},
	func(c config.Config, log *zap.Logger, store *gormauth.Store, sessions *auth.Sessions, accounts *auth.Accounts, keys *auth.Keys, factors *auth.Factors, persons *auth.Persons, tokens *jwt.Tokens, signOns *auth.SignOns) *httpauth.Handlers {
		return &httpauth.Handlers{
			PublicKeys: publicKeys(tokens), SignOns: signOns, SecureCookies: strings.HasPrefix(c.OIDCRedirectURL, "https:"),
			Sessions: sessions, Accounts: accounts, Keys: keys, Factors: factors, Persons: persons, Audit: store, Log: log, Clock: clock.System{},
		}
	},
}

// newTokens signs with the key ring if one is set, and else with the secret.
func newTokens(c config.Config, db *database.Database) (*jwt.Tokens, error) {
	if c.JWTKeys != "" {
		return jwt.NewKeyRing(c.JWTKeys, clock.System{})
	}
	secret, err := jwtSecret(c, db.File)
	return jwt.New(secret, clock.System{}), err
}

// newSealer encrypts the secrets of second factors with a key derived from SERVICE_SECRET, if it is set, and else from the secret that signs
// tokens. It also opens what the other one sealed. With JWT_KEYS on PostgreSQL and without SERVICE_SECRET there is no such secret.
func newSealer(c config.Config, db *database.Database) (*seal.Sealer, error) {
	var secrets [][]byte
	for _, secret := range []string{c.ServiceSecret, c.ServiceSecretOld} {
		if secret != "" {
			secrets = append(secrets, []byte(secret))
		}
	}
	if c.JWTSecret != "" || c.Embedded() {
		secret, err := jwtSecret(c, db.File)
		if err != nil {
			return nil, err
		}
		secrets = append(secrets, secret)
	}
	return seal.New(secrets...)
}

func publicKeys(tokens *jwt.Tokens) []httpauth.PublicKey {
	var public []httpauth.PublicKey
	for _, key := range tokens.PublicKeys() {
		public = append(public, httpauth.PublicKey{Type: "OKP", Curve: "Ed25519", Use: "sig", Algorithm: "EdDSA", ID: key.ID, X: key.X})
	}
	return public
}

func newSessions(c config.Config, store *gormauth.Store, refusals *auth.Refusals, hasher *bcrypt.Hasher, tokens *jwt.Tokens, factors *auth.Factors) *auth.Sessions {
	return auth.NewSessions(auth.SessionsNeed{
		Users: store, Families: store, Hasher: hasher, Tokens: tokens, Throttle: store, Sweeper: store, Refusals: refusals, Factors: factors, LoginLimit: c.LoginLimitPerMin,
		Clock: clock.System{}, NewID: random.ID, Random: random.Bytes,
	})
}

package main

import (
	"context"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"go.uber.org/fx"
	"go.uber.org/zap"

	"github.com/holotwin/holotwin/adapters/bcrypt"
	"github.com/holotwin/holotwin/adapters/dialect"
	gormadvice "github.com/holotwin/holotwin/adapters/gorm/advice"
	gormauth "github.com/holotwin/holotwin/adapters/gorm/auth"
	gormenergy "github.com/holotwin/holotwin/adapters/gorm/energy"
	httpadvice "github.com/holotwin/holotwin/adapters/http/advice"
	httpauth "github.com/holotwin/holotwin/adapters/http/auth"
	httpenergy "github.com/holotwin/holotwin/adapters/http/energy"
	"github.com/holotwin/holotwin/adapters/jwt"
	"github.com/holotwin/holotwin/adapters/llm"
	"github.com/holotwin/holotwin/adapters/local"
	"github.com/holotwin/holotwin/adapters/pdf"
	"github.com/holotwin/holotwin/adapters/web"
	"github.com/holotwin/holotwin/modules/advice"
	"github.com/holotwin/holotwin/modules/auth"
	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/platform/clock"
	"github.com/holotwin/holotwin/platform/config"
	"github.com/holotwin/holotwin/platform/database"
	"github.com/holotwin/holotwin/platform/events"
	"github.com/holotwin/holotwin/platform/httpserver"
	"github.com/holotwin/holotwin/platform/logging"
	"github.com/holotwin/holotwin/platform/random"
	"github.com/holotwin/holotwin/platform/supervise"
)

// parts is everything that the program is made of; each module of the house is a line.
func parts(settings config.Config) fx.Option {
	return fx.Options(
		fx.Supply(settings),
		platformParts, authParts, energyParts, adviceParts, httpParts, mqttParts,
	)
}

var platformParts = fx.Module("platform",
	fx.Provide(
		func(c config.Config) (*zap.Logger, error) { return logging.New(c.LogLevel, c.LogFormat) },
		supervise.New,
		func(c config.Config, log *zap.Logger) (*database.Database, error) {
			ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
			defer cancel()
			return openWatchedDatabase(ctx, c, log)
		},
		newRegistry,
		func(db *database.Database) *events.Outbox { return events.NewOutbox(db, clock.System{}.Now) },
		events.NewFeed,
	),
)

func newRegistry() *prometheus.Registry {
	r := prometheus.NewRegistry()
	r.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return r
}

var authParts = fx.Module("auth",
	fx.Provide(
		gormauth.New,
		func(store *gormauth.Store) *auth.Refusals { return auth.NewRefusals(store, clock.System{}) },
		func() (*bcrypt.Hasher, error) { return bcrypt.New(bcrypt.Cost) },
		func(c config.Config, db *database.Database) (*jwt.Tokens, error) {
			if c.JWTKeys != "" {
				return jwt.NewKeyRing(c.JWTKeys, clock.System{})
			}
			secret, err := jwtSecret(c, db.File)
			return jwt.New(secret, clock.System{}), err
		},
		newSessions,
		func(store *gormauth.Store, hasher *bcrypt.Hasher, sessions *auth.Sessions, catalog *energy.Catalog) *auth.Accounts {
			return auth.NewAccounts(auth.AccountsNeed{
				Users: store, Resets: store, Untested: store, Links: store, Spaces: local.Spaces{Catalog: catalog}, Hasher: hasher, Clock: clock.System{}, NewID: random.ID, Random: random.Bytes, Changed: sessions.Forget,
			})
		},
		func(store *gormauth.Store, accounts *auth.Accounts) *auth.Keys {
			return auth.NewKeys(store, accounts, clock.System{})
		},
		func(c config.Config, log *zap.Logger, store *gormauth.Store, refusals *auth.Refusals, sessions *auth.Sessions, accounts *auth.Accounts, keys *auth.Keys, tokens *jwt.Tokens) *httpauth.Handlers {
			var public []httpauth.PublicKey
			for _, key := range tokens.PublicKeys() {
				public = append(public, httpauth.PublicKey{Type: "OKP", Curve: "Ed25519", Use: "sig", Algorithm: "EdDSA", ID: key.ID, X: key.X})
			}
			return &httpauth.Handlers{
				PublicKeys: public, SignOns: signOns(c, sessions, store), SecureCookies: strings.HasPrefix(c.OIDCRedirectURL, "https:"),
				Sessions: sessions, Accounts: accounts, Keys: keys, Audit: store, Refusals: refusals, Log: log, Clock: clock.System{},
			}
		},
	),
)

func newSessions(c config.Config, store *gormauth.Store, refusals *auth.Refusals, hasher *bcrypt.Hasher, tokens *jwt.Tokens) *auth.Sessions {
	return auth.NewSessions(auth.SessionsNeed{
		Users: store, Families: store, Hasher: hasher, Tokens: tokens, Throttle: store, Sweeper: store, Refusals: refusals, LoginLimit: c.LoginLimitPerMin,
		Clock: clock.System{}, NewID: random.ID, Random: random.Bytes,
	})
}

// instants is the system's clock as the energy module reads it.
type instants struct{}

func (instants) Now() energy.Instant { return energy.InstantOf(clock.System{}.Now()) }

func retentionOf(c config.Config) energy.Retention {
	return energy.Retention{ReadingDays: c.RawRetentionDays, TotalDays: c.TotalsRetentionDays}
}

var energyParts = fx.Module("energy",
	fx.Provide(
		func(db *database.Database, outbox *events.Outbox) *gormenergy.Store {
			return gormenergy.New(db, instants{}).Tell(outbox)
		},
		func(c config.Config, store *gormenergy.Store, accounts *gormauth.Store) *energy.Catalog {
			return energy.NewCatalog(store, instants{}, random.ID, c.Zone).GuardedBy(local.Grants{Scopes: accounts})
		},
		func(store *gormenergy.Store, catalog *energy.Catalog) *energy.Rules {
			return energy.NewRules(store, catalog, random.ID)
		},
		func(store *gormenergy.Store) *energy.Fleet { return energy.NewFleet(store, store, instants{}) },
		func(c config.Config, store *gormenergy.Store, catalog *energy.Catalog, fleet *energy.Fleet) *energy.Ledger {
			return energy.NewLedger(store, catalog, instants{}, c.Zone, retentionOf(c)).Tell(fleet.Heard)
		},
		func(c config.Config, store *gormenergy.Store, catalog *energy.Catalog) *energy.Conditions {
			return energy.NewConditions(store, store, store, catalog, instants{}, c.Zone)
		},
		func(store *gormenergy.Store, catalog *energy.Catalog, rules *energy.Rules) *energy.Reports {
			return energy.NewReports(store, catalog, rules, instants{})
		},
		func(store *gormenergy.Store, catalog *energy.Catalog) *energy.Twin {
			return energy.NewTwin(store, store, store, catalog, instants{})
		},
		newObservatory,
		newIntake,
		func(c config.Config, ledger *energy.Ledger, catalog *energy.Catalog, rules *energy.Rules, conditions *energy.Conditions, reports *energy.Reports, advisor *advice.Advisor, twin *energy.Twin, feed *events.Feed, intake *energy.Intake, fleet *energy.Fleet) *httpenergy.Handlers {
			return &httpenergy.Handlers{
				Ledger: ledger, Catalog: catalog, Rules: rules, Conditions: conditions, Reports: reports, Overviews: energy.NewOverviews(reports, local.Outlook{Advisor: advisor}), Twin: twin, Feed: feed, Intake: intake, Fleet: fleet, Emoncms: dialect.EmoncmsRequests{}, Clock: instants{},
			}
		},
	),
)

var adviceParts = fx.Module("advice",
	fx.Provide(
		func(db *database.Database, outbox *events.Outbox) *gormadvice.Store {
			return gormadvice.New(db).Tell(outbox)
		},
		func(catalog *energy.Catalog, reports *energy.Reports, rules *energy.Rules, conditions *energy.Conditions, store *gormenergy.Store, fleet *energy.Fleet) local.Energy {
			return local.Energy{Catalog: catalog, Reports: reports, Rules: rules, Conditions: conditions, Changed: store, Fleet: fleet}
		},
		func(c config.Config, campus local.Energy, store *gormadvice.Store) *advice.Advisor {
			return advice.New(advice.Needs{
				Rewriter: rewriter(c), Wordings: store,
				Campus: campus, Consumption: campus, Ambience: campus, States: campus, Calendar: campus, Openings: campus, Prices: campus, Changes: campus,
				Recommendations: store, Analyses: store, DayAnswers: store, Archive: store, Scenarios: store, Runs: store, Jobs: store, Reports: pdf.New(), Clock: clock.System{}, NewID: random.ID,
			})
		},
		func(advisor *advice.Advisor) *httpadvice.Handlers { return &httpadvice.Handlers{Advisor: advisor} },
	),
)

// rewriter is nil where no language model is set.
func rewriter(c config.Config) advice.Rewriter {
	if c.LLMURL == "" {
		return nil
	}
	return llm.New(llm.Settings{URL: c.LLMURL, APIKey: c.LLMAPIKey, Model: c.LLMModel})
}

var httpParts = fx.Module("http",
	fx.Provide(func(c config.Config, log *zap.Logger, registry *prometheus.Registry, auth *httpauth.Handlers, energy *httpenergy.Handlers, advice *httpadvice.Handlers, db *database.Database) *httpserver.API {
		api := httpserver.New(httpserver.Options{
			Log: log, Version: version, Locale: c.Locale, CORSOrigins: c.CORSOrigins, Authenticator: auth, Auditor: auth,
			TrustedProxies: c.TrustedProxies, RatePerMinute: c.RateLimitPerMin, Metrics: registry, Long: httpenergy.BulkPaths, ForeignQueries: []string{httpauth.CallbackPath},
		})
		auth.Register(api)
		energy.Register(api)
		advice.Register(api)
		web.Register(api.App())
		api.Operations(registry, checks(db)...)
		return api
	}),
)

package main

import (
	"context"
	"slices"

	"github.com/prometheus/client_golang/prometheus"

	gormadvice "github.com/holotwin/holotwin/adapters/gorm/advice"
	gormauth "github.com/holotwin/holotwin/adapters/gorm/auth"
	gormenergy "github.com/holotwin/holotwin/adapters/gorm/energy"
	httpauth "github.com/holotwin/holotwin/adapters/http/auth"
	"github.com/holotwin/holotwin/adapters/local"
	"github.com/holotwin/holotwin/adapters/mqtt"
	"github.com/holotwin/holotwin/adapters/remote"
	"github.com/holotwin/holotwin/modules/advice/outlook"
	"github.com/holotwin/holotwin/modules/advice/recommendations"
	"github.com/holotwin/holotwin/modules/auth"
	"github.com/holotwin/holotwin/modules/auth/standing"
	"github.com/holotwin/holotwin/modules/energy/campus"
	"github.com/holotwin/holotwin/modules/energy/conditions"
	"github.com/holotwin/holotwin/modules/energy/intake"
	"github.com/holotwin/holotwin/modules/energy/rulebook"
	"github.com/holotwin/holotwin/modules/energy/usage"
	"github.com/holotwin/holotwin/platform/clock"
	"github.com/holotwin/holotwin/platform/config"
	"github.com/holotwin/holotwin/platform/httpserver"
	"github.com/holotwin/holotwin/platform/peer"
)

// port is what a part needs of a module: answered in this process if the module runs here, and else by asking its process.
type port struct {
	// of is the module that answers.
	of string
	// here and elsewhere are constructors of the same type.
	here, elsewhere any
}

// ports is the table of what modules need of each other. No other part knows two modules.
var ports = []port{
	{of: config.Energy, here: func(s local.Spaces) auth.Spaces { return s }, elsewhere: func(p peers) auth.Spaces { return remote.Spaces{Client: p.energy} }},
	{of: config.Energy, here: func(r local.Reports) auth.Reports { return r }, elsewhere: func(p peers) auth.Reports { return remote.Spaces{Client: p.energy} }},
	{of: config.Energy, here: func(e local.Energy) remote.EnergyPorts { return e }, elsewhere: func(p peers) remote.EnergyPorts { return remote.NewEnergy(p.energy) }},
	{of: config.Auth, here: func(g local.Grants) campus.Grants { return g }, elsewhere: func(p peers) campus.Grants { return remote.Grants{Client: p.auth} }},
	{of: config.Auth, here: func(l local.People) recommendations.People { return l }, elsewhere: func(p peers) recommendations.People { return remote.People{Client: p.auth} }},
	{of: config.Energy, here: func(t local.EnergyTraces) energyTraces { return energyTraces{t} }, elsewhere: func(p peers) energyTraces { return energyTraces{remote.EnergyTraces(p.energy)} }},
	{of: config.Advice, here: func(t local.AdviceTraces) adviceTraces { return adviceTraces{t} }, elsewhere: func(p peers) adviceTraces { return adviceTraces{remote.AdviceTraces(p.advice)} }},
	{of: config.Advice, here: func(o local.Outlook) usage.MonthForecaster { return o }, elsewhere: func(p peers) usage.MonthForecaster { return remote.Outlook{Client: p.advice} }},
	{of: config.Auth, here: loginHere, elsewhere: loginElsewhere},
	{of: config.Auth, here: func(h *httpauth.Handlers) httpserver.Authenticator { return h }, elsewhere: authenticateElsewhere},
	{of: config.Auth, here: func(a *httpauth.Auditor) httpserver.Auditor { return a }, elsewhere: func(a *httpauth.Auditor) httpserver.Auditor { return a }},
}

// energyTraces and adviceTraces are what these modules keep of persons.
type (
	energyTraces struct{ auth.Traces }
	adviceTraces struct{ auth.Traces }
)

func loginHere(keys *auth.Keys) mqtt.Login {
	return local.Devices{Credentials: auth.Credentials{Keys: keys}}.Login
}

// portParts are the constructors of the ports.
func portParts(c config.Config) (makes []any) {
	for _, p := range ports {
		if c.Runs(p.of) {
			makes = append(makes, p.here)
		} else {
			makes = append(makes, p.elsewhere)
		}
	}
	return makes
}

// needsOfPorts are the parts that the ports are made of.
func needsOfPorts(c config.Config) (needs []string) {
	for _, p := range ports {
		switch {
		case !c.Runs(p.of) && p.of == config.Auth:
			needs = append(needs, "peers", "relay", "standing")
		case !c.Runs(p.of):
			needs = append(needs, "peers")
		case p.of == config.Auth:
			needs = append(needs, config.Auth, "answers of "+p.of)
		default:
			needs = append(needs, "answers of "+p.of)
		}
	}
	slices.Sort(needs)
	return slices.Compact(needs)
}

// What each module answers to the others.
var (
	authAnswers = []any{
		func(accounts *gormauth.Store) local.Grants { return local.Grants{Scopes: accounts} },
		func(accounts *gormauth.Store) local.People { return local.People{Users: accounts} },
		func(audit *gormauth.Store) auth.AuditSink { return audit },
		func(store *gormauth.Store, keys *auth.Keys) standing.Source {
			return standing.InProcess{Log: auth.NewChangeLog(store, clock.System{}), Keys: keys}
		},
	}
	energyAnswers = []any{
		func(store *gormenergy.Store) local.EnergyTraces {
			return local.EnergyTraces{Traces: local.Traces{Store: store}}
		},
		func(catalog *campus.Catalog) local.Spaces { return local.Spaces{Catalog: catalog} },
		func(catalog *campus.Catalog, fleet *intake.Fleet) local.Reports {
			return local.Reports{Catalog: catalog, Fleet: fleet, Clock: instants{}}
		},
		func(catalog *campus.Catalog, reports *usage.Queries, rules *rulebook.Rules, conditions *conditions.Recorder, store *gormenergy.Store, fleet *intake.Fleet) local.Energy {
			return local.Energy{Catalog: catalog, Reports: reports, Rules: rules, Conditions: conditions, Changed: store, Fleet: fleet}
		},
	}
	adviceAnswers = []any{
		func(store *gormadvice.Store) local.AdviceTraces {
			return local.AdviceTraces{Traces: local.Traces{Store: store}}
		},
		func(forecaster *outlook.Forecaster) local.Outlook { return local.Outlook{Forecaster: forecaster} },
	}
)

func serveAuth(s *peer.Server, people local.People, grants local.Grants, audit auth.AuditSink, source standing.Source) {
	remote.AnswerPeople(s, people, grants)
	remote.AnswerAudit(s, audit)
	remote.AnswerStanding(s, source)
}

func serveEnergy(s *peer.Server, e local.Energy, spaces local.Spaces, reports local.Reports, traces local.EnergyTraces) {
	remote.AnswerEnergyTraces(s, traces)
	remote.AnswerEnergy(s, e)
	remote.AnswerSpaces(s, spaces, reports)
}

func serveAdvice(s *peer.Server, forecast local.Outlook, traces local.AdviceTraces) {
	remote.AnswerOutlook(s, forecast)
	remote.AnswerAdviceTraces(s, traces)
}

// peers are the processes that run the modules that this one does not; nil for a module that runs here.
type peers struct{ auth, energy, advice *peer.Client }

// peerParts are both ends of the calls between processes.
var peerParts = []any{newPeerTokens, newPeerServer, newPeers}

// newPeerTokens returns nil if this process needs no other.
func newPeerTokens(c config.Config) (*peer.Tokens, error) {
	if c.RunsAll() {
		return nil, nil
	}
	return peer.NewTokens(c.PeerSecrets(), clock.System{}.Now)
}

func newPeerServer(tokens *peer.Tokens) *peer.Server { return peer.NewServer(tokens, remote.RefusalOf) }

func newPeers(c config.Config, tokens *peer.Tokens, registry *prometheus.Registry) (all peers, err error) {
	if c.RunsAll() {
		return peers{}, nil
	}
	metrics := peer.NewMetrics(registry)
	for module, client := range map[string]**peer.Client{config.Auth: &all.auth, config.Energy: &all.energy, config.Advice: &all.advice} {
		if c.Runs(module) {
			continue
		}
		*client, err = peer.NewClient(peer.ClientOptions{
			URL: c.URLOf(module), Tokens: tokens, Headers: func(ctx context.Context) map[string]string { return httpserver.PassedOn(ctx) }, Count: metrics.Count,
		})
		if err != nil {
			return peers{}, err
		}
	}
	return all, nil
}

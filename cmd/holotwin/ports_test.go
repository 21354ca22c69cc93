package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/fx"
	"go.uber.org/zap"

	"github.com/holotwin/holotwin/adapters/demo"
	gormauth "github.com/holotwin/holotwin/adapters/gorm/auth"
	gormenergy "github.com/holotwin/holotwin/adapters/gorm/energy"
	"github.com/holotwin/holotwin/adapters/local"
	"github.com/holotwin/holotwin/adapters/remote"
	"github.com/holotwin/holotwin/modules/advice"
	"github.com/holotwin/holotwin/modules/advice/questions"
	"github.com/holotwin/holotwin/modules/advice/recommendations"
	"github.com/holotwin/holotwin/modules/auth"
	"github.com/holotwin/holotwin/modules/auth/standing"
	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/campus"
	"github.com/holotwin/holotwin/modules/energy/conditions"
	"github.com/holotwin/holotwin/modules/energy/ledger"
	"github.com/holotwin/holotwin/modules/energy/rulebook"
	"github.com/holotwin/holotwin/modules/energy/usage"
	"github.com/holotwin/holotwin/platform/config"
	"github.com/holotwin/holotwin/platform/database"
	"github.com/holotwin/holotwin/platform/httpserver"
	"github.com/holotwin/holotwin/platform/peer"
	"github.com/holotwin/holotwin/platform/random"
)

// between are the ports between modules, answered in this process or by another.
type between struct {
	fx.In

	Energy   remote.EnergyPorts
	Spaces   auth.Spaces
	Reports  auth.Reports
	Grants   campus.Grants
	People   recommendations.People
	Forecast usage.MonthForecaster
	Audit    auth.AuditSink

	EnergyTraces energyTraces
	AdviceTraces adviceTraces
}

// demonstration is the program with some weeks of the demo's campus, not started.
type demonstration struct {
	fx.In `ignore-unexported:"true"`

	Ports      between
	Database   *database.Database
	Catalog    *campus.Catalog
	Rules      *rulebook.Rules
	Ledger     *ledger.Ledger
	Conditions *conditions.Recorder
	Store      *gormenergy.Store
	Accounts   *auth.Accounts
	Users      *gormauth.Store
	Standing   standing.Source
	Answers    struct {
		fx.In

		Energy   local.Energy
		Spaces   local.Spaces
		Reports  local.Reports
		Grants   local.Grants
		People   local.People
		Forecast local.Outlook

		EnergyTraces local.EnergyTraces
		AdviceTraces local.AdviceTraces
	}

	now time.Time
}

const keptDays = 15

func newDemonstration(t *testing.T) (d demonstration) {
	t.Helper()
	ctx, settings := t.Context(), everything
	settings.DBURL, settings.JWTSecret = "sqlite://"+filepath.Join(t.TempDir(), "holotwin.db"), "0123456789abcdef0123456789abcdef"
	settings.LogLevel, settings.LogFormat, settings.WeatherURL, settings.Locale = "error", "json", config.WeatherOff, "es"
	settings.RawRetentionDays = keptDays
	var err error
	settings.Zone, err = time.LoadLocation("America/Bogota")
	require.NoError(t, err)
	app := fx.New(program(settings), fx.NopLogger, fx.Invoke(func(made demonstration) { d = made }))
	require.NoError(t, app.Err())
	t.Cleanup(func() { require.NoError(t, d.Database.Close()) })
	require.NoError(t, migrate(ctx, settings, d.Database))
	d.now = time.Now().Truncate(time.Hour)
	loader := demo.Loader{Catalog: d.Catalog, Rules: d.Rules, Ledger: d.Ledger, Conditions: d.Conditions, Moments: d.Store, Zone: settings.Zone, KeptDays: keptDays}
	_, err = loader.Create(ctx, d.now)
	require.NoError(t, err)
	require.NoError(t, loader.CatchUp(ctx, d.now, func(int, int) {}))
	return d
}

// elsewhere returns the same ports, asked over HTTP.
func (d demonstration) elsewhere(t *testing.T) between {
	t.Helper()
	tokens, err := peer.NewTokens([][]byte{[]byte("0123456789abcdef0123456789abcdef")}, time.Now)
	require.NoError(t, err)
	server := peer.NewServer(tokens, remote.RefusalOf)
	serveAuth(server, d.Answers.People, d.Answers.Grants, d.Users, d.Standing)
	serveEnergy(server, d.Answers.Energy, d.Answers.Spaces, d.Answers.Reports, d.Answers.EnergyTraces)
	serveAdvice(server, d.Answers.Forecast, d.Answers.AdviceTraces)
	api := httpserver.New(httpserver.Options{Log: zap.NewNop(), Locale: "es"})
	api.AnswerPeers(server)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	served := make(chan error, 1)
	go func() { served <- api.Serve(listener) }()
	t.Cleanup(func() {
		require.NoError(t, api.Shutdown(context.Background()))
		require.NoError(t, <-served)
	})
	client, err := peer.NewClient(peer.ClientOptions{URL: "http://" + listener.Addr().String(), Tokens: tokens})
	require.NoError(t, err)
	spaces := remote.Spaces{Client: client}
	return between{
		Energy: remote.NewEnergy(client), Spaces: spaces, Reports: spaces, Grants: remote.Grants{Client: client},
		People: remote.People{Client: client}, Forecast: remote.Outlook{Client: client}, Audit: remote.Audit{Client: client},
		EnergyTraces: energyTraces{remote.EnergyTraces(client)}, AdviceTraces: adviceTraces{remote.AdviceTraces(client)},
	}
}

// TestPortsAnswerTheSameElsewhere is the suite of the ports between modules. It runs for both ways of answering them, and each
// question must get the same answer, to the last bit.
func TestPortsAnswerTheSameElsewhere(t *testing.T) {
	d := newDemonstration(t)
	remotely := d.elsewhere(t)
	here, elsewhere := answersOf(t, d, d.Ports), answersOf(t, d, remotely)
	for question, answer := range here {
		require.Equal(t, answer, elsewhere[question], question)
	}
	require.Len(t, elsewhere, len(here))
	for _, ports := range []between{d.Ports, remotely} {
		askOpenings(t, ports.Energy)
		sendAudit(t, d, ports.Audit)
	}
}

// answersOf asks all questions and checks what each must answer. It returns the answers as text, with NaN and zones by name.
func answersOf(t *testing.T, d demonstration, ports between) map[string]string {
	t.Helper()
	answers := make(map[string]string)
	note := func(question string, answer ...any) { answers[question] = fmt.Sprintf("%+v", answer) }
	site, room, plug := askTree(t, ports, note)
	askConsumption(t, d, ports.Energy, site, plug, note)
	askConditions(t, d, ports.Energy, site, room, plug, note)
	askOfAuth(t, d, ports, site, room, note)
	askTraces(t, ports, note)
	return answers
}

// askTraces asks for a person who has the name of a device, and forgets one who left no trace.
func askTraces(t *testing.T, ports between, note noteAnswer) {
	t.Helper()
	tree, err := ports.Energy.Tree(t.Context())
	require.NoError(t, err)
	traces, err := ports.EnergyTraces.TracesOf(t.Context(), auth.Person{ID: "us_none", Emails: []string{tree.Spaces[0].Name}})
	require.NoError(t, err)
	require.NotEmpty(t, traces)
	note("traces in energy", traces)
	for _, other := range []auth.Traces{ports.EnergyTraces, ports.AdviceTraces} {
		none, err := other.TracesOf(t.Context(), auth.Person{ID: "us_none"})
		require.NoError(t, err)
		require.Empty(t, none)
		forgotten, err := other.Forget(t.Context(), auth.Person{ID: "us_none"}, "olvidado_1")
		note("forgotten", forgotten, errorText(err))
	}
}

type noteAnswer func(question string, answer ...any)

func askTree(t *testing.T, ports between, note noteAnswer) (site, room, plug advice.Target) {
	t.Helper()
	tree, err := ports.Energy.Tree(t.Context())
	require.NoError(t, err)
	again, err := ports.Energy.Tree(t.Context())
	require.NoError(t, err)
	require.Equal(t, tree, again)
	for _, s := range tree.Spaces {
		switch s.Kind {
		case advice.OfSite:
			site = advice.Target{Level: s.Kind, ID: s.ID}
		case advice.OfRoom:
			room = advice.Target{Level: s.Kind, ID: s.ID}
		}
		zone := s.Zone.String()
		require.Equal(t, "America/Bogota", zone)
		s.Zone = nil
		note("space "+s.ID, s, zone)
	}
	require.Len(t, tree.Devices, len(demo.Devices()))
	note("devices", tree.Devices, tree.Moves)
	return site, room, advice.Target{Level: advice.OfDevice, ID: "demo-pc-1"}
}

func askConsumption(t *testing.T, d demonstration, use remote.EnergyPorts, site, plug advice.Target, note noteAnswer) {
	t.Helper()
	ctx, week := t.Context(), 7*24*time.Hour
	none := advice.Target{Level: advice.OfBuilding, ID: "sp_none"}
	for _, target := range []advice.Target{site, plug, none} {
		from, to, found, err := use.Measured(ctx, target)
		note("measured "+target.ID, from, to, found, errorText(err))
		require.Equal(t, target != none, found)
		hours, err := use.Hours(ctx, target, d.now.Add(-week), d.now)
		note("hours "+target.ID, hours, errorText(err))
		require.Equal(t, target != none, len(hours) == 7*24, len(hours))
		require.Equal(t, target == none, errors.As(err, &energy.ErrNotFound{}), err)
		days, err := use.Days(ctx, target, d.now.Add(-week), d.now)
		note("days "+target.ID, days, errorText(err))
		total, err := use.Total(ctx, target, d.now.Add(-time.Hour), d.now)
		note("total "+target.ID, total, errorText(err))
		empty, err := use.Total(ctx, target, d.now, d.now)
		note("empty total "+target.ID, empty, errorText(err))
		beside, err := use.Beside(ctx, target, d.now.Add(-week), d.now, 7)
		note("beside "+target.ID, beside, errorText(err))
	}
}

func errorText(err error) string { return fmt.Sprintf("%T %v", err, err) }

func askConditions(t *testing.T, d demonstration, ports remote.EnergyPorts, site, room, plug advice.Target, note noteAnswer) {
	t.Helper()
	ctx, week := t.Context(), 7*24*time.Hour
	from := d.now.Add(-week)
	hours, err := ports.AmbientHours(ctx, site.ID, from, d.now)
	require.NoError(t, err)
	require.NotEmpty(t, hours)
	for _, h := range hours {
		require.NotNil(t, h.Temperature)
		note("ambient "+h.Start.String(), *h.Temperature, h.Occupancy == nil)
	}
	spans, err := ports.Spans(ctx, plug.ID, from, d.now)
	note("states", spans, errorText(err))
	opened, assumed, err := ports.CalendarHours(ctx, room.ID, from, d.now)
	require.Len(t, opened, 7*24)
	note("calendar", opened, assumed, errorText(err))
	rates, err := ports.Rates(ctx, site.ID, from, d.now)
	require.NotEmpty(t, rates)
	note("rates", rates, errorText(err))
	_, err = ports.Rates(ctx, "sp_none", from, d.now)
	note("rates of nothing", errorText(err))
	changes, err := ports.Since(ctx, from)
	require.NotEmpty(t, changes)
	note("changes", changes, errorText(err))
}

// askOpenings checks a change and its removal, with the rights of the caller.
func askOpenings(t *testing.T, ports remote.EnergyPorts) {
	t.Helper()
	ctx := t.Context()
	tree, err := ports.Tree(ctx)
	require.NoError(t, err)
	site := tree.Spaces[0]
	manager, viewer := advice.Caller{Subject: "us_1", Role: advice.Manager}, advice.Caller{Subject: "us_2", Role: advice.Viewer}
	const id = "cal_of_the_asker"
	entry := questions.Opening{ID: id, Space: site.ID, Name: "abierto", Date: "2026-05-01"}
	require.ErrorIs(t, ports.OpenDay(ctx, viewer, entry), advice.ErrForbidden{})
	require.NoError(t, ports.OpenDay(ctx, manager, entry))
	require.NoError(t, ports.OpenDay(ctx, manager, entry), "what is there is not added again")
	require.ErrorIs(t, ports.OpenDay(ctx, viewer, entry), advice.ErrForbidden{})
	found, err := ports.HasOpening(ctx, manager, id)
	require.NoError(t, err)
	require.True(t, found)
	require.NoError(t, ports.DropOpening(ctx, manager, id))
	require.NoError(t, ports.DropOpening(ctx, manager, id), "what is gone is gone")
	found, err = ports.HasOpening(ctx, manager, id)
	require.NoError(t, err)
	require.False(t, found)
}

func askOfAuth(t *testing.T, d demonstration, ports between, site, room advice.Target, note noteAnswer) {
	t.Helper()
	ctx := t.Context()
	for _, pair := range [][2]string{{site.ID, room.ID}, {room.ID, site.ID}, {"", room.ID}, {site.ID, "sp_none"}} {
		within, err := ports.Spaces.Within(ctx, pair[0], pair[1])
		require.NoError(t, err)
		require.Equal(t, pair[1] == room.ID, within, pair)
	}
	unknown, err := ports.Spaces.Unknown(ctx, room.ID, []string{"demo-pc-1", "demo-medidor-bloque-1", "none"})
	require.NoError(t, err)
	require.Equal(t, []string{"demo-medidor-bloque-1", "none"}, unknown)
	unknown, err = ports.Spaces.Unknown(ctx, "", nil)
	require.NoError(t, err)
	require.Nil(t, unknown)
	zone, err := ports.Spaces.Zone(ctx, "", room.ID)
	require.NoError(t, err)
	require.Equal(t, "America/Bogota", zone.String())
	for name, key := range map[string]auth.Key{"never used": {Space: site.ID}, "used": {Space: site.ID, LastUsed: d.now.Add(time.Hour)}, "of one": {Devices: []string{"demo-pc-1"}, LastUsed: time.Now()}} {
		n, err := ports.Reports.ReportingToday(ctx, key)
		note("reporting "+name, n, errorText(err))
	}
	grants, err := ports.Grants.LimitedTo(ctx, []energy.SpaceID{energy.SpaceID(site.ID)}, nil, 10)
	note("grants", len(grants), errorText(err))
	emails, err := ports.People.Emails(ctx, []string{"us_none"})
	require.NoError(t, err)
	require.Empty(t, emails)
	expected, known, err := ports.Forecast.MonthEnd(ctx, energy.Caller{Subject: "us_1", Role: energy.Viewer}, site.ID, energy.InstantOf(d.now))
	note("forecast", expected, known, errorText(err))
	_, known, err = ports.Forecast.MonthEnd(ctx, energy.Caller{Subject: "us_1", Role: energy.Viewer}, "sp_none", energy.InstantOf(d.now))
	require.NoError(t, err)
	require.False(t, known)
}

// sendAudit sends audit entries twice: each is stored once, as it was written.
func sendAudit(t *testing.T, d demonstration, sink auth.AuditSink) {
	ctx, id := t.Context(), random.ID("au")
	at := time.UnixMilli(d.now.UnixMilli() + 7).UTC()
	full := auth.RelayedEntry{ID: id, Entry: auth.Entry{At: at, Actor: "us_a", Action: "GET /x", Target: id, Detail: "403", Client: "192.0.2.1", Request: "rq_1", Refused: true}}
	bare := auth.RelayedEntry{ID: id + "b", Entry: auth.Entry{At: at.Add(-time.Hour), Target: id}}
	for range 2 {
		require.NoError(t, sink.Receive(ctx, []auth.RelayedEntry{full, bare}))
	}
	stored, err := d.Users.Entries(ctx, auth.AuditQuery{Target: id, Limit: 9})
	require.NoError(t, err)
	require.Len(t, stored, 2)
	require.Equal(t, []auth.Entry{bare.Entry, full.Entry}, []auth.Entry{stored[0].Entry, stored[1].Entry})
}

package energytest

import (
	"context"
	"fmt"
	"time"

	"github.com/stretchr/testify/require"

	memoryenergy "github.com/holotwin/holotwin/adapters/memory/energy"
	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/campus"
	"github.com/holotwin/holotwin/modules/energy/conditions"
	"github.com/holotwin/holotwin/modules/energy/holidays"
	"github.com/holotwin/holotwin/modules/energy/intake"
	"github.com/holotwin/holotwin/modules/energy/ledger"
	"github.com/holotwin/holotwin/modules/energy/rulebook"
	"github.com/holotwin/holotwin/modules/energy/twin"
	"github.com/holotwin/holotwin/modules/energy/usage"
)

// SmallCampus is the module on a store in memory: a site in Bogotá with the building "block" and its meter, and the rooms "games"
// with a television and "office" with an air conditioner, both behind the meter.
type SmallCampus struct {
	Store      *memoryenergy.Store
	Clock      *SetClock
	Catalog    *campus.Catalog
	Rules      *rulebook.Rules
	Ledger     *ledger.Ledger
	Conditions *conditions.Recorder
	Intake     *intake.Intake
	Reports    *usage.Queries
	Twin       *twin.Twin
	// Outcomes counts the outcomes of observations.
	Outcomes map[string]int
}

// The callers of a SmallCampus.
var (
	SmallManager = energy.Caller{Subject: "us_manager", Role: energy.Manager}
	SmallGateway = energy.Caller{Subject: "key_gateway", Role: energy.Gateway, AllDevices: true}
)

// SetClock is a clock that a test sets.
type SetClock struct{ At energy.Instant }

// Now returns the set instant.
func (c *SetClock) Now() energy.Instant { return c.At }

// Count counts an outcome.
func (c *SmallCampus) Count(_, outcome string) { c.Outcomes[outcome]++ }

// NewSmallCampus returns one at 10:00 on Tuesday, 26 May 2026.
func NewSmallCampus() *SmallCampus {
	c := &SmallCampus{Clock: &SetClock{Local("2026-05-26T10:00:00")}, Outcomes: make(map[string]int)}
	c.Store = memoryenergy.New(c.Clock)
	ids := 0
	newID := func(prefix string) string { ids++; return fmt.Sprintf("%s_%d", prefix, ids) }
	zone := bogota()
	c.Catalog = campus.NewCatalog(c.Store, c.Clock, newID, zone)
	c.Rules = rulebook.NewRules(c.Store, c.Catalog, newID)
	c.Ledger = ledger.NewLedger(c.Store, c.Catalog, c.Clock, zone, ledger.Retention{})
	c.Conditions = conditions.NewRecorder(c.Store, c.Store, c.Store, c.Catalog, c.Clock, zone)
	c.Intake = intake.NewIntake(intake.Needs{
		Ledger: c.Ledger, Conditions: c.Conditions, Catalog: c.Catalog, Latest: c.Store, Inbox: c.Store, Channels: c.Store, Clock: c.Clock, Counter: c,
	})
	c.Reports = usage.NewQueries(BeginAgain(c.Store), c.Catalog, c.Rules, c.Clock)
	c.Twin = twin.NewTwin(BeginAgain(c.Store), c.Store, c.Store, c.Catalog, c.Clock)
	c.build()
	return c
}

func (c *SmallCampus) build() {
	for _, s := range []campus.Space{
		{ID: "site", Name: "Campus", Kind: campus.KindSite, TimeZone: "America/Bogota", Holidays: holidays.Colombian},
		{ID: "block", Name: "Bloque 5", Kind: campus.KindBuilding, Parent: "site"},
		{ID: "games", Name: "Sala de juegos", Kind: campus.KindRoom, Parent: "block"},
		{ID: "office", Name: "Oficina", Kind: campus.KindRoom, Parent: "block"},
	} {
		c.put(campus.Change{PutSpace: &s})
	}
	const quarterHour = 900
	for _, d := range []campus.Device{
		{ID: "meter", Name: "Medidor", Kind: campus.KindMeter, Space: "block", IntervalS: quarterHour},
		{ID: "tv", Name: "Televisor", Kind: campus.KindTV, Space: "games", Parent: "meter", IntervalS: quarterHour, MQTTTopic: "tele/tv"},
		{ID: "ac", Name: "Aire", Kind: campus.KindAC, Space: "office", Parent: "meter", IntervalS: quarterHour, MQTTTopic: "tele/ac"},
	} {
		c.put(campus.Change{PutDevice: &d})
	}
}

func (c *SmallCampus) put(change campus.Change) {
	version, _ := c.Store.Version(context.Background())
	if err := c.Store.Save(context.Background(), version, change); err != nil {
		panic(err) // the store is not shared
	}
}

// Minute is a minute in ms.
const Minute = int64(time.Minute / time.Millisecond)

// Record stores a device's energy in the quarter hour up to a local instant.
func (c *SmallCampus) Record(device, at, kwh string) (energy.Outcome, error) {
	return c.Ledger.Record(context.Background(), SmallManager, DraftOf(device, at, kwh))
}

// DraftOf returns a draft of a device's energy in its interval up to an instant, RFC 3339.
func DraftOf(device, at, kwh string) ledger.Draft {
	return ledger.Draft{Device: energy.Read(device, energy.ParseDeviceID), At: energy.Read(at, energy.ParseWallTime), KWh: energy.Read(kwh, energy.ParseKWh)}
}

// RecordAll stores a device's energy in the quarter hours up to local instants, or times of the day, HH:MM.
func (c *SmallCampus) RecordAll(t require.TestingT, device string, kwh map[string]string) {
	for at, used := range kwh {
		if len(at) == len("08:15") {
			at = c.Clock.At.Time().In(bogota()).Format(time.DateOnly) + "T" + at + ":00"
		}
		outcome, err := c.Record(device, at, used)
		require.NoError(t, err)
		require.Equal(t, energy.Inserted, outcome.Result)
	}
}

// Readings returns the readings of a device.
func (c *SmallCampus) Readings(t require.TestingT, device energy.DeviceID) []energy.Reading {
	all, err := c.Store.List(context.Background(), []energy.DeviceID{device}, 0, c.Clock.At.Add(1<<40), energy.Key{}, 1000)
	require.NoError(t, err)
	return all
}

func bogota() *time.Location {
	zone, err := time.LoadLocation("America/Bogota")
	if err != nil {
		panic(err) // the Go tool chain always contains it
	}
	return zone
}

// Local returns an instant in Bogotá, YYYY-MM-DDTHH:MM:SS.
func Local(s string) energy.Instant {
	at, err := energy.ParseInstant(s, bogota())
	if err != nil {
		panic(err)
	}
	return at
}

package energytest

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/campus"
	"github.com/holotwin/holotwin/modules/energy/conditions"
	"github.com/holotwin/holotwin/modules/energy/intake"
	"github.com/holotwin/holotwin/modules/energy/ledger"
	"github.com/holotwin/holotwin/modules/energy/twin"
	"github.com/holotwin/holotwin/modules/energy/usage"
)

// RunScopes checks on an empty store what a caller limited to a space or to devices may see and change.
func RunScopes(t *testing.T, store IntakeStore) {
	s := newScoped(t, store)
	t.Run("a deleted space shows nothing", s.deletedSpace)
	t.Run("a space is changed by who is limited to it, and not moved", s.ownSpace)
	t.Run("a key reports only for its devices' spaces", s.keysReportForTheirSpaces)
	t.Run("a key of deleted devices writes nothing", s.keyOfDeletedDevices)
	t.Run("a space or device in a grant cannot be deleted", s.granted)
	t.Run("a device that moved leaves its past behind", s.movedDevice)
	t.Run("a device that came and went", s.cameAndWent)
	t.Run("quarantined in another space", s.quarantinedElsewhere)
	t.Run("the past is not written from another space", s.pastIsNotWritten)
	t.Run("changes of another process count at once", s.otherProcess)
}

// scopesFixture is a site with two buildings with a room and a device each: "da" in a room of "a", "db" in one of "b".
type scopesFixture struct {
	store        IntakeStore
	clock        *movableClock
	zone         *time.Location
	catalog      *campus.Catalog
	ledger       *ledger.Ledger
	conditions   *conditions.Recorder
	intake       *intake.Intake
	twin         *twin.Twin
	reports      *usage.Queries
	grants       *fixedGrants
	site, a, b   energy.SpaceID
	roomA, roomB energy.SpaceID
}

func newScoped(t *testing.T, store IntakeStore) *scopesFixture {
	t.Helper()
	zone, err := time.LoadLocation("America/Bogota")
	require.NoError(t, err)
	s := &scopesFixture{store: store, clock: &movableClock{Now}, zone: zone, grants: &fixedGrants{}}
	s.catalog = s.process("sp").WithGrants(s.grants)
	s.ledger = ledger.NewLedger(store, s.catalog, s.clock, zone, ledger.Retention{})
	s.conditions = conditions.NewRecorder(store, store, store, s.catalog, s.clock, zone)
	s.twin = twin.NewTwin(store, store, store, s.catalog, s.clock)
	s.reports = usage.NewQueries(store, s.catalog, unpriced{}, s.clock)
	s.intake = intake.NewIntake(intake.Needs{
		Ledger: s.ledger, Conditions: s.conditions, Catalog: s.catalog, Latest: store, Inbox: store, Channels: store, Clock: s.clock, Counter: &outcomeCounter{of: make(map[string]int)},
	})
	s.site = s.space(t, campus.KindSite, "")
	s.a, s.b = s.space(t, campus.KindBuilding, s.site), s.space(t, campus.KindBuilding, s.site)
	s.roomA, s.roomB = s.space(t, campus.KindRoom, s.a), s.space(t, campus.KindRoom, s.b)
	s.device(t, "da", s.roomA)
	s.device(t, "db", s.roomB)
	return s
}

// process returns a catalog of another process on the same store.
func (s *scopesFixture) process(prefix string) *campus.Catalog {
	n := 0
	return campus.NewCatalog(s.store, s.clock, func(string) string { n++; return fmt.Sprintf("%s_%d", prefix, n) }, s.zone)
}

func (s *scopesFixture) space(t *testing.T, kind campus.SpaceKind, parent energy.SpaceID) energy.SpaceID {
	t.Helper()
	name := string(kind)
	space, err := s.catalog.CreateSpace(context.Background(), manager, campus.SpaceEdit{Name: &name, Kind: &kind, Parent: &parent})
	require.NoError(t, err)
	return space.ID
}

func (s *scopesFixture) device(t *testing.T, id energy.DeviceID, space energy.SpaceID) {
	t.Helper()
	_, err := s.catalog.CreateDevice(context.Background(), manager, string(id), campus.DeviceEdit{Space: &space})
	require.NoError(t, err)
}

// move moves a device to a space from an instant on.
func (s *scopesFixture) move(t *testing.T, id energy.DeviceID, space energy.SpaceID, at energy.Instant) {
	t.Helper()
	_, err := s.catalog.UpdateDevice(context.Background(), manager, id, campus.DeviceEdit{Space: &space, MovedAt: &at})
	require.NoError(t, err)
}

func (s *scopesFixture) ownSpace(t *testing.T) {
	ctx := context.Background()
	limited := energy.Caller{Subject: "a", Role: energy.Manager, Space: s.a}
	area := 810.0
	changed, err := s.catalog.UpdateSpace(ctx, limited, s.a, campus.SpaceEdit{AreaM2: &area})
	require.NoError(t, err)
	require.Equal(t, area, changed.AreaM2)
	require.Equal(t, s.site, changed.Parent)
	elsewhere := s.space(t, campus.KindSite, "")
	_, err = s.catalog.UpdateSpace(ctx, limited, s.a, campus.SpaceEdit{Parent: &elsewhere})
	require.ErrorAs(t, err, &energy.ErrInvalid{})
	for _, outside := range []energy.SpaceID{s.site, s.b} {
		_, err = s.catalog.UpdateSpace(ctx, limited, outside, campus.SpaceEdit{AreaM2: &area})
		require.ErrorAs(t, err, &energy.ErrNotFound{})
	}
}

// report returns a draft of 0.5 kWh in the quarter hour up to an instant.
func report(device energy.DeviceID, at energy.Instant) ledger.Draft {
	return ledger.Draft{Device: energy.Known(device), At: energy.Known(energy.WallTimeAt(at)), KWh: energy.Known(500 * energy.WattHour)}
}

// ambientDraft returns a draft of a temperature, m°C.
func ambientDraft(space energy.SpaceID, at energy.Instant, temperature int64) conditions.AmbientDraft {
	return conditions.AmbientDraft{Space: energy.Known(space), At: energy.Known(energy.WallTimeAt(at)), Temperature: energy.Known(temperature)}
}

func (s *scopesFixture) record(t *testing.T, device energy.DeviceID, at ...energy.Instant) {
	t.Helper()
	for _, one := range at {
		_, err := s.ledger.Record(context.Background(), manager, report(device, one))
		require.NoError(t, err)
	}
}

// refused ingests observations and returns the reasons of the rejections.
func (s *scopesFixture) refused(t *testing.T, caller energy.Caller, sent ...intake.Observation) (reasons []string) {
	t.Helper()
	refusals, err := s.intake.Ingest(context.Background(), caller, sent)
	require.NoError(t, err)
	for _, r := range refusals {
		reasons = append(reasons, r.Reason)
	}
	return reasons
}

func viewerOf(space energy.SpaceID) energy.Caller {
	return energy.Caller{Subject: "v", Role: energy.Viewer, Space: space}
}

func managerOf(space energy.SpaceID) energy.Caller {
	return energy.Caller{Subject: "m", Role: energy.Manager, Space: space}
}

func keyOf(devices ...energy.DeviceID) energy.Caller {
	return energy.Caller{Subject: "k", Role: energy.Gateway, Devices: devices}
}

func (s *scopesFixture) deletedSpace(t *testing.T) {
	ctx := context.Background()
	s.record(t, "da", Now-hour)
	gone := viewerOf("sp_gone")
	_, roots, err := s.twin.Now(ctx, gone)
	require.NoError(t, err)
	require.Empty(t, roots)
	spaces, err := s.catalog.Spaces(ctx, gone, "", "")
	require.NoError(t, err)
	require.Empty(t, spaces)
	devices, err := s.catalog.Devices(ctx, gone, "", "")
	require.NoError(t, err)
	require.Empty(t, devices)
	readings, err := s.ledger.List(ctx, gone, ledger.ReadingsQuery{To: Now, Limit: 10})
	require.NoError(t, err)
	require.Empty(t, readings)
	ambient, err := s.conditions.AmbientOf(ctx, gone, "", 0, Now, conditions.AmbientKey{}, 10)
	require.NoError(t, err)
	require.Empty(t, ambient)
	_, err = s.reports.Series(ctx, gone, usage.Query{Level: campus.OfSite, From: Now - day, To: Now, Bucket: usage.ByHour})
	require.ErrorAs(t, err, &energy.ErrNotFound{}, "not even the only site")
	audience, err := s.catalog.Audience(ctx, gone, "", "")
	require.NoError(t, err)
	hears, err := audience.MaySee(ctx, []campus.EventSubject{{Device: "da"}, {Space: s.roomA}, {Space: "sp_gone"}, {}})
	require.NoError(t, err)
	require.Equal(t, make([]bool, 4), hears)
	discovered, err := s.intake.Discovered(ctx, managerOf("sp_gone"))
	require.NoError(t, err)
	require.Empty(t, discovered)
	_, err = s.ledger.Record(ctx, energy.Caller{Role: energy.Gateway, Space: "sp_gone"}, report("da", Now))
	require.ErrorAs(t, err, &energy.ErrInvalid{})
}

func (s *scopesFixture) keysReportForTheirSpaces(t *testing.T) {
	ctx := context.Background()
	at := s.clock.now
	record := func(caller energy.Caller, space energy.SpaceID) error {
		at = at.Add(-1000)
		_, err := s.conditions.RecordAmbient(ctx, caller, ambientDraft(space, at, 45_000))
		return err
	}
	building := energy.Caller{Subject: "k", Role: energy.Gateway, Space: s.a}
	require.NoError(t, record(keyOf("da"), s.roomA))
	require.NoError(t, record(keyOf("da", "db"), s.roomB))
	require.NoError(t, record(building, s.roomA))
	require.NoError(t, record(building, s.a))
	require.NoError(t, record(managerOf(s.b), s.roomB))
	require.NoError(t, record(gateway, s.site), "the operator's own broker")
	for _, c := range []struct {
		caller energy.Caller
		space  energy.SpaceID
	}{
		{keyOf("da"), s.roomB},
		{keyOf("da"), s.site},
		{keyOf("da"), s.a},
		{keyOf("da"), "sp_gone"},
		{keyOf("nobody"), s.roomA},
		{building, s.roomB},
		{building, s.site},
		{energy.Caller{Role: energy.Gateway}, s.roomA},
		{managerOf(s.b), s.roomA},
		{energy.Caller{Role: energy.Gateway, Space: s.b, Devices: []energy.DeviceID{"da"}}, s.roomA},
	} {
		require.ErrorAs(t, record(c.caller, c.space), &energy.ErrInvalid{}, "%+v %s", c.caller, c.space)
	}
	warm, when := int64(45_000), s.clock.now.Add(-500)
	summary, err := s.conditions.RecordAmbientAll(ctx, keyOf("da"), slices.Values([]conditions.AmbientRow{{Line: 1, Draft: ambientDraft(s.roomB, when, warm)}}))
	require.NoError(t, err)
	require.Equal(t, 1, summary.Rejected)
	require.Equal(t, []string{"no_such"}, s.refused(t, keyOf("da"), intake.Observation{Dialect: "holotwin", Device: "da", At: when, Temperature: &warm, Space: s.roomB}))
	stored, err := s.conditions.AmbientOf(ctx, manager, s.roomB, when, when+1, conditions.AmbientKey{}, 1)
	require.NoError(t, err)
	require.Empty(t, stored)
}

func (s *scopesFixture) keyOfDeletedDevices(t *testing.T) {
	ctx := context.Background()
	for _, key := range []energy.Caller{keyOf("nobody"), {Subject: "k", Role: energy.Gateway}} {
		_, err := s.ledger.Record(ctx, key, report("da", s.clock.now))
		require.ErrorAs(t, err, &energy.ErrInvalid{})
		_, err = s.conditions.RecordState(ctx, key, "da", conditions.On, energy.Field[energy.WallTime]{})
		require.ErrorAs(t, err, &energy.ErrNotFound{})
		require.Equal(t, []string{"not_allowed", "not_allowed"}, s.refused(t, key,
			intake.Observation{Dialect: "holotwin", Device: "da", Interval: counter(1)}, intake.Observation{Dialect: "zigbee2mqtt", Address: "zigbee2mqtt/x", Register: counter(1)}))
	}
	discovered, err := s.intake.Discovered(ctx, manager)
	require.NoError(t, err)
	require.Empty(t, discovered)
	require.Empty(t, s.refused(t, keyOf("da"), intake.Observation{Dialect: "zigbee2mqtt", Address: "zigbee2mqtt/x", Register: counter(1)}))
	discovered, err = s.intake.Discovered(ctx, manager)
	require.NoError(t, err)
	require.Len(t, discovered, 1, "a key of a device that is there introduces others")
}

// fixedGrants are grants that a test sets.
type fixedGrants struct {
	spaces  map[energy.SpaceID]energy.Grant
	devices map[energy.DeviceID]energy.Grant
}

// LimitedTo implements the port for grants.
func (h *fixedGrants) LimitedTo(_ context.Context, spaces []energy.SpaceID, devices []energy.DeviceID, _ int) (found []energy.Grant, err error) {
	for _, id := range spaces {
		if g, held := h.spaces[id]; held {
			found = append(found, g)
		}
	}
	for _, id := range devices {
		if g, held := h.devices[id]; held {
			found = append(found, g)
		}
	}
	return found, nil
}

func (s *scopesFixture) granted(t *testing.T) {
	ctx := context.Background()
	room := s.space(t, campus.KindRoom, s.a)
	s.device(t, "spare", s.roomA)
	user, key := energy.Grant{Kind: energy.UserGrant, ID: "us_1", Name: "ana@usc.edu.co"}, energy.Grant{Kind: energy.KeyGrant, ID: "key_1", Name: "Pasarela"}
	s.grants.spaces, s.grants.devices = map[energy.SpaceID]energy.Grant{room: user}, map[energy.DeviceID]energy.Grant{"spare": key}
	admin := energy.Caller{Subject: "a", Role: energy.Admin}
	limited := energy.Caller{Subject: "a", Role: energy.Admin, Space: s.a}
	for _, c := range []struct {
		caller energy.Caller
		remove func(energy.Caller) error
		want   energy.Blocker
	}{
		{admin, func(c energy.Caller) error { return s.catalog.DeleteSpace(ctx, c, room) }, energy.Blocker{Kind: "user", ID: user.ID, Name: user.Name}},
		{limited, func(c energy.Caller) error { return s.catalog.DeleteSpace(ctx, c, room) }, energy.Blocker{Kind: "user", ID: user.ID, Name: user.Name}},
		{manager, func(c energy.Caller) error { return s.catalog.DeleteSpace(ctx, c, room) }, energy.Blocker{Kind: "user", Count: 1}},
		{admin, func(c energy.Caller) error { return s.catalog.DeleteDevice(ctx, c, "spare") }, energy.Blocker{Kind: "key", ID: key.ID, Name: key.Name}},
		{limited, func(c energy.Caller) error { return s.catalog.DeleteDevice(ctx, c, "spare") }, energy.Blocker{Kind: "key", Count: 1}},
	} {
		var inUse energy.ErrInUse
		require.ErrorAs(t, c.remove(c.caller), &inUse)
		require.Equal(t, []energy.Blocker{c.want}, inUse.Blockers, "%+v", c.caller)
	}
	s.grants.spaces, s.grants.devices = nil, nil
	require.NoError(t, s.catalog.DeleteSpace(ctx, manager, room))
	require.NoError(t, s.catalog.DeleteDevice(ctx, manager, "spare"))
}

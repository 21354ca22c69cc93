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

// RunScopes holds the use cases on an empty store to what a caller who is limited to a space or to devices may see and touch.
func RunScopes(t *testing.T, store IntakeStore) {
	s := newScoped(t, store)
	t.Run("a space that is gone shows nothing", s.goneSpace)
	t.Run("a key tells of its devices' spaces alone", s.keysTellOfTheirSpaces)
	t.Run("a key of devices that are gone writes nothing", s.keyOfNothing)
	t.Run("what somebody is limited to stays", s.granted)
	t.Run("a device that moved leaves its past behind", s.movedDevice)
	t.Run("a device that came and went", s.cameAndWent)
	t.Run("what was held back elsewhere", s.heldElsewhere)
	t.Run("a past is not written from elsewhere", s.pastIsNotWritten)
	t.Run("another process is seen at once", s.otherProcess)
}

// scoped is a site with two buildings of a room and a device each: "da" in a room of "a", "db" in one of "b".
type scoped struct {
	store        IntakeStore
	clock        *ticking
	zone         *time.Location
	catalog      *campus.Catalog
	ledger       *ledger.Ledger
	conditions   *conditions.Recorder
	intake       *intake.Intake
	twin         *twin.Twin
	reports      *usage.Queries
	grants       *heldGrants
	site, a, b   energy.SpaceID
	roomA, roomB energy.SpaceID
}

func newScoped(t *testing.T, store IntakeStore) *scoped {
	t.Helper()
	zone, err := time.LoadLocation("America/Bogota")
	require.NoError(t, err)
	s := &scoped{store: store, clock: &ticking{Now}, zone: zone, grants: &heldGrants{}}
	s.catalog = s.process("sp").WithGrants(s.grants)
	s.ledger = ledger.NewLedger(store, s.catalog, s.clock, zone, ledger.Retention{})
	s.conditions = conditions.NewRecorder(store, store, store, s.catalog, s.clock, zone)
	s.twin = twin.NewTwin(store, store, store, s.catalog, s.clock)
	s.reports = usage.NewQueries(store, s.catalog, unpriced{}, s.clock)
	s.intake = intake.NewIntake(intake.Needs{
		Ledger: s.ledger, Conditions: s.conditions, Catalog: s.catalog, Moments: store, Inbox: store, Channels: store, Clock: s.clock, Counter: &counted{of: make(map[string]int)},
	})
	s.site = s.space(t, campus.KindSite, "")
	s.a, s.b = s.space(t, campus.KindBuilding, s.site), s.space(t, campus.KindBuilding, s.site)
	s.roomA, s.roomB = s.space(t, campus.KindRoom, s.a), s.space(t, campus.KindRoom, s.b)
	s.device(t, "da", s.roomA)
	s.device(t, "db", s.roomB)
	return s
}

// process is a catalog as another process has it, on the same store.
func (s *scoped) process(prefix string) *campus.Catalog {
	n := 0
	return campus.NewCatalog(s.store, s.clock, func(string) string { n++; return fmt.Sprintf("%s_%d", prefix, n) }, s.zone)
}

func (s *scoped) space(t *testing.T, kind campus.SpaceKind, parent energy.SpaceID) energy.SpaceID {
	t.Helper()
	name := string(kind)
	space, err := s.catalog.CreateSpace(context.Background(), manager, campus.SpaceEdit{Name: &name, Kind: &kind, Parent: &parent})
	require.NoError(t, err)
	return space.ID
}

func (s *scoped) device(t *testing.T, id energy.DeviceID, space energy.SpaceID) {
	t.Helper()
	_, err := s.catalog.CreateDevice(context.Background(), manager, string(id), campus.DeviceEdit{Space: &space})
	require.NoError(t, err)
}

// move hangs a device elsewhere from an instant on.
func (s *scoped) move(t *testing.T, id energy.DeviceID, space energy.SpaceID, at energy.Instant) {
	t.Helper()
	_, err := s.catalog.UpdateDevice(context.Background(), manager, id, campus.DeviceEdit{Space: &space, MovedAt: &at})
	require.NoError(t, err)
}

// report is a draft of 0.5 kWh in the quarter hour up to an instant.
func report(device energy.DeviceID, at energy.Instant) ledger.Draft {
	return ledger.Draft{Device: energy.Known(device), At: energy.Known(energy.WallTimeAt(at)), KWh: energy.Known(500 * energy.WattHour)}
}

// ambientDraft is a draft of a temperature, m°C.
func ambientDraft(space energy.SpaceID, at energy.Instant, temperature int64) conditions.AmbientDraft {
	return conditions.AmbientDraft{Space: energy.Known(space), At: energy.Known(energy.WallTimeAt(at)), Temperature: energy.Known(temperature)}
}

func (s *scoped) record(t *testing.T, device energy.DeviceID, at ...energy.Instant) {
	t.Helper()
	for _, one := range at {
		_, err := s.ledger.Record(context.Background(), manager, report(device, one))
		require.NoError(t, err)
	}
}

// refused takes observations and gives why some were not taken.
func (s *scoped) refused(t *testing.T, caller energy.Caller, said ...intake.Observation) (reasons []string) {
	t.Helper()
	refusals, err := s.intake.Ingest(context.Background(), caller, said)
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

func (s *scoped) goneSpace(t *testing.T) {
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
	newcomers, err := s.intake.Discovered(ctx, managerOf("sp_gone"))
	require.NoError(t, err)
	require.Empty(t, newcomers)
	_, err = s.ledger.Record(ctx, energy.Caller{Role: energy.Gateway, Space: "sp_gone"}, report("da", Now))
	require.ErrorAs(t, err, &energy.ErrInvalid{})
}

func (s *scoped) keysTellOfTheirSpaces(t *testing.T) {
	ctx := context.Background()
	at := s.clock.now
	tell := func(caller energy.Caller, space energy.SpaceID) error {
		at = at.Add(-1000)
		_, err := s.conditions.RecordAmbient(ctx, caller, ambientDraft(space, at, 45_000))
		return err
	}
	building := energy.Caller{Subject: "k", Role: energy.Gateway, Space: s.a}
	require.NoError(t, tell(keyOf("da"), s.roomA))
	require.NoError(t, tell(keyOf("da", "db"), s.roomB))
	require.NoError(t, tell(building, s.roomA))
	require.NoError(t, tell(building, s.a))
	require.NoError(t, tell(managerOf(s.b), s.roomB))
	require.NoError(t, tell(gateway, s.site), "the operator's own broker")
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
		require.ErrorAs(t, tell(c.caller, c.space), &energy.ErrInvalid{}, "%+v %s", c.caller, c.space)
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

func (s *scoped) keyOfNothing(t *testing.T) {
	ctx := context.Background()
	for _, key := range []energy.Caller{keyOf("nobody"), {Subject: "k", Role: energy.Gateway}} {
		_, err := s.ledger.Record(ctx, key, report("da", s.clock.now))
		require.ErrorAs(t, err, &energy.ErrInvalid{})
		_, err = s.conditions.RecordState(ctx, key, "da", conditions.On, energy.Field[energy.WallTime]{})
		require.ErrorAs(t, err, &energy.ErrNotFound{})
		require.Equal(t, []string{"not_allowed", "not_allowed"}, s.refused(t, key,
			intake.Observation{Dialect: "holotwin", Device: "da", Interval: counter(1)}, intake.Observation{Dialect: "zigbee2mqtt", Address: "zigbee2mqtt/x", Register: counter(1)}))
	}
	newcomers, err := s.intake.Discovered(ctx, manager)
	require.NoError(t, err)
	require.Empty(t, newcomers)
	require.Empty(t, s.refused(t, keyOf("da"), intake.Observation{Dialect: "zigbee2mqtt", Address: "zigbee2mqtt/x", Register: counter(1)}))
	newcomers, err = s.intake.Discovered(ctx, manager)
	require.NoError(t, err)
	require.Len(t, newcomers, 1, "a key of a device that is there introduces others")
}

// heldGrants are grants that a test sets.
type heldGrants struct {
	spaces  map[energy.SpaceID]energy.Grant
	devices map[energy.DeviceID]energy.Grant
}

// LimitedTo answers energy.Grants.
func (h *heldGrants) LimitedTo(_ context.Context, spaces []energy.SpaceID, devices []energy.DeviceID, _ int) (found []energy.Grant, err error) {
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

func (s *scoped) granted(t *testing.T) {
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
		told   energy.Grant
	}{
		{admin, func(c energy.Caller) error { return s.catalog.DeleteSpace(ctx, c, room) }, user},
		{limited, func(c energy.Caller) error { return s.catalog.DeleteSpace(ctx, c, room) }, user},
		{manager, func(c energy.Caller) error { return s.catalog.DeleteSpace(ctx, c, room) }, energy.Grant{Kind: energy.UserGrant}},
		{admin, func(c energy.Caller) error { return s.catalog.DeleteDevice(ctx, c, "spare") }, key},
		{limited, func(c energy.Caller) error { return s.catalog.DeleteDevice(ctx, c, "spare") }, energy.Grant{Kind: energy.KeyGrant}},
	} {
		var inUse energy.ErrInUse
		require.ErrorAs(t, c.remove(c.caller), &inUse)
		require.Equal(t, []energy.Grant{c.told}, inUse.Grants, "%+v", c.caller)
	}
	s.grants.spaces, s.grants.devices = nil, nil
	require.NoError(t, s.catalog.DeleteSpace(ctx, manager, room))
	require.NoError(t, s.catalog.DeleteDevice(ctx, manager, "spare"))
}

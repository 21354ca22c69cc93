package energytest

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/campus"
	"github.com/holotwin/holotwin/modules/energy/conditions"
	"github.com/holotwin/holotwin/modules/energy/ledger"
	"github.com/holotwin/holotwin/modules/energy/usage"
)

// instants returns the instants of a device's readings that a caller may see, read in pages of each size.
func (s *scopesFixture) instants(t *testing.T, caller energy.Caller, device energy.DeviceID) []energy.Instant {
	t.Helper()
	var all []energy.Instant
	for _, limit := range []int{100, 1, 2, 3} {
		var paged []energy.Instant
		q := ledger.ReadingsQuery{Device: device, To: Now.Add(1 << 40), Limit: limit}
		for {
			page, err := s.ledger.List(context.Background(), caller, q)
			require.NoError(t, err)
			for _, r := range page {
				paged = append(paged, r.At)
			}
			if len(page) < limit {
				break
			}
			q.After = page[len(page)-1].Key()
		}
		if limit < 100 {
			require.Equal(t, all, paged, "in pages of %d", limit)
		}
		all = paged
	}
	return all
}

// movedDevice moves a device from a to b: a caller limited to b sees nothing of its time in a.
func (s *scopesFixture) movedDevice(t *testing.T) {
	ctx := context.Background()
	moved := Now - Now%day + 6*hour - day
	s.device(t, "dm", s.roomA)
	before, after := []energy.Instant{moved - 2*hour, moved - hour, moved}, []energy.Instant{moved + 15*minute, moved + hour}
	s.record(t, "dm", append(before, after...)...)
	for _, at := range []energy.Instant{moved - hour, moved + hour} {
		_, err := s.conditions.RecordState(ctx, manager, "dm", conditions.On, energy.Known(energy.WallTimeAt(at)))
		require.NoError(t, err)
	}
	for _, at := range []energy.Instant{before[0], after[0]} {
		corrected := report("dm", at)
		corrected.KWh = energy.Known(250 * energy.WattHour)
		_, err := s.ledger.Correct(ctx, manager, corrected, "medidor cambiado")
		require.NoError(t, err)
	}
	s.move(t, "dm", s.roomB, moved)
	of := viewerOf(s.b)

	require.Equal(t, after, s.instants(t, of, "dm"))
	require.Equal(t, append(before, after...), s.instants(t, manager, "dm"))
	require.Equal(t, append(before, after...), s.instants(t, viewerOf(s.site), "dm"))
	_, _, err := s.ledger.History(ctx, of, "dm", before[0].String())
	require.ErrorAs(t, err, &energy.ErrNotFound{})
	_, made, err := s.ledger.History(ctx, of, "dm", after[0].String())
	require.NoError(t, err)
	require.Len(t, made, 1)
	states, err := s.conditions.StatesOf(ctx, of, "dm", 0, Now, -1, 10)
	require.NoError(t, err)
	require.Equal(t, []conditions.StateChange{{Device: "dm", At: moved + hour, State: conditions.On}}, states)
	device, err := s.catalog.Device(ctx, of, "dm")
	require.NoError(t, err)
	require.Empty(t, device.Former, "its former space is hidden from those who see b")

	series := func(caller energy.Caller, level campus.Level, id string) energy.Energy {
		all, err := s.reports.Series(ctx, caller, usage.Query{Level: level, ID: id, From: moved - day, To: moved + day, Bucket: usage.ByHour})
		require.NoError(t, err)
		var sum energy.Energy
		for _, step := range all[0].Steps {
			sum += step.Energy
		}
		return sum
	}
	const half = energy.KilowattHour / 2
	require.Equal(t, 4*half, series(manager, campus.OfDevice, "dm"), "for the whole campus")
	require.Equal(t, 3*half/2, series(of, campus.OfDevice, "dm"))
	require.Equal(t, 3*half/2, series(of, campus.OfRoom, string(s.roomB)), "as the total")
	require.Equal(t, 7*half/2, series(viewerOf(s.a), campus.OfRoom, string(s.roomA)), "what was used in a stays there, beside what da used")
	_, err = s.catalog.Device(ctx, viewerOf(s.a), "dm")
	require.ErrorAs(t, err, &energy.ErrNotFound{})
	s.eventsOfMovedDevice(t, moved)
}

// quarantinedElsewhere quarantines a reading of a device that then moves, and changes a day of its past.
func (s *scopesFixture) quarantinedElsewhere(t *testing.T) {
	ctx := context.Background()
	s.device(t, "dq", s.roomA)
	moved := Now - Now%day - 3*day
	for i, counted := range []energy.Energy{0, 900_000 * energy.KilowattHour} {
		r := report("dq", moved.Add(-int64(energy.Instant(5-i)*hour)))
		r.KWh, r.Register = energy.Field[energy.Energy]{}, energy.Known(counted)
		_, err := s.ledger.Record(ctx, manager, r)
		require.NoError(t, err)
	}
	s.record(t, "dq", moved-2*day, moved-hour, moved+hour)
	s.move(t, "dq", s.roomB, moved)
	q := ledger.ReadingsQuery{Device: "dq", Limit: 10}
	held, err := s.ledger.Quarantined(ctx, manager, q)
	require.NoError(t, err)
	require.Len(t, held, 1)
	seen, err := s.ledger.Quarantined(ctx, viewerOf(s.b), q)
	require.NoError(t, err)
	require.Empty(t, seen)
	_, err = s.ledger.Settle(ctx, managerOf(s.b), "dq", held[0].Reading.At.String(), ledger.AcceptStep, "razón")
	require.ErrorAs(t, err, &energy.ErrNotFound{})
	changes := func(caller energy.Caller, limit int) (days []int32) {
		all, err := s.ledger.Restatements(ctx, caller, ledger.RestatementsQuery{Device: "dq", Limit: limit})
		require.NoError(t, err)
		for _, r := range all {
			days = append(days, r.Page.Day)
		}
		return days
	}
	today := int32(moved / day)
	require.ElementsMatch(t, []int32{today - 3, today - 1, today}, changes(manager, 100))
	for _, limit := range []int{100, 1} {
		require.Equal(t, []int32{today}, changes(viewerOf(s.b), limit))
	}
}

// eventsOfMovedDevice replays the events of a device that moved.
func (s *scopesFixture) eventsOfMovedDevice(t *testing.T, moved energy.Instant) {
	ctx := context.Background()
	at := func(at energy.Instant) campus.EventSubject {
		return campus.EventSubject{Device: "dm", At: func() energy.Instant { return at }}
	}
	events := []campus.EventSubject{at(moved - hour), at(moved + hour)}
	for caller, hears := range map[energy.SpaceID][]bool{s.a: {true, false}, s.b: {false, true}, s.site: {true, true}} {
		audience, err := s.catalog.Audience(ctx, viewerOf(caller), "", "")
		require.NoError(t, err)
		heard, err := audience.MaySee(ctx, events)
		require.NoError(t, err)
		require.Equal(t, hears, heard, caller)
	}
}

// cameAndWent moves a device to b, back to a, and to b again.
func (s *scopesFixture) cameAndWent(t *testing.T) {
	first := Now - Now%day - 2*day
	s.device(t, "dw", s.roomA)
	var all []energy.Instant
	for i := range 12 {
		all = append(all, first.Add(int64(energy.Instant(i)*hour)))
	}
	s.record(t, "dw", all...)
	for i, room := range []energy.SpaceID{s.roomB, s.roomA, s.roomB} {
		s.move(t, "dw", room, first.Add(int64(energy.Instant(3*(i+1))*hour)))
	}
	require.Equal(t, []energy.Instant{all[4], all[5], all[6], all[10], all[11]}, s.instants(t, viewerOf(s.b), "dw"))
	// The same among other devices, and in lists.
	listed, err := s.ledger.List(context.Background(), viewerOf(s.b), ledger.ReadingsQuery{To: Now.Add(1 << 40), Limit: 1000})
	require.NoError(t, err)
	seen := map[energy.DeviceID]int{}
	for _, r := range listed {
		seen[r.Device]++
	}
	require.Equal(t, map[energy.DeviceID]int{"dm": 2, "dw": 5}, seen)
}

// pastIsNotWritten lets a manager of b change nothing of a device's time in a, nor move that time to b.
func (s *scopesFixture) pastIsNotWritten(t *testing.T) {
	ctx := context.Background()
	of, past := managerOf(s.b), Now-Now%day+6*hour-day-hour // an hour before dm moved
	_, err := s.ledger.Record(ctx, of, report("dm", past-15*minute))
	require.ErrorAs(t, err, &energy.ErrInvalid{})
	_, err = s.ledger.Correct(ctx, of, report("dm", past), "razón")
	require.ErrorAs(t, err, &energy.ErrNotFound{})
	_, err = s.ledger.Withdraw(ctx, of, "dm", past.String(), "razón")
	require.ErrorAs(t, err, &energy.ErrNotFound{})
	_, err = s.conditions.RecordState(ctx, of, "dm", conditions.Off, energy.Known(energy.WallTimeAt(past)))
	require.ErrorAs(t, err, &energy.ErrInvalid{})
	early := energy.Instant(0)
	for _, at := range []energy.Instant{past, early} {
		_, err = s.catalog.UpdateDevice(ctx, of, "dm", campus.DeviceEdit{Space: &s.roomB, MovedAt: &at})
		require.ErrorAs(t, err, &energy.ErrInvalid{})
	}
	later := Now - hour
	_, err = s.catalog.UpdateDevice(ctx, of, "dm", campus.DeviceEdit{Space: &s.b, MovedAt: &later})
	require.NoError(t, err, "within b it is theirs to say")
	// A gateway of b may send what its device stored, and reads nothing.
	key := energy.Caller{Subject: "k", Role: energy.Gateway, Space: s.b}
	_, err = s.ledger.Record(ctx, key, report("dm", past-30*minute))
	require.NoError(t, err)
	other := report("dm", past)
	other.KWh = energy.Known(750 * energy.WattHour)
	_, err = s.ledger.Record(ctx, key, other)
	var conflict energy.ErrConflictingReading
	require.ErrorAs(t, err, &conflict)
	require.True(t, conflict.Hidden)
}

// otherProcess changes things in one process and uses them at once in another with a fixed clock: nothing becomes visible only
// because time passes.
func (s *scopesFixture) otherProcess(t *testing.T) {
	ctx := context.Background()
	other := s.process("other")
	ledger := ledger.NewLedger(s.store, other, s.clock, s.zone, ledger.Retention{})
	conditions := conditions.NewRecorder(s.store, s.store, s.store, other, s.clock, s.zone)
	_, err := other.Campus(ctx)
	require.NoError(t, err)
	for i := range 50 {
		id := energy.DeviceID(fmt.Sprintf("new-%d", i))
		room := s.space(t, campus.KindRoom, s.b)
		s.device(t, id, room)
		_, err := ledger.Record(ctx, gateway, report(id, Now-hour))
		require.NoError(t, err)
		_, err = conditions.RecordAmbient(ctx, keyOf(id), ambientDraft(room, Now, 21_000))
		require.NoError(t, err)
		name := fmt.Sprintf("Equipo %d", i)
		_, err = s.catalog.UpdateDevice(ctx, manager, id, campus.DeviceEdit{Name: &name})
		require.NoError(t, err)
		listed, err := other.Devices(ctx, viewerOf(s.b), room, "")
		require.NoError(t, err)
		require.Len(t, listed, 1)
		require.Equal(t, name, listed[0].Name)
	}
}

package memoryenergy

import (
	"context"
	"maps"
	"slices"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/calendar"
	"github.com/holotwin/holotwin/modules/energy/campus"
	"github.com/holotwin/holotwin/modules/energy/conditions"
	"github.com/holotwin/holotwin/modules/energy/intake"
	"github.com/holotwin/holotwin/modules/energy/tariffs"
)

// Version returns the version of the catalogue.
func (s *Store) Version(context.Context) (int64, error) { return s.read().version, nil }

// Load returns the catalogue, by id.
func (s *Store) Load(context.Context) (version int64, spaces []campus.Space, devices []campus.Device, err error) {
	t := s.read()
	return t.version, inOrder(t.spaces.rows), inOrder(t.devices.rows), nil
}

// inOrder returns the values of a table, ordered by key.
func inOrder[K ~string, V any](rows map[K]V) []V {
	values := make([]V, 0, len(rows))
	for _, key := range slices.Sorted(maps.Keys(rows)) {
		values = append(values, rows[key])
	}
	return values
}

// Save stores a change if the catalogue still has the expected version.
func (s *Store) Save(_ context.Context, expected int64, change campus.Change) error {
	return s.transact(func(t *tables) error {
		if t.version != expected {
			return campus.ErrStale
		}
		t.version++
		switch {
		case change.PutSpace != nil:
			t.spaces.put(change.PutSpace.ID, *change.PutSpace)
		case change.PutDevice != nil:
			device := *change.PutDevice
			device.Former = slices.Clone(device.Former)
			t.devices.put(device.ID, device)
		case change.DropSpace != "":
			t.dropSpace(change.DropSpace)
		case change.DropDevice != "":
			t.dropDevice(change.DropDevice)
		}
		return nil
	})
}

// Dependents counts what is deleted with a space or device.
func (s *Store) Dependents(_ context.Context, drop campus.Change) (map[string]int, error) {
	t, all := s.read(), make(map[string]int)
	count := func(kind string, n int) {
		if n > 0 {
			all[kind] = n
		}
	}
	if drop.DropDevice != "" {
		count("state", len(t.states.get(drop.DropDevice)))
		return all, nil
	}
	space := drop.DropSpace
	count("calendar", t.calendar.count(func(e calendar.Entry) bool { return e.Space == space }))
	count("tariff", t.tariffs.count(func(one tariffs.Tariff) bool { return one.Space == space }))
	count("ambient", len(t.ambient.get(space)))
	for key := range t.weather.rows {
		if key.site == space {
			all["weather"]++
		}
	}
	return all, nil
}

// dropSpace also deletes the rows that belong to a space.
func (t *tables) dropSpace(id energy.SpaceID) {
	t.spaces.drop(id)
	t.calendar.dropWhere(func(_ string, e calendar.Entry) bool { return e.Space == id })
	t.tariffs.dropWhere(func(_ string, one tariffs.Tariff) bool { return one.Space == id })
	t.ambient.drop(id)
	t.weatherSites.drop(id)
	t.weather.dropWhere(func(key weatherKey, _ conditions.WeatherHour) bool { return key.site == id })
}

// dropDevice also deletes the rows that belong to a device. A device with readings is never dropped.
func (t *tables) dropDevice(id energy.DeviceID) {
	t.devices.drop(id)
	t.states.drop(id)
	t.vitals.drop(id)
	t.channels.dropWhere(func(c intake.Channel, _ bool) bool { return c.Device == id })
}

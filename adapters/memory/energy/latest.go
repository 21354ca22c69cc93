package memoryenergy

import (
	"context"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/conditions"
)

// LastReadings returns each device's last n readings, newest first.
func (s *Store) LastReadings(_ context.Context, devices []energy.DeviceID, n int) (map[energy.DeviceID][]energy.Reading, error) {
	t := s.read()
	last := make(map[energy.DeviceID][]energy.Reading)
	for _, device := range devices {
		all := t.series.get(device).standing()
		for i := len(all) - 1; i >= max(0, len(all)-n); i-- {
			last[device] = append(last[device], all[i])
		}
	}
	return last, nil
}

// LatestStates returns each device's last change at or before an instant.
func (s *Store) LatestStates(ctx context.Context, devices []energy.DeviceID, at energy.Instant) (map[energy.DeviceID]conditions.StateChange, error) {
	latest := make(map[energy.DeviceID]conditions.StateChange)
	for _, device := range devices {
		if c, found, _ := s.StateBefore(ctx, device, at+1); found {
			latest[device] = c
		}
	}
	return latest, nil
}

// LatestAmbient returns the latest measures of spaces in [from, to].
func (s *Store) LatestAmbient(_ context.Context, spaces []energy.SpaceID, from, to energy.Instant) (map[energy.SpaceID]conditions.LatestAmbient, error) {
	t := s.read()
	latest := make(map[energy.SpaceID]conditions.LatestAmbient)
	for _, space := range spaces {
		for _, a := range t.ambientIn(space, from, to+1) {
			of := latest[space]
			for measure, value := range map[**conditions.LatestMeasure]*int64{
				&of.Temperature: a.Temperature, &of.Humidity: a.Humidity, &of.CO2: a.CO2, &of.Occupancy: a.Occupancy,
			} {
				if value != nil {
					*measure = &conditions.LatestMeasure{Value: *value, At: a.At, Source: conditions.FromSensor}
				}
			}
			latest[space] = of
		}
	}
	return latest, nil
}

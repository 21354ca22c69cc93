package memoryenergy

import (
	"context"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/intake"
)

// StoreHeartbeats stores the newest heartbeat of each device.
func (s *Store) StoreHeartbeats(_ context.Context, all []intake.Heartbeat) error {
	return s.transact(func(t *tables) error {
		for _, v := range all {
			if v.Seen >= t.vitals.get(v.Device).Seen {
				t.vitals.put(v.Device, v)
			}
		}
		return nil
	})
}

// HeartbeatsOf returns the heartbeats of devices.
func (s *Store) HeartbeatsOf(_ context.Context, devices []energy.DeviceID) (map[energy.DeviceID]intake.Heartbeat, error) {
	t := s.read()
	vitals := make(map[energy.DeviceID]intake.Heartbeat)
	for _, device := range devices {
		if t.vitals.has(device) {
			vitals[device] = t.vitals.get(device)
		}
	}
	return vitals, nil
}

// ClocksOff returns by how many ms the clocks of devices are ahead, for those that are wrong.
func (s *Store) ClocksOff(context.Context) (map[energy.DeviceID]int64, error) {
	off := make(map[energy.DeviceID]int64)
	for device, v := range s.read().vitals.rows {
		if v.Clock != 0 {
			off[device] = v.Clock
		}
	}
	return off, nil
}

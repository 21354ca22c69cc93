package memoryenergy

import (
	"context"

	"github.com/holotwin/holotwin/modules/energy"
)

// KeepVitals stores the newest of each device.
func (s *Store) KeepVitals(_ context.Context, all []energy.Vital) error {
	return s.transact(func(t *tables) error {
		for _, v := range all {
			if v.Heard >= t.vitals.get(v.Device).Heard {
				t.vitals.put(v.Device, v)
			}
		}
		return nil
	})
}

// VitalsOf returns those of devices.
func (s *Store) VitalsOf(_ context.Context, devices []energy.DeviceID) (map[energy.DeviceID]energy.Vital, error) {
	t := s.read()
	vitals := make(map[energy.DeviceID]energy.Vital)
	for _, device := range devices {
		if t.vitals.has(device) {
			vitals[device] = t.vitals.get(device)
		}
	}
	return vitals, nil
}

// ClocksOff returns by how many ms the clocks of devices are ahead, of those that are not right.
func (s *Store) ClocksOff(context.Context) (map[energy.DeviceID]int64, error) {
	off := make(map[energy.DeviceID]int64)
	for device, v := range s.read().vitals.rows {
		if v.Clock != 0 {
			off[device] = v.Clock
		}
	}
	return off, nil
}

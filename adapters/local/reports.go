package local

import (
	"context"
	"time"

	"github.com/holotwin/holotwin/modules/auth"
	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/campus"
	"github.com/holotwin/holotwin/modules/energy/intake"
)

// Reports reports to the auth module which devices of a key sent something.
type Reports struct {
	Catalog *campus.Catalog
	Fleet   *intake.Fleet
	Clock   energy.Clock
}

var _ auth.Reports = Reports{}

// ReportingToday counts the devices in a key's reach that sent something today, if the key was used today.
func (r Reports) ReportingToday(ctx context.Context, key auth.Key) (int, error) {
	campus, err := r.Catalog.Campus(ctx)
	if err != nil {
		return 0, err
	}
	now, used := r.Clock.Now(), energy.InstantOf(key.LastUsed)
	midnights := make(map[energy.DeviceID]energy.Instant)
	var ids []energy.DeviceID
	for _, device := range devicesOf(campus, callerOfKey(key)) {
		if midnight := dayStart(now, campus.Zone(device.Space)); used >= midnight {
			midnights[device.ID] = midnight
			ids = append(ids, device.ID)
		}
	}
	seen, err := r.Fleet.LastSeen(ctx, ids)
	reporting := 0
	for id, at := range seen {
		if at >= midnights[id] {
			reporting++
		}
	}
	return reporting, err
}

// devicesOf returns the devices that a caller may report for.
func devicesOf(campus *campus.Campus, caller energy.Caller) []campus.Device {
	all := campus.DevicesWithin(caller.Space)
	may := all[:0]
	for _, d := range all {
		if campus.MayReport(caller, d.ID) {
			may = append(may, d)
		}
	}
	return may
}

// dayStart returns when the local day began that contains an instant.
func dayStart(at energy.Instant, zone *time.Location) energy.Instant {
	year, month, day := at.Time().In(zone).Date()
	return energy.InstantOf(energy.Midnight(year, month, day, zone))
}

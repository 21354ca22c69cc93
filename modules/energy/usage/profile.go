package usage

import (
	"context"
	"time"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/campus"
	"github.com/holotwin/holotwin/modules/energy/habit"
)

// Profile is the mean load by day of week and hour of day, both in the site's zone: the first index is a
// time.Weekday, the second an hour.
type Profile [7][24]ProfileHour

// ProfileHour is one hour of the week.
type ProfileHour struct {
	// Mean is the mean power of the known quarter hours; Known is false if there are none.
	Mean  energy.Power
	Known bool
	// Coverage is the measured part of the time, 0 to 1, weighed as in a Step.
	Coverage float64
}

// maxProfile is the maximum range of a profile, ms.
const maxProfile = 3 * 366 * energy.DayMs

// Profile averages the load of a level and id over [from, to). Errors: ErrInvalid, ErrNotFound, ErrForbidden.
func (r *Queries) Profile(ctx context.Context, caller energy.Caller, level campus.Level, id string, from, to energy.Instant) (Profile, error) {
	q := Query{Level: level, ID: id, From: from, To: to}
	campus, scope, err := r.scoped(ctx, caller, &q, r.directory.Fresh)
	if err != nil {
		return Profile{}, err
	}
	if int64(to-from) > maxProfile {
		return Profile{}, tooLong()
	}
	t, err := r.totals(ctx, campus, scope, q)
	if err != nil {
		return Profile{}, err
	}
	return profileOf(t, scope.Zone, min(q.To, r.clock.Now())), nil
}

// profileOf averages the quarter hours up to now by hour of the week.
func profileOf(t *quarterTotals, zone *time.Location, now energy.Instant) Profile {
	var sums [7][24]struct {
		energy             energy.Energy
		known              int64
		measured, expected float64
	}
	for i, q := range t.span.quarters {
		at := energy.QuarterStart(t.span.first + int64(i))
		if at >= now {
			break
		}
		local := at.Time().In(zone)
		s := &sums[local.Weekday()][local.Hour()]
		due := t.expected[i] * passed(at, now)
		s.expected += due
		s.measured += min(t.measured[i], due)
		if q.Known() {
			s.energy += q.Energy
			s.known += energy.QuarterMs
		}
	}
	var p Profile
	for day := range sums {
		for hour, s := range sums[day] {
			if s.known > 0 {
				p[day][hour].Known, p[day][hour].Mean = true, energy.MeanPower(s.energy, s.known)
			}
			p[day][hour].Coverage = habit.ShareOf(s.measured, s.expected)
		}
	}
	return p
}

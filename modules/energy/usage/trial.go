package usage

import (
	"context"
	"errors"
	"slices"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/campus"
	"github.com/holotwin/holotwin/modules/energy/tariffs"
)

// TrialSum is the energy of a space in [From, To), before and after a change that is not stored.
type TrialSum struct {
	Space         campus.Space
	From, To      energy.Instant
	Before, After Sum
}

// Sum is an amount of energy; Known is false if nothing was measured.
type Sum struct {
	Energy energy.Energy
	Known  bool
}

// trialDays is how many days a TrialSum covers.
const trialDays = 30

// TrialSums returns the sums of the spaces around the device of a trial, as Series computes them on either campus: the space that
// holds it, its building and its site, and those of its earlier place if it moves. They cover the last 30 local days with readings
// of the device or of a meter that it is or was behind; without such readings there are none. Errors: ErrForbidden, ErrNotFound.
func (r *Queries) TrialSums(ctx context.Context, caller energy.Caller, t campus.Trial) ([]TrialSum, error) {
	to, found, err := r.lastMeasured(ctx, caller, t)
	if err != nil || !found {
		return nil, err
	}
	device, _ := t.After.Device(t.ID)
	day := ByDay.Start(to-1, t.After.Zone(device.Space)).Time().In(t.After.Zone(device.Space))
	from := energy.InstantOf(energy.Midnight(day.Year(), day.Month(), day.Day()-trialDays+1, day.Location()))
	var sums []TrialSum
	for _, space := range spacesAround(caller, t) {
		s := TrialSum{Space: space, From: from, To: to}
		if s.Before, err = r.on(t.Before).sum(ctx, caller, s); err != nil {
			return nil, err
		}
		if s.After, err = r.on(t.After).sum(ctx, caller, s); err != nil {
			return nil, err
		}
		sums = append(sums, s)
	}
	return sums, nil
}

// lastMeasured returns the end of the data of a trial's device and of its meters; found is false if there is none.
func (r *Queries) lastMeasured(ctx context.Context, caller energy.Caller, t campus.Trial) (last energy.Instant, found bool, err error) {
	before, _ := t.Before.Device(t.ID)
	after, _ := t.After.Device(t.ID)
	for _, id := range []energy.DeviceID{t.ID, before.Parent, after.Parent} {
		_, to, measured, err := r.on(t.Before).MeasuredRange(ctx, caller, campus.OfDevice, string(id))
		switch {
		case errors.As(err, &energy.ErrNotFound{}): // there is no meter, or the caller does not see it
		case err != nil:
			return 0, false, err
		case measured:
			last, found = max(last, to), true
		}
	}
	return last, found, nil
}

// spacesAround returns the spaces whose sums a trial may change and that the caller sees, from the inside out: the space of the
// device, its building and its site, after the change and before it.
func spacesAround(caller energy.Caller, t campus.Trial) []campus.Space {
	var all []campus.Space
	for _, c := range []*campus.Campus{t.After, t.Before} {
		device, _ := c.Device(t.ID)
		for i, id := range c.Path(device.Space) {
			space, _ := c.Space(id)
			counts := i == 0 || space.Kind == campus.KindBuilding || space.Kind == campus.KindSite
			if counts && c.Sees(caller, id) && !slices.ContainsFunc(all, func(s campus.Space) bool { return s.ID == id }) {
				all = append(all, space)
			}
		}
	}
	return all
}

// on returns the same queries about another campus.
func (r *Queries) on(tree *campus.Campus) *Queries {
	other := *r
	other.directory = fixedCampus{tree}
	return &other
}

// fixedCampus is the directory of one campus.
type fixedCampus struct{ campus *campus.Campus }

func (f fixedCampus) Campus(context.Context) (*campus.Campus, error) { return f.campus, nil }
func (f fixedCampus) Fresh(context.Context) (*campus.Campus, error)  { return f.campus, nil }

// sum adds up the series of a space.
func (r *Queries) sum(ctx context.Context, caller energy.Caller, of TrialSum) (Sum, error) {
	q := Query{Level: campus.Level(of.Space.Kind), ID: string(of.Space.ID), From: of.From, To: of.To, Bucket: ByDay}
	all, _, err := r.series(ctx, caller, q, func(energy.SpaceID, energy.Instant, energy.Instant) ([]tariffs.Rate, error) { return nil, nil })
	if err != nil {
		return Sum{}, err
	}
	var sum Sum
	for _, step := range all[0].Steps {
		if step.Known {
			sum.Energy, sum.Known = sum.Energy+step.Energy, true
		}
	}
	return sum, nil
}

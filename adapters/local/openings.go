package local

import (
	"context"
	"errors"

	"github.com/holotwin/holotwin/modules/advice"
	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/calendar"
)

// OpenDay enters in the calendar that a space opened on a date.
func (e Energy) OpenDay(ctx context.Context, caller advice.Caller, space, name, date string) (string, error) {
	entry, err := e.Rules.AddCalendarEntry(ctx, actingFor(caller), calendar.Entry{
		Space: energy.SpaceID(space), Name: name, Kind: calendar.Open, From: date, To: date,
	})
	return entry.ID, refusal(err)
}

// DropOpening takes an entry of the calendar away; one that is not there is gone already.
func (e Energy) DropOpening(ctx context.Context, caller advice.Caller, id string) error {
	err := e.Rules.DropCalendarEntry(ctx, actingFor(caller), id)
	if errors.As(err, &energy.ErrNotFound{}) {
		return nil
	}
	return refusal(err)
}

// actingFor is a caller of the advice module, with the same rights, as the energy module has them.
func actingFor(c advice.Caller) energy.Caller {
	return energy.Caller{Subject: c.Subject, Role: energy.Role(c.Role), Space: energy.SpaceID(c.Space)}
}

// refusal is the advice module's error for one of the energy module's.
func refusal(err error) error {
	if errors.As(err, &energy.ErrForbidden{}) {
		return advice.ErrForbidden{}
	}
	return err
}

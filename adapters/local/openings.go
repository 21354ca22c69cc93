package local

import (
	"context"
	"errors"

	"github.com/holotwin/holotwin/modules/advice"
	"github.com/holotwin/holotwin/modules/advice/questions"
	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/calendar"
)

// OpenDay adds to the calendar that a space was open on a date, unless it was added before.
func (e Energy) OpenDay(ctx context.Context, caller advice.Caller, entry questions.Opening) error {
	if !caller.MayManage() {
		return advice.ErrForbidden{}
	}
	if there, err := e.HasOpening(ctx, caller, entry.ID); err != nil || there {
		return err
	}
	_, err := e.Rules.AddCalendarEntry(ctx, actingFor(caller), calendar.Entry{
		ID: entry.ID, Space: energy.SpaceID(entry.Space), Name: entry.Name, Kind: calendar.Open, From: entry.Date, To: entry.Date,
	})
	return adviceError(err)
}

// HasOpening reports whether the calendar has an entry that the caller may remove.
func (e Energy) HasOpening(ctx context.Context, caller advice.Caller, id string) (bool, error) {
	_, err := e.Rules.CalendarEntry(ctx, actingFor(caller), id)
	if errors.As(err, &energy.ErrNotFound{}) {
		return false, nil
	}
	return err == nil, adviceError(err)
}

// DropOpening removes an entry from the calendar. An entry that does not exist is not an error.
func (e Energy) DropOpening(ctx context.Context, caller advice.Caller, id string) error {
	err := e.Rules.DropCalendarEntry(ctx, actingFor(caller), id)
	if errors.As(err, &energy.ErrNotFound{}) {
		return nil
	}
	return adviceError(err)
}

// actingFor converts a caller of the advice module to one of the energy module with the same rights.
func actingFor(c advice.Caller) energy.Caller {
	return energy.Caller{Subject: c.Subject, Role: energy.Role(c.Role), Space: energy.SpaceID(c.Space)}
}

// adviceError converts an error of the energy module to the advice module's.
func adviceError(err error) error {
	if errors.As(err, &energy.ErrForbidden{}) {
		return advice.ErrForbidden{}
	}
	return err
}

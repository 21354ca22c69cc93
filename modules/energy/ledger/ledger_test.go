package ledger_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/energytest"
	"github.com/holotwin/holotwin/modules/energy/ledger"
)

func ExampleLedger_Record() {
	ctx, campus := context.Background(), energytest.NewSmallCampus()
	device, at := energy.Known(energy.DeviceID("tv")), energy.Read("2026-05-26T09:45:00", energy.ParseWallTime)
	send := func(used energy.Energy) error {
		outcome, err := campus.Ledger.Record(ctx, energytest.SmallGateway, ledger.Draft{Device: device, At: at, KWh: energy.Known(used)})
		if err == nil {
			fmt.Println("stored:", outcome.Stored.Energy.KWh(), "new:", outcome.Result == energy.Inserted)
		}
		return err
	}
	_ = send(250 * energy.WattHour)
	_ = send(250 * energy.WattHour)
	fmt.Println(send(300 * energy.WattHour))
	// Output:
	// stored: 0.25 new: true
	// stored: 0.25 new: false
	// conflicting reading of tv at 2026-05-26T14:45:00Z
}

// ruleOf returns the field and rule of the first flaw of an error; empty if it has none.
func ruleOf(err error) string {
	var invalid energy.ErrInvalid
	if errors.As(err, &invalid) {
		return invalid.Flaws[0].Field + " " + invalid.Flaws[0].Rule
	}
	return ""
}

// TestRecord stores drafts at 10:00 and checks the flaws of those that it rejects.
func TestRecord(t *testing.T) {
	device, unknown := energy.Known(energy.DeviceID("tv")), energy.Known(energy.DeviceID("nobody"))
	at, kwh, power := energy.Read("2026-05-26T09:45:00", energy.ParseWallTime), energy.Known(250*energy.WattHour), energy.Known(60*energy.Watt)
	for name, c := range map[string]struct {
		draft ledger.Draft
		flaw  string
	}{
		"an interval":           {ledger.Draft{Device: device, At: at, KWh: kwh}, ""},
		"a register":            {ledger.Draft{Device: device, At: at, Register: energy.Known(1_234_500 * energy.WattHour)}, ""},
		"a power":               {ledger.Draft{Device: device, At: at, Power: power}, ""},
		"of an age":             {ledger.Draft{Device: device, Age: energy.Known(int64(90_000)), KWh: kwh}, ""},
		"without a time":        {ledger.Draft{Device: device, KWh: kwh}, ""},
		"without a device":      {ledger.Draft{At: at, KWh: kwh}, "device_id required"},
		"of an unknown device":  {ledger.Draft{Device: unknown, At: at, KWh: kwh}, "device_id no_such"},
		"without a value":       {ledger.Draft{Device: device, At: at}, "kwh exactly_one"},
		"with two values":       {ledger.Draft{Device: device, At: at, KWh: kwh, Power: power}, "kwh exactly_one"},
		"negative":              {ledger.Draft{Device: device, At: at, KWh: energy.Known(-energy.KilowattHour)}, "kwh negative"},
		"not a number":          {ledger.Draft{Device: device, At: at, KWh: energy.Unreadable[energy.Energy]()}, "kwh number"},
		"of more than possible": {ledger.Draft{Device: device, At: at, KWh: energy.Known(5000 * energy.KilowattHour)}, "kwh impossible_use"},
		"in the future":         {ledger.Draft{Device: device, At: energy.Read("2026-05-26T11:00:00", energy.ParseWallTime), KWh: kwh}, "timestamp future"},
		"not a time":            {ledger.Draft{Device: device, At: energy.Read("yesterday", energy.ParseWallTime), KWh: kwh}, "timestamp instant"},
	} {
		t.Run(name, func(t *testing.T) {
			campus := energytest.NewSmallCampus()
			_, err := campus.Ledger.Record(context.Background(), energytest.SmallManager, c.draft)
			require.Equal(t, c.flaw, ruleOf(err), "%v", err)
			require.Equal(t, c.flaw == "", err == nil)
			want := 0
			if c.flaw == "" {
				want = 1
			}
			require.Len(t, campus.Readings(t, "tv"), want)
		})
	}
	_, err := energytest.NewSmallCampus().Ledger.Record(context.Background(), energy.Caller{Role: energy.Viewer}, ledger.Draft{Device: device, At: at, KWh: kwh})
	require.ErrorAs(t, err, &energy.ErrForbidden{})
}

// TestCorrections corrects a reading, withdraws it and restores it: the totals change with it, and the history is kept.
func TestCorrections(t *testing.T) {
	ctx, campus := context.Background(), energytest.NewSmallCampus()
	device, at := "tv", "2026-05-26T09:45:00"
	campus.RecordAll(t, device, map[string]string{at: "0.5"})
	correct := func(kwh string) {
		_, err := campus.Ledger.Correct(ctx, energytest.SmallManager, energytest.DraftOf(device, at, kwh), "the meter was read wrongly")
		require.NoError(t, err)
	}
	total := func() string { return energytest.Total(t, campus.Store, "tv").KWh() }
	correct("0.4")
	require.Equal(t, "0.4", total())
	outcome, err := campus.Record(device, at, "0.5")
	require.NoError(t, err)
	require.Equal(t, energy.Duplicate, outcome.Result, "the device only sends again what was corrected")
	_, err = campus.Ledger.Withdraw(ctx, energytest.SmallManager, device, at, "a test")
	require.NoError(t, err)
	require.Equal(t, "0", total())
	correct("0.3")
	require.Equal(t, "0.3", total())
	_, made, err := campus.Ledger.History(ctx, energytest.SmallManager, device, at)
	require.NoError(t, err)
	var history []string
	for _, c := range made {
		text := [2]string{"-", "-"}
		for i, r := range []*energy.Reading{c.Before, c.After} {
			if r != nil {
				text[i] = r.Energy.KWh()
			}
		}
		history = append(history, text[0]+" to "+text[1])
	}
	require.Equal(t, []string{"0.5 to 0.4", "0.4 to -", "- to 0.3"}, history)
}

// TestQuarantinedReadingsAreSettled settles a step that the device cannot have made.
func TestQuarantinedReadingsAreSettled(t *testing.T) {
	for ruling, total := range map[ledger.Ruling]string{ledger.AcceptStep: "900.5", ledger.RestartCounter: "0.5"} {
		ctx, campus := context.Background(), energytest.NewSmallCampus()
		device, held := "tv", "2026-05-26T09:15:00"
		for at, count := range map[string]string{"2026-05-26T09:00:00": "100", held: "1000", "2026-05-26T09:30:00": "1000.5"} {
			_, err := campus.Ledger.Record(ctx, energytest.SmallGateway, ledger.Draft{
				Device: energy.Read(device, energy.ParseDeviceID), At: energy.Read(at, energy.ParseWallTime), Register: energy.Read(count, energy.ParseKWh),
			})
			require.NoError(t, err)
		}
		all, err := campus.Ledger.Quarantined(ctx, energytest.SmallManager, ledger.ReadingsQuery{Limit: 10})
		require.NoError(t, err)
		require.Len(t, all, 1)
		require.Equal(t, []any{energytest.Local(held), ledger.Impossible, "900"}, []any{all[0].Reading.At, all[0].Reason, all[0].Step().KWh()})
		require.Equal(t, "0.5", energytest.Total(t, campus.Store, "tv").KWh())
		_, err = campus.Ledger.Settle(ctx, energytest.SmallManager, device, held, ruling, "I looked at it")
		require.NoError(t, err)
		require.Equal(t, total, energytest.Total(t, campus.Store, "tv").KWh())
		_, err = campus.Ledger.Settle(ctx, energytest.SmallManager, device, held, ruling, "again")
		require.ErrorAs(t, err, &energy.ErrNotFound{})
	}
}

// TestWhatBecomesOfReadingsIsCounted sends readings one by one and in batches: each is counted once, and nothing as stored that is not.
func TestWhatBecomesOfReadingsIsCounted(t *testing.T) {
	campus := energytest.NewSmallCampus()
	var seen ledger.Verdicts
	campus.Ledger.OnCounted(func(v ledger.Verdicts) {
		seen.Stored, seen.Repeated, seen.Conflicting, seen.Rejected = seen.Stored+v.Stored, seen.Repeated+v.Repeated, seen.Conflicting+v.Conflicting, seen.Rejected+v.Rejected
	})
	draft := func(device string, used energy.Energy, hour int) ledger.Draft {
		at := energy.Read(fmt.Sprintf("2026-05-26T%02d:45:00", hour), energy.ParseWallTime)
		return ledger.Draft{Device: energy.Known(energy.DeviceID(device)), At: at, KWh: energy.Known(used)}
	}
	rows := func(drafts ...ledger.Draft) func(func(ledger.Row) bool) {
		return func(yield func(ledger.Row) bool) {
			for i, d := range drafts {
				if !yield(ledger.Row{Line: i + 1, Draft: d}) {
					return
				}
			}
		}
	}
	for _, d := range []ledger.Draft{draft("tv", 1, 8), draft("tv", 1, 8), draft("tv", 2, 8), draft("nobody", 1, 8)} {
		_, _ = campus.Ledger.Record(t.Context(), energytest.SmallGateway, d)
	}
	require.Equal(t, ledger.Verdicts{Stored: 1, Repeated: 1, Conflicting: 1, Rejected: 1}, seen)
	_, err := campus.Ledger.RecordAll(t.Context(), energytest.SmallGateway, rows(draft("tv", 1, 7), draft("tv", 1, 7), draft("nobody", 1, 7)), false)
	require.NoError(t, err)
	require.Equal(t, ledger.Verdicts{Stored: 2, Repeated: 2, Conflicting: 1, Rejected: 2}, seen)
	_, _ = campus.Ledger.RecordAll(t.Context(), energytest.SmallGateway, rows(draft("tv", 1, 6), draft("tv", 9, 8)), true)
	require.Equal(t, ledger.Verdicts{Stored: 2, Repeated: 2, Conflicting: 2, Rejected: 2}, seen, "all or none")
}

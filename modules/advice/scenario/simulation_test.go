package scenario_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/modules/advice"
	"github.com/holotwin/holotwin/modules/advice/advicetest"
	"github.com/holotwin/holotwin/modules/advice/scenario"
)

func simulate(t *testing.T, a *advicetest.Services, changes ...scenario.Change) scenario.Simulation {
	t.Helper()
	s, err := a.Simulate(t.Context(), advicetest.Manager, scenario.Scenario{Changes: changes})
	require.NoError(t, err)
	return s
}

func TestSimulateReplaysWhatWasMeasured(t *testing.T) {
	campus := advicetest.GamesRoom()
	campus.Demand = 20000
	a := advicetest.NewServices(campus, advicetest.NewClock(advicetest.End), nil)
	off := simulate(t, a, scenario.Change{Target: "ac-1", Action: scenario.OffHours})
	require.Equal(t, advice.Target{Level: advice.OfRoom, ID: "sala"}, off.Scope, "the innermost space that holds it")
	require.Equal(t, advicetest.FourWeeks, off.Measured)
	shut := 0.0
	uses, err := campus.Hours(t.Context(), advice.Target{Level: advice.OfDevice, ID: "ac-1"}, advicetest.Start.UTC(), advicetest.End.UTC())
	require.NoError(t, err)
	for _, u := range uses {
		if !advicetest.Opens(u.Start.In(advicetest.Bogota)) {
			shut += u.KWh
		}
	}
	require.Positive(t, shut)
	require.InDelta(t, shut, off.Saved.KWh, 1e-4)
	require.InDelta(t, 500*shut, off.Saved.Cost, 0.5, "the peak lies in working hours and stays")
	require.InDelta(t, 0.165*shut, off.Saved.CO2Kg, 1e-4)
	require.InDelta(t, off.Before.KWh-off.Saved.KWh, off.After.KWh, 1e-6)
	require.LessOrEqual(t, *off.Saved.KWhLow, off.Saved.KWh)
	require.GreaterOrEqual(t, *off.Saved.KWhHigh, off.Saved.KWh)

	both := simulate(t, a, scenario.Change{Target: "ac-1", Action: scenario.OffHours}, scenario.Change{Target: "luz-1", Action: scenario.RemoveAll})
	require.Equal(t, "bloque", both.Scope.ID)
	require.InDelta(t, off.Saved.KWh+both.Changes[1].KWh, both.Saved.KWh, 1e-6)

	none := simulate(t, a)
	require.Equal(t, "sitio", none.Scope.ID)
	require.Equal(t, none.Before, none.After)
	require.Zero(t, none.Saved.KWh)
	require.Zero(t, *none.Saved.KWhLow)
	require.Zero(t, *none.Saved.CostHigh)
}

func TestSimulateAnotherTariff(t *testing.T) {
	campus := advicetest.GamesRoom()
	a := advicetest.NewServices(campus, advicetest.NewClock(advicetest.End), nil)
	s := simulate(t, a, scenario.Change{Action: scenario.NewTariff, Tariff: &scenario.Tariff{
		PricePerKWh: 400, DemandPerKW: 1000, Periods: []scenario.Period{{Days: []string{"mon", "tue", "wed", "thu", "fri"}, From: "00:00", To: "24:00", PricePerKWh: 600}},
	}})
	require.Zero(t, s.Saved.KWh)
	require.InDelta(t, 500*s.Before.KWh, s.Before.Cost, 1e-6)
	// The last day of the four weeks is a Sunday, so each weekday occurs four times; 27 of February's 28 days were replayed.
	require.Greater(t, s.After.Cost, 400*s.Before.KWh+900*s.Before.PeakKW)
	require.Less(t, s.After.Cost, 600*s.Before.KWh+1100*s.Before.PeakKW)
	require.InDelta(t, s.Before.Cost-s.After.Cost, s.Saved.Cost, 1e-6)
}

func TestSimulateRefusesWhatCannotBe(t *testing.T) {
	campus := advicetest.GamesRoom()
	a := advicetest.NewServices(campus, advicetest.NewClock(advicetest.End), nil)
	two, minus := 2.0, -1.0
	for name, c := range map[string]struct {
		scenario scenario.Scenario
		fields   []string
	}{
		"action":            {scenario.Scenario{Changes: []scenario.Change{{Target: "ac-1", Action: "explode"}}}, []string{"changes[0].action"}},
		"no target":         {scenario.Scenario{Changes: []scenario.Change{{Action: scenario.RemoveAll}}}, []string{"changes[0].target"}},
		"hours":             {scenario.Scenario{Changes: []scenario.Change{{Target: "ac-1", Action: scenario.OffHours, From: "22:30", To: "x", Days: []string{"lun"}}}}, []string{"changes[0].days", "changes[0].from", "changes[0].to"}},
		"no degrees":        {scenario.Scenario{Changes: []scenario.Change{{Target: "ac-1", Action: scenario.SetPoint}}}, []string{"changes[0].degrees"}},
		"negative":          {scenario.Scenario{Changes: []scenario.Change{{Target: "ac-1", Action: scenario.ReplaceBy, Count: &minus, Watts: &minus}}}, []string{"changes[0].count", "changes[0].watts"}},
		"no price":          {scenario.Scenario{Changes: []scenario.Change{{Action: scenario.NewTariff}}}, []string{"changes[0].price_per_kwh"}},
		"backwards":         {scenario.Scenario{From: advicetest.End, To: advicetest.Start}, []string{"to"}},
		"cold lights":       {scenario.Scenario{Changes: []scenario.Change{{Target: "luz-1", Action: scenario.SetPoint, Degrees: &two}}}, []string{"changes[0].target"}},
		"too small a space": {scenario.Scenario{Space: "aula", Changes: []scenario.Change{{Target: "ac-1", Action: scenario.RemoveAll}}}, []string{"space_id"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := a.Simulate(t.Context(), advicetest.Manager, c.scenario)
			var invalid advice.ErrInvalid
			require.ErrorAs(t, err, &invalid)
			var fields []string
			for _, f := range invalid.Flaws {
				fields = append(fields, f.Field)
			}
			require.Equal(t, c.fields, fields)
		})
	}
	_, err := a.Simulate(t.Context(), advicetest.Manager, scenario.Scenario{From: advicetest.End.AddDate(1, 0, 0), To: advicetest.End.AddDate(1, 1, 0)})
	require.ErrorAs(t, err, &advice.ErrNothingMeasured{})
	viewer := advice.Caller{Role: advice.Viewer, Space: "aula"}
	_, err = a.Simulate(t.Context(), viewer, scenario.Scenario{Changes: []scenario.Change{{Target: "ac-1", Action: scenario.RemoveAll}}})
	require.ErrorAs(t, err, &advice.ErrNotFound{})
	typical := simulate(t, a, scenario.Change{Target: "ac-1", Action: scenario.SetPoint, Degrees: &two})
	require.Equal(t, scenario.FromTypical, typical.Changes[0].Source, "no temperature: the published range")
}

func TestKeptScenariosCanBeCompared(t *testing.T) {
	clock := advicetest.NewClock(advicetest.End)
	a := advicetest.NewServices(advicetest.GamesRoom(), clock, nil)
	off := []scenario.Change{{Target: "ac-1", Action: scenario.OffHours}}
	_, err := a.Store(t.Context(), advicetest.Manager, scenario.Scenario{Changes: off})
	require.ErrorAs(t, err, &advice.ErrInvalid{}, "without a name")
	first, err := a.Store(t.Context(), advicetest.Manager, scenario.Scenario{Name: "Apagar", Changes: off})
	require.NoError(t, err)
	clock.Move(time.Minute)
	second, err := a.Store(t.Context(), advicetest.Manager, scenario.Scenario{Name: "Quitar", Changes: []scenario.Change{{Target: "luz-1", Action: scenario.RemoveAll}}})
	require.NoError(t, err)
	all, err := a.Stored(t.Context(), advicetest.Manager, nil)
	require.NoError(t, err)
	require.Equal(t, []string{second.ID, first.ID}, []string{all[0].ID, all[1].ID})
	viewer := advice.Caller{Role: advice.Viewer, Space: "sala"}
	seen, err := a.Stored(t.Context(), viewer, nil)
	require.NoError(t, err)
	require.Len(t, seen, 1)
	_, err = a.Stored(t.Context(), viewer, []string{second.ID})
	require.ErrorAs(t, err, &advice.ErrNotFound{})
	_, err = a.Store(t.Context(), viewer, scenario.Scenario{Name: "x"})
	require.ErrorIs(t, err, advice.ErrForbidden{})
	require.ErrorIs(t, a.Delete(t.Context(), viewer, first.ID), advice.ErrForbidden{})
	require.NoError(t, a.Delete(t.Context(), advicetest.Manager, first.ID))
	require.ErrorAs(t, a.Delete(t.Context(), advicetest.Manager, first.ID), &advice.ErrNotFound{})
}

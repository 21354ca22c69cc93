package recommendations_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/modules/advice"
	"github.com/holotwin/holotwin/modules/advice/advicetest"
	"github.com/holotwin/holotwin/modules/advice/recommendations"
	"github.com/holotwin/holotwin/modules/advice/rules"
	"github.com/holotwin/holotwin/modules/advice/text"
)

func TestListAdvisesWhatFollowsFromTheReadings(t *testing.T) {
	a := advicetest.NewServices(advicetest.GamesRoom(), advicetest.NewClock(advicetest.End), nil)
	answer := advicetest.List(t, a, advicetest.Manager, recommendations.Query{})
	require.Len(t, answer.Items, 1)
	r := answer.Items[0]
	require.Equal(t, rules.OutOfHours, r.Finding.Kind)
	require.Equal(t, "ac-1", r.Device())
	require.Equal(t, "sala", r.Space)
	require.Equal(t, advice.High, r.Priority)
	require.InDelta(t, 500*r.Finding.Saving.KWh, r.Money.Cost, 0.01)
	require.InDelta(t, 500*r.Finding.Saving.Low, r.Money.CostLow, 0.01)
	require.InDelta(t, 0.165*r.Finding.Saving.KWh, r.Money.CO2Kg, 0.01)
	require.Equal(t, rules.Inputs{Consumption: true, HourOfDay: true}, answer.Considered)
	require.Nil(t, answer.Reason)
	require.Zero(t, answer.Pending)

	spanish := r.Text(text.Spanish)
	require.Contains(t, spanish.Message, "«Aire central» (Sala de Juegos)")
	require.Contains(t, spanish.Message, "de 23:00 a 06:00")
	require.Contains(t, spanish.Message, "al menos")
	require.Contains(t, r.Text(text.English).Message, "from 23:00 to 06:00")
}

// TestListWithoutEnergy lists what was computed last, and says how old it may be. Without any analysis it cannot answer.
func TestListWithoutEnergy(t *testing.T) {
	room, clock := advicetest.GamesRoom(), advicetest.NewClock(advicetest.End)
	a := advicetest.NewServices(room, clock, nil)
	room.Away = true
	_, err := a.List(t.Context(), advicetest.Manager, recommendations.Query{})
	require.ErrorIs(t, err, advice.ErrAway)
	room.Away = false
	known := advicetest.List(t, a, advicetest.Manager, recommendations.Query{})
	require.Zero(t, known.AsOf)

	clock.Move(time.Hour)
	room.Away = true
	answer := advicetest.List(t, a, advicetest.Manager, recommendations.Query{})
	require.Equal(t, known.Items, answer.Items)
	require.True(t, advicetest.End.Equal(answer.AsOf), "%v", answer.AsOf)
	_, err = a.Anomalies(t.Context(), advicetest.Manager, recommendations.AnomalyQuery{})
	require.ErrorIs(t, err, advice.ErrAway)
}

func TestListFiltersAndScopes(t *testing.T) {
	a := advicetest.NewServices(advicetest.GamesRoom(), advicetest.NewClock(advicetest.End), nil)
	for name, c := range map[string]struct {
		caller advice.Caller
		query  recommendations.Query
		want   int
		code   text.Code
	}{
		"of its room":          {advicetest.Manager, recommendations.Query{Space: "sala"}, 1, ""},
		"of the building":      {advicetest.Manager, recommendations.Query{Space: "bloque"}, 1, ""},
		"of another room":      {advicetest.Manager, recommendations.Query{Space: "aula"}, 0, text.NothingFound},
		"of its device":        {advicetest.Manager, recommendations.Query{Device: "ac-1"}, 1, ""},
		"of a clean device":    {advicetest.Manager, recommendations.Query{Device: "tv-1"}, 0, text.NothingFound},
		"of another kind":      {advicetest.Manager, recommendations.Query{Kind: "standby"}, 0, text.NoneMatches},
		"worth more":           {advicetest.Manager, recommendations.Query{MinKWh: 1e6}, 0, text.NoneMatches},
		"of another's caller":  {advice.Caller{Role: advice.Viewer, Space: "aula"}, recommendations.Query{}, 0, text.NothingFound},
		"of its room's caller": {advice.Caller{Role: advice.Viewer, Space: "sala"}, recommendations.Query{}, 1, ""},
	} {
		t.Run(name, func(t *testing.T) {
			answer := advicetest.List(t, a, c.caller, c.query)
			require.Len(t, answer.Items, c.want)
			if c.code != "" {
				require.Equal(t, c.code, answer.Reason.Code)
			}
		})
	}
	viewer := advice.Caller{Role: advice.Viewer, Space: "aula"}
	for _, q := range []recommendations.Query{{Space: "sala"}, {Device: "ac-1"}, {Space: "nowhere"}} {
		_, err := a.List(t.Context(), viewer, q)
		require.ErrorAs(t, err, &advice.ErrNotFound{})
	}
	_, err := a.List(t.Context(), advice.Caller{Role: "device"}, recommendations.Query{})
	require.ErrorIs(t, err, advice.ErrForbidden{})
}

func TestTooLittleDataIsSaid(t *testing.T) {
	c := advicetest.NewCampus()
	a := advicetest.NewServices(c, advicetest.NewClock(advicetest.End), nil)
	require.Equal(t, text.NoTargets, advicetest.List(t, a, advicetest.Manager, recommendations.Query{}).Reason.Code)
	c.AddRoom("sala", "Sala", 0)
	c.AddDevice(advicetest.Device("ac-1", "Aire", "ac", "sala"))
	c.Measure("ac-1", advicetest.Start, 24, advicetest.LeftOn(1, 1.2))
	answer := advicetest.List(t, a, advicetest.Manager, recommendations.Query{})
	require.Empty(t, answer.Items)
	require.Equal(t, text.Reason{Code: text.TooLittleData, Targets: 1, Short: 1, Days: 1, Needed: 7}, *answer.Reason)
	require.Contains(t, answer.Reason.Text(text.Spanish), "hay máximo 1 día con medición suficiente y se necesitan 7 días")
}

func TestWhatIsSaidOfADeviceIsNotSaidOfItsRoom(t *testing.T) {
	c := advicetest.GamesRoom()
	c.AddDevice(advicetest.Device("medidor", "Medidor", "meter", "sala"))
	c.Measure("medidor", advicetest.Start, advicetest.FourWeeks, advicetest.LeftOn(1, 1.3))
	answer := advicetest.List(t, advicetest.NewServices(c, advicetest.NewClock(advicetest.End), nil), advicetest.Manager, recommendations.Query{})
	targets := make([]string, 0, len(answer.Items))
	for _, r := range answer.Items {
		targets = append(targets, r.Target.String())
	}
	require.True(t, slices.Contains(targets, "device:ac-1"))
	require.False(t, slices.Contains(targets, "room:sala"), targets)
	require.False(t, slices.Contains(targets, "building:bloque"), targets)
}

func TestPagesCoverEverythingOnce(t *testing.T) {
	c := advicetest.NewCampus()
	c.AddRoom("sala", "Sala", 0)
	for i := range 5 {
		id := "ac-" + string(rune('1'+i))
		c.AddDevice(advicetest.Device(id, id, "ac", "sala"))
		c.Measure(id, advicetest.Start, advicetest.FourWeeks, advicetest.LeftOn(uint64(i), 0.5+0.3*float64(i)))
	}
	a := advicetest.NewServices(c, advicetest.NewClock(advicetest.End), nil)
	var got []string
	q := recommendations.Query{Limit: 2}
	for {
		page := advicetest.List(t, a, advicetest.Manager, q)
		for _, r := range page.Items {
			got = append(got, r.Device())
		}
		if page.Next == nil {
			break
		}
		q.After = *page.Next
	}
	require.Equal(t, []string{"ac-5", "ac-4", "ac-3", "ac-2", "ac-1"}, got)
}

func TestTrivialSavingsStandBehindTheOthers(t *testing.T) {
	c := advicetest.GamesRoom()
	c.AddDevice(advicetest.Device("tv-2", "Televisor 2", "tv", "aula"))
	c.Measure("tv-2", advicetest.Start, advicetest.FourWeeks, func(t time.Time) float64 {
		if advicetest.Opens(t) && t.Hour() >= 8 && t.Hour() < 18 {
			return 0.12
		}
		return 0.009
	})
	answer := advicetest.List(t, advicetest.NewServices(c, advicetest.NewClock(advicetest.End), nil), advicetest.Manager, recommendations.Query{})
	require.Len(t, answer.Items, 2)
	require.False(t, answer.Items[0].Trivial())
	require.True(t, answer.Items[1].Trivial())
	require.Equal(t, advice.Low, answer.Items[1].Priority)
	below, known := advice.TrivialBelow("COP")
	require.True(t, known)
	require.Less(t, answer.Items[1].Money.Cost, below)
	for name, r := range map[string]struct {
		kwh, cost float64
		currency  string
		kind      rules.Kind
		want      bool
	}{
		"no price":                 {4.9, 0, "COP", rules.StandbyLoad, true},
		"no price, but some kWh":   {5, 0, "", rules.StandbyLoad, false},
		"dear energy":              {1, 5_000, "COP", rules.StandbyLoad, false},
		"a currency of its own":    {4, 1e6, "XXX", rules.StandbyLoad, true},
		"a meter that is at fault": {0, 0, "COP", rules.Sensor, false},
	} {
		one := advice.Recommendation{Finding: rules.Finding{Kind: r.kind, Saving: rules.Saving{KWh: r.kwh}}, Money: advice.Money{Cost: r.cost, Currency: r.currency}}
		require.Equal(t, r.want, one.Trivial(), name)
	}
}

package tariffs

import (
	"slices"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/calendar"
	"github.com/holotwin/holotwin/modules/energy/holidays"
)

func money(s string) decimal.Decimal { return decimal.RequireFromString(s) }

func TestRatesFollowPeriodsHolidaysAndValidity(t *testing.T) {
	zone := time.FixedZone("America/Bogota", -5*3600)
	local := func(s string) energy.Instant {
		at, err := energy.ParseInstant(s, zone)
		require.NoError(t, err)
		return at
	}
	old := Tariff{Space: "site", Name: "vieja", Currency: "COP", ValidFrom: "2026-01-01", Price: money("500")}
	peak := Tariff{Space: "site", Name: "punta", Currency: "COP", ValidFrom: "2026-05-01", Price: money("600"), Contribution: money("20"), Periods: []Period{
		{Hours: calendar.Hours{Days: []calendar.Day{"fri", "mon"}, From: 18 * 60, To: 21 * 60}, Price: money("900")},
	}}
	got := RatesOf([]Tariff{old, peak}, local("2026-04-30T22:00:00"), local("2026-05-19T00:00:00"), Place{Zone: zone})
	at := func(s string) Rate {
		for _, r := range got {
			if i := local(s); i >= r.From && i < r.To {
				return r
			}
		}
		t.Fatalf("no rate at %s", s)
		return Rate{}
	}
	for instant, price := range map[string]string{
		"2026-04-30T23:59:59": "500", "2026-05-01T00:00:00": "720", "2026-05-01T19:00:00": "720", // a holiday does not count as its Friday
		"2026-05-08T17:59:59": "720", "2026-05-08T18:00:00": "1080", "2026-05-08T21:00:00": "720", "2026-05-18T19:00:00": "720",
	} {
		require.True(t, at(instant).Price.Equal(money(price)), "%s: %s", instant, at(instant).Price)
	}
	for i := range got[1:] {
		require.Equal(t, got[i].To, got[i+1].From, "no gap")
	}
	require.Equal(t, DefaultTariff.Name, RatesOf(nil, local("2026-05-01T00:00:00"), local("2026-05-02T00:00:00"), Place{Zone: zone})[0].Tariff)
}

// TestASiteWithoutHolidaysPaysItsWeekdays charges 18 May 2026, a holiday in Colombia, as a Monday in another country.
func TestASiteWithoutHolidaysPaysItsWeekdays(t *testing.T) {
	from := energy.InstantOf(time.Date(2026, 5, 18, 0, 0, 0, 0, time.UTC))
	peak := Tariff{Space: "site", ValidFrom: "2026-01-01", Price: money("600"), Periods: []Period{{Hours: calendar.Hours{Days: []calendar.Day{"mon"}, From: 18 * 60, To: 21 * 60}, Price: money("900")}}}
	for holidays, price := range map[holidays.Set]string{holidays.Colombian: "600", holidays.None: "900", "": "600"} {
		all := RatesOf([]Tariff{peak}, from, from.Add(energy.DayMs), Place{Zone: time.UTC, Holidays: holidays})
		evening := all[min(1, len(all)-1)]
		require.True(t, evening.Price.Equal(money(price)), "%q: %s", holidays, evening.Price)
	}
}

func TestHoursChargeWhatTheDayCharges(t *testing.T) {
	rate := []Rate{{From: 0, To: energy.Instant(energy.DayMs), Currency: "COP", Price: money("437.9027"), Footprint: money("0.112")}}
	hours, day := NewChargeMeter(rate), NewChargeMeter(rate)
	sum := Charge{}
	for i := range energy.Instant(24) {
		e := energy.Energy(1_234_567 + int64(i)*7919)
		hours.Add(i*energy.Instant(energy.HourMs), e)
		day.Add(i*energy.Instant(energy.HourMs), e)
		sum.Cost = sum.Cost.Add(hours.Take().Cost)
	}
	require.True(t, sum.Cost.Equal(day.Take().Cost))
}

func TestPeriodsGoOnOverMidnight(t *testing.T) {
	bogota, err := time.LoadLocation("America/Bogota")
	require.NoError(t, err)
	week := []calendar.Day{"mon", "tue", "wed", "thu", "fri", "sat", "sun", calendar.HolidayDay}
	for _, c := range []struct {
		name   string
		days   []calendar.Day
		from   calendar.Clocktime
		to     calendar.Clocktime
		date   string
		cheap  int // hours of the date at the period's price
		prices map[string]string
	}{
		{"a night", week, 22 * 60, 6 * 60, "2026-03-04", 8, map[string]string{"05:59": "350", "06:00": "850", "21:59": "850", "22:00": "350"}},
		{"until 00:00", week, 22 * 60, 0, "2026-03-04", 2, map[string]string{"00:00": "850", "23:59": "350"}},
		{"until 24:00", week, 22 * 60, 1440, "2026-03-04", 2, map[string]string{"00:00": "850", "23:59": "350"}},
		{"all day", week, 0, 0, "2026-03-04", 24, nil},
		{"ends on the day after", []calendar.Day{"fri"}, 22 * 60, 6 * 60, "2026-03-07", 6, map[string]string{"05:59": "350", "22:00": "850"}},
		{"begins on its day", []calendar.Day{"fri"}, 22 * 60, 6 * 60, "2026-03-06", 2, map[string]string{"05:59": "850", "22:00": "350"}},
		{"from Sunday into Monday", []calendar.Day{"sun"}, 23 * 60, 60, "2026-03-09", 1, nil},
		{"from a holiday", []calendar.Day{calendar.HolidayDay}, 22 * 60, 6 * 60, "2026-03-24", 6, nil}, // 23 March 2026 is Saint Joseph's
	} {
		t.Run(c.name, func(t *testing.T) {
			tariff := Tariff{Name: "Noche", Currency: "COP", Price: money("850"), Periods: []Period{{Hours: calendar.Hours{Days: c.days, From: c.from, To: c.to}, Price: money("350")}}}
			day, err := time.ParseInLocation(time.DateOnly, c.date, bogota)
			require.NoError(t, err)
			all := RatesOf([]Tariff{tariff}, energy.InstantOf(day), energy.InstantOf(day.AddDate(0, 0, 1)), Place{Zone: bogota})
			price := func(at energy.Instant) decimal.Decimal {
				return all[slices.IndexFunc(all, func(r Rate) bool { return at >= r.From && at < r.To })].Price
			}
			cheap := 0
			for hour := range 24 {
				if price(energy.InstantOf(day.Add(time.Duration(hour) * time.Hour))).Equal(money("350")) {
					cheap++
				}
			}
			require.Equal(t, c.cheap, cheap)
			for clock, want := range c.prices {
				at, err := energy.ParseInstant(c.date+"T"+clock+":00", bogota)
				require.NoError(t, err)
				require.True(t, price(at).Equal(money(want)), "%s: %s", clock, price(at))
			}
		})
	}
}

func TestPeriodsOverMidnightMayNotOverlap(t *testing.T) {
	hours := func(from, to calendar.Clocktime, days ...calendar.Day) calendar.Hours {
		return calendar.Hours{Days: days, From: from, To: to}
	}
	for _, c := range []struct {
		name    string
		a, b    calendar.Hours
		overlap bool
	}{
		{"touching", hours(22*60, 6*60, "mon", "tue"), hours(6*60, 22*60, "mon", "tue"), false},
		{"a night and the next morning", hours(22*60, 6*60, "fri"), hours(5*60, 8*60, "sat"), true},
		{"a night and the same morning", hours(22*60, 6*60, "fri"), hours(5*60, 8*60, "fri"), false},
		{"Sunday's night and Monday", hours(22*60, 6*60, "sun"), hours(0, 60, "mon"), true},
		{"until 00:00", hours(22*60, 0, "mon"), hours(0, 60, "tue"), false},
		{"a holiday after a night", hours(22*60, 6*60, "mon"), hours(0, 1440, calendar.HolidayDay), false},
	} {
		require.Equal(t, c.overlap, c.a.Overlaps(c.b), c.name)
		require.Equal(t, c.overlap, c.b.Overlaps(c.a), c.name)
	}
}

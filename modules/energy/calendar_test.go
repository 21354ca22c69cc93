package energy_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/holotwin/holotwin/modules/energy"
)

var inBogota = time.FixedZone("America/Bogota", -5*3600)

// published are Colombia's public holidays as published for these years.
var published = map[int][]string{
	2024: {"01-01", "01-08", "03-25", "03-28", "03-29", "05-01", "05-13", "06-03", "06-10", "07-01", "07-20", "08-07", "08-19", "10-14", "11-04", "11-11", "12-08", "12-25"},
	2025: {"01-01", "01-06", "03-24", "04-17", "04-18", "05-01", "06-02", "06-23", "06-30", "07-20", "08-07", "08-18", "10-13", "11-03", "11-17", "12-08", "12-25"},
	2026: {"01-01", "01-12", "03-23", "04-02", "04-03", "05-01", "05-18", "06-08", "06-15", "06-29", "07-20", "08-07", "08-17", "10-12", "11-02", "11-16", "12-08", "12-25"},
	2027: {"01-01", "01-11", "03-22", "03-25", "03-26", "05-01", "05-10", "05-31", "06-07", "07-05", "07-20", "08-07", "08-16", "10-18", "11-01", "11-15", "12-08", "12-25"},
}

func TestHolidaysAreThePublishedOnes(t *testing.T) {
	for year, want := range published {
		var got []string
		for day := time.Date(year, 1, 1, 0, 0, 0, 0, inBogota); day.Year() == year; day = day.AddDate(0, 0, 1) {
			if energy.Holiday(day) != "" {
				got = append(got, day.Format("01-02"))
			}
		}
		require.Equal(t, want, got, year)
	}
}

func calendarOf(entries ...energy.CalendarEntry) *energy.Calendar {
	campus := energy.NewCampus(1, []energy.Space{
		{ID: "site", Kind: energy.KindSite, TimeZone: "America/Bogota"},
		{ID: "room", Kind: energy.KindRoom, Parent: "site"},
	}, nil, inBogota)
	return energy.NewCalendar(campus, entries)
}

func at(t *testing.T, s string) energy.Instant {
	t.Helper()
	i, err := energy.ParseInstant(s, inBogota)
	require.NoError(t, err)
	return i
}

func TestWhatCountsAsOccupied(t *testing.T) {
	weekend := energy.CalendarEntry{Space: "room", Kind: energy.Opening, Hours: []energy.Hours{{Days: []energy.Day{"sun", energy.HolidayDay}, From: 9 * 60, To: 12 * 60}}}
	night := energy.CalendarEntry{Space: "room", Kind: energy.Opening, Hours: []energy.Hours{{Days: []energy.Day{"sat"}, From: 22 * 60, To: 3 * 60}}}
	opened := func(space energy.SpaceID, from, to string, hours ...energy.Hours) energy.CalendarEntry {
		return energy.CalendarEntry{Space: space, Kind: energy.Open, From: from, To: to, Hours: hours}
	}
	shut := energy.CalendarEntry{Space: "site", Kind: energy.Closed, From: "2026-05-25", To: "2026-05-27"}
	shutRoom := energy.CalendarEntry{Space: "room", Kind: energy.Closed, From: "2026-05-25", To: "2026-05-27"}
	term := energy.CalendarEntry{Space: "site", Kind: energy.Term, From: "2026-01-20", To: "2026-05-20"}
	brief := energy.Hours{Days: []energy.Day{"mon", "tue"}, From: 9 * 60, To: 12 * 60}
	for name, c := range map[string]struct {
		calendar *energy.Calendar
		at       string
		want     bool
	}{
		"a feast day that was opened":     {calendarOf(opened("site", "2026-05-18", "2026-05-18")), "2026-05-18T10:00:00", true},
		"after the hours of its weekday":  {calendarOf(opened("site", "2026-05-18", "2026-05-18")), "2026-05-18T22:00:00", false},
		"opened by hours of its own":      {calendarOf(opened("site", "2026-05-18", "2026-05-18", brief)), "2026-05-18T11:00:00", true},
		"after hours of its own":          {calendarOf(opened("site", "2026-05-18", "2026-05-18", brief)), "2026-05-18T13:00:00", false},
		"a Sunday that was opened":        {calendarOf(opened("site", "2026-05-24", "2026-05-24")), "2026-05-24T10:00:00", true},
		"a closing day that was opened":   {calendarOf(shut, opened("site", "2026-05-26", "2026-05-26")), "2026-05-26T10:00:00", true},
		"the closing day beside it":       {calendarOf(shut, opened("site", "2026-05-26", "2026-05-26"), opened("site", "2026-05-29", "2026-05-29")), "2026-05-29T10:00:00", true},
		"a room that was opened":          {calendarOf(shut, opened("room", "2026-05-26", "2026-05-26")), "2026-05-26T10:00:00", true},
		"opened outside all terms":        {calendarOf(term, opened("site", "2026-05-26", "2026-05-26")), "2026-05-26T10:00:00", true},
		"a room that is closed by itself": {calendarOf(shutRoom, opened("site", "2026-05-26", "2026-05-26")), "2026-05-26T10:00:00", false},
		"a weekday, nothing said":         {calendarOf(), "2026-05-26T07:00:00", true},
		"before it opens":                 {calendarOf(), "2026-05-26T06:59:00", false},
		"at closing time":                 {calendarOf(), "2026-05-26T22:00:00", false},
		"a holiday is not its weekday":    {calendarOf(), "2026-05-18T10:00:00", false},
		"Sunday, nothing said":            {calendarOf(), "2026-05-24T10:00:00", false},
		"Sunday hours of its own":         {calendarOf(weekend), "2026-05-24T10:00:00", true},
		"a holiday's own hours":           {calendarOf(weekend), "2026-05-18T10:00:00", true},
		"own hours replace the usual":     {calendarOf(weekend), "2026-05-26T10:00:00", false},
		"vacation around it":              {calendarOf(energy.CalendarEntry{Space: "site", Kind: energy.Vacation, From: "2026-05-20", To: "2026-05-30"}), "2026-05-26T10:00:00", false},
		"the night of Saturday":           {calendarOf(night), "2026-05-24T02:00:00", true},
		"the night of Saturday ends":      {calendarOf(night), "2026-05-24T03:00:00", false},
		"the night of Saturday begins":    {calendarOf(night), "2026-05-23T22:00:00", true},
		"before the night of Saturday":    {calendarOf(night), "2026-05-23T02:00:00", false},
		"outside all terms":               {calendarOf(energy.CalendarEntry{Space: "site", Kind: energy.Term, From: "2026-01-20", To: "2026-05-20"}), "2026-05-26T10:00:00", false},
		"within a term":                   {calendarOf(energy.CalendarEntry{Space: "site", Kind: energy.Term, From: "2026-01-20", To: "2026-05-30"}), "2026-05-26T10:00:00", true},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, c.want, c.calendar.Occupied("room", at(t, c.at)))
			hours := c.calendar.Hours("room", at(t, "2026-05-17T00:00:00"), at(t, "2026-05-31T00:00:00"))
			hour := int(at(t, c.at)-at(t, "2026-05-17T00:00:00")) / 3_600_000
			if at(t, c.at).Time().Minute() == 0 {
				require.Equal(t, c.want, hours[hour].Occupied)
				require.Equal(t, strings.Contains(name, "holiday"), hours[hour].Holiday)
				require.Equal(t, name == "vacation around it" || name == "outside all terms" || name == "a room that is closed by itself", hours[hour].Shut)
			}
		})
	}
}

// TestASiteWithoutHolidaysKeepsItsWeekdays reads a campus of another country, where 18 May 2026 is a Monday as others.
func TestASiteWithoutHolidaysKeepsItsWeekdays(t *testing.T) {
	campus := energy.NewCampus(1, []energy.Space{
		{ID: "site", Kind: energy.KindSite, TimeZone: "America/Bogota", Holidays: energy.NoHolidays},
		{ID: "room", Kind: energy.KindRoom, Parent: "site"},
	}, nil, inBogota)
	monday := at(t, "2026-05-18T10:00:00")
	open := energy.NewCalendar(campus, nil)
	require.True(t, open.Occupied("room", monday))
	require.Equal(t, energy.CalendarHour{Occupied: true}, open.Hours("room", monday, monday.Add(3_600_000))[0])
	shut := energy.NewCalendar(campus, []energy.CalendarEntry{{Space: "site", Kind: energy.Closed, From: "2026-05-18", To: "2026-05-18"}})
	require.False(t, shut.Occupied("room", monday))
	require.Equal(t, energy.CalendarHour{Shut: true}, shut.Hours("room", monday, monday.Add(3_600_000))[0])
}

func TestFactorsNameTheirSource(t *testing.T) {
	f := energy.FactorsOf(2026)
	require.True(t, f.Footprint.Equal(decimal.RequireFromString("0.112")))
	require.True(t, f.Avoided.Equal(decimal.RequireFromString("0.165")))
	require.Contains(t, f.Source, "UPME")
	require.Equal(t, f, energy.FactorsOf(2015))
}

// TestASpaceIsOccupiedInItsHours compares the calendar of any hours with their rule, for each quarter hour of a week.
func TestASpaceIsOccupiedInItsHours(t *testing.T) {
	week := []energy.Day{"mon", "tue", "wed", "thu", "fri", "sat", "sun"}
	campus := energy.NewCampus(1, []energy.Space{{ID: "site", Kind: energy.KindSite, TimeZone: "America/Bogota", Holidays: energy.NoHolidays}}, nil, inBogota)
	monday := at(t, "2026-05-04T00:00:00")
	rapid.Check(t, func(t *rapid.T) {
		hours := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) energy.Hours {
			quarter := rapid.Map(rapid.IntRange(0, 95), func(n int) energy.Clocktime { return energy.Clocktime(15 * n) })
			days := rapid.SliceOfNDistinct(rapid.SampledFrom(week), 1, 7, rapid.ID[energy.Day]).Draw(t, "days")
			return energy.Hours{Days: days, From: quarter.Draw(t, "from"), To: quarter.Draw(t, "to")}
		}), 1, 4).Draw(t, "hours")
		calendar := energy.NewCalendar(campus, []energy.CalendarEntry{{Space: "site", Kind: energy.Opening, Hours: hours}})
		for n := range 7 * 96 {
			day, before, minute := week[n/96], week[(n/96+6)%7], energy.Clocktime(n%96*15)
			open := slices.ContainsFunc(hours, func(h energy.Hours) bool {
				overnight := h.To <= h.From
				return slices.Contains(h.Days, day) && minute >= h.From && (overnight || minute < h.To) ||
					slices.Contains(h.Days, before) && overnight && minute < h.To
			})
			instant := monday.Add(int64(n) * 15 * time.Minute.Milliseconds())
			require.Equal(t, open, calendar.Occupied("site", instant), "%s %s", day, minute)
		}
	})
}

func ExampleCalendar_Occupied() {
	campus := energy.NewCampus(1, []energy.Space{{ID: "site", Kind: energy.KindSite, TimeZone: "America/Bogota", Holidays: energy.Colombian}}, nil, inBogota)
	calendar := energy.NewCalendar(campus, nil) // a Colombian university's usual week, where nobody has said
	for _, text := range []string{"2026-05-15T08:00:00", "2026-05-16T14:00:00", "2026-05-18T08:00:00"} {
		at, _ := energy.ParseInstant(text, inBogota)
		fmt.Println(at.Time().In(inBogota).Format("Monday 02.01. 15:04"), calendar.Occupied("site", at))
	}
	// Output:
	// Friday 15.05. 08:00 true
	// Saturday 16.05. 14:00 false
	// Monday 18.05. 08:00 false
}

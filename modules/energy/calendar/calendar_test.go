package calendar_test

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
	"github.com/holotwin/holotwin/modules/energy/calendar"
	"github.com/holotwin/holotwin/modules/energy/campus"
	"github.com/holotwin/holotwin/modules/energy/holidays"
	"github.com/holotwin/holotwin/modules/energy/tariffs"
)

var inBogota = time.FixedZone("America/Bogota", -5*3600)

// published are the public holidays that Colombia published for these years.
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
			if holidays.Holiday(day) != "" {
				got = append(got, day.Format("01-02"))
			}
		}
		require.Equal(t, want, got, year)
	}
}

func calendarOf(entries ...calendar.Entry) *calendar.Calendar {
	campus := campus.NewCampus(1, []campus.Space{
		{ID: "site", Kind: campus.KindSite, TimeZone: "America/Bogota"},
		{ID: "room", Kind: campus.KindRoom, Parent: "site"},
	}, nil, inBogota)
	return calendar.NewCalendar(campus, entries)
}

func at(t *testing.T, s string) energy.Instant {
	t.Helper()
	i, err := energy.ParseInstant(s, inBogota)
	require.NoError(t, err)
	return i
}

func TestWhatCountsAsOccupied(t *testing.T) {
	weekend := calendar.Entry{Space: "room", Kind: calendar.Opening, Hours: []calendar.Hours{{Days: []calendar.Day{"sun", calendar.HolidayDay}, From: 9 * 60, To: 12 * 60}}}
	night := calendar.Entry{Space: "room", Kind: calendar.Opening, Hours: []calendar.Hours{{Days: []calendar.Day{"sat"}, From: 22 * 60, To: 3 * 60}}}
	opened := func(space energy.SpaceID, from, to string, hours ...calendar.Hours) calendar.Entry {
		return calendar.Entry{Space: space, Kind: calendar.Open, From: from, To: to, Hours: hours}
	}
	shut := calendar.Entry{Space: "site", Kind: calendar.Closed, From: "2026-05-25", To: "2026-05-27"}
	shutRoom := calendar.Entry{Space: "room", Kind: calendar.Closed, From: "2026-05-25", To: "2026-05-27"}
	term := calendar.Entry{Space: "site", Kind: calendar.Term, From: "2026-01-20", To: "2026-05-20"}
	brief := calendar.Hours{Days: []calendar.Day{"mon", "tue"}, From: 9 * 60, To: 12 * 60}
	for name, c := range map[string]struct {
		calendar *calendar.Calendar
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
		"vacation around it":              {calendarOf(calendar.Entry{Space: "site", Kind: calendar.Vacation, From: "2026-05-20", To: "2026-05-30"}), "2026-05-26T10:00:00", false},
		"the night of Saturday":           {calendarOf(night), "2026-05-24T02:00:00", true},
		"the night of Saturday ends":      {calendarOf(night), "2026-05-24T03:00:00", false},
		"the night of Saturday begins":    {calendarOf(night), "2026-05-23T22:00:00", true},
		"before the night of Saturday":    {calendarOf(night), "2026-05-23T02:00:00", false},
		"outside all terms":               {calendarOf(calendar.Entry{Space: "site", Kind: calendar.Term, From: "2026-01-20", To: "2026-05-20"}), "2026-05-26T10:00:00", false},
		"within a term":                   {calendarOf(calendar.Entry{Space: "site", Kind: calendar.Term, From: "2026-01-20", To: "2026-05-30"}), "2026-05-26T10:00:00", true},
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

// TestASiteWithoutHolidaysKeepsItsWeekdays checks a campus of another country, where 18 May 2026 is an ordinary Monday.
func TestASiteWithoutHolidaysKeepsItsWeekdays(t *testing.T) {
	campus := campus.NewCampus(1, []campus.Space{
		{ID: "site", Kind: campus.KindSite, TimeZone: "America/Bogota", Holidays: holidays.None},
		{ID: "room", Kind: campus.KindRoom, Parent: "site"},
	}, nil, inBogota)
	monday := at(t, "2026-05-18T10:00:00")
	open := calendar.NewCalendar(campus, nil)
	require.True(t, open.Occupied("room", monday))
	require.Equal(t, calendar.Hour{Occupied: true}, open.Hours("room", monday, monday.Add(3_600_000))[0])
	shut := calendar.NewCalendar(campus, []calendar.Entry{{Space: "site", Kind: calendar.Closed, From: "2026-05-18", To: "2026-05-18"}})
	require.False(t, shut.Occupied("room", monday))
	require.Equal(t, calendar.Hour{Shut: true}, shut.Hours("room", monday, monday.Add(3_600_000))[0])
}

func TestFactorsNameTheirSource(t *testing.T) {
	f := tariffs.FactorsOf(2026)
	require.True(t, f.Footprint.Equal(decimal.RequireFromString("0.112")))
	require.True(t, f.Avoided.Equal(decimal.RequireFromString("0.165")))
	require.Contains(t, f.Source, "UPME")
	require.Equal(t, f, tariffs.FactorsOf(2015))
}

// TestASpaceIsOccupiedInItsHours compares the calendar with the hours' rule, for each quarter hour of a week.
func TestASpaceIsOccupiedInItsHours(t *testing.T) {
	week := []calendar.Day{"mon", "tue", "wed", "thu", "fri", "sat", "sun"}
	campus := campus.NewCampus(1, []campus.Space{{ID: "site", Kind: campus.KindSite, TimeZone: "America/Bogota", Holidays: holidays.None}}, nil, inBogota)
	monday := at(t, "2026-05-04T00:00:00")
	rapid.Check(t, func(t *rapid.T) {
		hours := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) calendar.Hours {
			quarter := rapid.Map(rapid.IntRange(0, 95), func(n int) calendar.Clocktime { return calendar.Clocktime(15 * n) })
			days := rapid.SliceOfNDistinct(rapid.SampledFrom(week), 1, 7, rapid.ID[calendar.Day]).Draw(t, "days")
			return calendar.Hours{Days: days, From: quarter.Draw(t, "from"), To: quarter.Draw(t, "to")}
		}), 1, 4).Draw(t, "hours")
		openings := calendar.NewCalendar(campus, []calendar.Entry{{Space: "site", Kind: calendar.Opening, Hours: hours}})
		for n := range 7 * 96 {
			day, before, minute := week[n/96], week[(n/96+6)%7], calendar.Clocktime(n%96*15)
			open := slices.ContainsFunc(hours, func(h calendar.Hours) bool {
				overnight := h.To <= h.From
				return slices.Contains(h.Days, day) && minute >= h.From && (overnight || minute < h.To) ||
					slices.Contains(h.Days, before) && overnight && minute < h.To
			})
			instant := monday.Add(int64(n) * 15 * time.Minute.Milliseconds())
			require.Equal(t, open, openings.Occupied("site", instant), "%s %s", day, minute)
		}
	})
}

func ExampleCalendar_Occupied() {
	campus := campus.NewCampus(1, []campus.Space{{ID: "site", Kind: campus.KindSite, TimeZone: "America/Bogota", Holidays: holidays.Colombian}}, nil, inBogota)
	calendar := calendar.NewCalendar(campus, nil) // no entries: the usual week of a Colombian university
	for _, text := range []string{"2026-05-15T08:00:00", "2026-05-16T14:00:00", "2026-05-18T08:00:00"} {
		at, _ := energy.ParseInstant(text, inBogota)
		fmt.Println(at.Time().In(inBogota).Format("Monday 02.01. 15:04"), calendar.Occupied("site", at))
	}
	// Output:
	// Friday 15.05. 08:00 true
	// Saturday 16.05. 14:00 false
	// Monday 18.05. 08:00 false
}

package conditions

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/campus"
	"github.com/holotwin/holotwin/modules/energy/ledger"
)

// Spans, in days, of the requests to a weather service.
const (
	// ArchiveDelay is how many days before today an archive's data is final; later days come with the forecast.
	ArchiveDelay = 7
	// archiveDays is the maximum number of past days whose weather is read: three years, as for readings.
	archiveDays = 3 * 366
	// daysPerCall bounds one response; services count a longer one as several calls.
	daysPerCall = 183
	// outlookDays is the number of forecast days after today.
	outlookDays = 8
)

// Times between calls, in ms: WeatherEvery after a success, and weatherRetry after a failure. A call always ends within
// weatherRetry.
const (
	WeatherEvery = energy.HourMs
	weatherRetry = 10 * energy.MinuteMs
)

// WeatherSync reads and stores the weather of all sites that have coordinates: from their first readings to a week ahead.
type WeatherSync struct {
	weather   Weather
	records   WeatherRecords
	readings  ledger.Readings
	directory campus.Directory
	clock     energy.Clock
}

// NewWeatherSync makes the weather sync of a campus.
func NewWeatherSync(weather Weather, records WeatherRecords, readings ledger.Readings, directory campus.Directory, clock energy.Clock) *WeatherSync {
	return &WeatherSync{weather: weather, records: records, readings: readings, directory: directory, clock: clock}
}

// Run updates the weather of every site that is due, and returns how many sites were due. It may run at any time and in several
// processes: it skips a site that another process updates, or updated within the hour. A site whose weather is unavailable does
// not stop the others; the error lists all such sites.
func (o *WeatherSync) Run(ctx context.Context) (due int, err error) {
	campus, err := o.directory.Fresh(ctx)
	if err != nil {
		return 0, err
	}
	var failed []error
	for _, site := range campus.Sites() {
		at, known := site.Coordinates()
		if !known || ctx.Err() != nil {
			continue
		}
		now := o.clock.Now()
		leased, err := o.records.LeaseWeather(ctx, site.ID, at, now, now.Add(weatherRetry))
		if err == nil && leased {
			due++
			err = o.syncSite(ctx, campus, site, at)
		}
		if err != nil {
			failed = append(failed, fmt.Errorf("weather of site %s: %w", site.ID, err))
		}
	}
	return due, errors.Join(failed...)
}

// syncSite reads the forecast first, because it is useful at once, and then the past.
func (o *WeatherSync) syncSite(ctx context.Context, campus *campus.Campus, site campus.Space, at campus.Coordinates) error {
	now := o.clock.Now()
	today := energy.DayOf(now)
	first, err := o.firstDay(ctx, campus, site, today)
	if err != nil {
		return err
	}
	missing, err := o.missingDays(ctx, site.ID, first, today-1)
	if err != nil {
		return err
	}
	begin := today - 1
	if i, _ := slices.BinarySearch(missing, today-ArchiveDelay); i < len(missing) {
		begin = missing[i]
		missing = missing[:i]
	}
	hours, err := o.weather.Forecast(ctx, at, energy.StartOf(begin), energy.StartOf(today+outlookDays+1))
	if err != nil {
		return err
	}
	if err := o.storeHours(ctx, site.ID, hours, begin, today+outlookDays+1); err != nil {
		return err
	}
	for _, span := range spansOf(missing) {
		hours, err := o.weather.Archive(ctx, at, energy.StartOf(span.from), energy.StartOf(span.to))
		if err != nil {
			return err
		}
		if err := o.storeHours(ctx, site.ID, hours, span.from, span.to); err != nil {
			return err
		}
	}
	return o.records.ScheduleWeather(ctx, site.ID, now.Add(WeatherEvery))
}

// storeHours stores a response. Past hours that the service does not know are stored without values, so that they are not
// requested again. A response without any temperature is an error: ErrNoWeather.
func (o *WeatherSync) storeHours(ctx context.Context, site energy.SpaceID, received []WeatherHour, from, to int32) error {
	now := o.clock.Now()
	known := make(map[energy.Instant]WeatherHour, len(received))
	for _, h := range received {
		if h.Temperature != nil {
			known[h.Start] = h
		}
	}
	if len(known) == 0 {
		return ErrNoWeather{From: energy.StartOf(from), To: energy.StartOf(to)}
	}
	var hours []WeatherHour
	for at := energy.StartOf(from); at < energy.StartOf(to); at = at.Add(energy.HourMs) {
		h, ok := known[at]
		future := at > now
		if !ok && future {
			continue
		}
		h.Start, h.Forecast = at, future
		hours = append(hours, h)
	}
	return o.records.StoreWeather(ctx, site, hours)
}

// ErrNoWeather reports a weather service's response without a temperature.
type ErrNoWeather struct{ From, To energy.Instant }

func (e ErrNoWeather) Error() string {
	return "the weather service returned no temperature from " + e.From.String() + " to " + e.To.String()
}

// firstDay is the day of the site's first reading, at most archiveDays ago; yesterday if there is none.
func (o *WeatherSync) firstDay(ctx context.Context, tree *campus.Campus, site campus.Space, today int32) (first int32, err error) {
	devices := tree.DevicesEver(campus.Scope{Space: site.ID, Zone: tree.Zone(site.ID), ID: string(site.ID)})
	err = o.readings.Snapshot(ctx, devices, func(books ledger.Books) error {
		begun, _, found, err := books.DayRange()
		if first = today - 1; found {
			first = min(first, max(begun, today-archiveDays))
		}
		return err
	})
	return first, err
}

// missingDays are the days of [from, to) with an hour that was never requested, oldest first.
func (o *WeatherSync) missingDays(ctx context.Context, site energy.SpaceID, from, to int32) ([]int32, error) {
	stored, err := o.records.WeatherDays(ctx, site, from, to)
	if err != nil {
		return nil, err
	}
	var days []int32
	for day := from; day < to; day++ {
		if stored[day] < int(energy.DayMs/energy.HourMs) {
			days = append(days, day)
		}
	}
	return days, nil
}

// daySpan is the span of days [from, to).
type daySpan struct{ from, to int32 }

// spansOf joins consecutive days into spans of up to daysPerCall.
func spansOf(days []int32) []daySpan {
	var spans []daySpan
	for _, day := range days {
		if n := len(spans); n > 0 && spans[n-1].to == day && day-spans[n-1].from < daysPerCall {
			spans[n-1].to++
			continue
		}
		spans = append(spans, daySpan{day, day + 1})
	}
	return spans
}

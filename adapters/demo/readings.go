package demo

import (
	"bufio"
	"compress/gzip"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/holotwin/holotwin/modules/energy"
)

//go:embed data
var data embed.FS

// Row is what a device used in the span that ends at an instant.
type Row struct {
	At     time.Time
	Span   time.Duration
	Energy energy.Energy
}

// use is what a device uses in the quarter hour that begins at a local time; false where it was not measured.
type use func(local time.Time) (energy.Energy, bool)

// useOf reads a device's file.
func useOf(d Device) (use, error) {
	if d.Interval == time.Hour {
		return meterUse(d)
	}
	days, err := plugDays(d)
	if err != nil {
		return nil, err
	}
	return days.use, nil
}

// meterUse spreads each hour evenly over its quarter hours; the first has what does not divide.
func meterUse(d Device) (use, error) {
	hours, err := lines(d.File())
	if err != nil {
		return nil, err
	}
	if len(hours) != Weeks*daysAWeek*hoursADay {
		return nil, fmt.Errorf("%s has %d hours", d.ID, len(hours))
	}
	values := make([]energy.Energy, len(hours))
	for i, text := range hours {
		if values[i] = -1; text == "" {
			continue
		}
		if values[i], err = energy.ParseKWh(text); err != nil {
			return nil, fmt.Errorf("%s: %w", d.ID, err)
		}
	}
	return func(local time.Time) (energy.Energy, bool) {
		const parts = 4
		whole := values[measuredDay(local)*hoursADay+local.Hour()]
		part := whole / parts
		if local.Minute() < int(quarter/time.Minute) {
			part += whole % parts
		}
		return part, whole >= 0
	}, nil
}

// Readings are what a device used in [from, to), both at quarter hours: by the hour up to the last whole hour before byQuarter, and by
// the quarter hour from there on. What was not measured is left out.
func Readings(u use, zone *time.Location, from, byQuarter, to time.Time) iter.Seq[Row] {
	return func(yield func(Row) bool) {
		for at := from; at.Before(to); {
			span := quarter
			if hour := at.Add(time.Hour); at.Equal(at.Truncate(time.Hour)) && !hour.After(byQuarter) {
				span = time.Hour
			}
			end := at.Add(span)
			total, whole := energy.Energy(0), true
			for ; at.Before(end); at = at.Add(quarter) {
				part, measured := u(at.In(zone))
				total += part
				whole = whole && measured
			}
			if whole && !yield(Row{At: end, Span: span, Energy: total}) {
				return
			}
		}
	}
}

// weather is the outdoor temperature in °C of the hour of a local time, decimal; empty where none was measured.
func weather() (func(local time.Time) string, error) {
	hours, err := lines("weather")
	if err == nil && len(hours) != Weeks*daysAWeek*hoursADay {
		err = fmt.Errorf("weather has %d hours", len(hours))
	}
	return func(local time.Time) string { return hours[measuredDay(local)*hoursADay+local.Hour()] }, err
}

// lines reads a file without its header.
func lines(name string) (rows []string, err error) {
	f, err := data.Open("data/" + name + ".csv.gz")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	unzipped, err := gzip.NewReader(f)
	if err != nil {
		return nil, err
	}
	scanner := bufio.NewScanner(unzipped)
	scanner.Scan() // the header
	for scanner.Scan() {
		rows = append(rows, scanner.Text())
	}
	return rows, scanner.Err()
}

// optionalLines are those of a file that may not be there.
func optionalLines(name string) ([]string, error) {
	rows, err := lines(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return rows, err
}

const wall = "2006-01-02T15:04"

// timed is a row of a file with its local time.
type timed struct {
	at    time.Time
	value string
}

func timedRows(rows []string) ([]timed, error) {
	list := make([]timed, 0, len(rows))
	for _, row := range rows {
		at, value, _ := strings.Cut(row, ",")
		t, err := time.Parse(wall, at)
		if err != nil {
			return nil, err
		}
		list = append(list, timed{t, value})
	}
	slices.SortStableFunc(list, func(a, b timed) int { return a.at.Compare(b.at) })
	return list, nil
}

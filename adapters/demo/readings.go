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

// Row is the energy of a device in the span that ends at At.
type Row struct {
	At     time.Time
	Span   time.Duration
	Energy energy.Energy
}

// energyFunc returns a device's energy in the quarter hour that begins at a local time; false if it was not measured.
type energyFunc func(local time.Time) (energy.Energy, bool)

// energyOf reads a device's file.
func energyOf(d Device) (energyFunc, error) {
	if d.Interval == time.Hour {
		return meterEnergy(d)
	}
	days, err := plugDays(d)
	if err != nil {
		return nil, err
	}
	return days.energyAt, nil
}

// meterEnergy spreads each hour evenly over its quarter hours; the first one has the remainder.
func meterEnergy(d Device) (energyFunc, error) {
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

// Readings returns a device's energy in [from, to), both at quarter hours: per hour up to the last whole hour before byQuarter, then
// per quarter hour. Spans that were not measured are left out.
func Readings(u energyFunc, zone *time.Location, from, byQuarter, to time.Time) iter.Seq[Row] {
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

// weather returns a function for the outdoor temperature in °C of a local hour, as a decimal; empty if it was not measured.
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

// optionalLines reads a file without its header; no lines if the file does not exist.
func optionalLines(name string) ([]string, error) {
	rows, err := lines(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return rows, err
}

const wallFormat = "2006-01-02T15:04"

// timedRow is a row of a file with its local time.
type timedRow struct {
	at    time.Time
	value string
}

func timedRows(rows []string) ([]timedRow, error) {
	list := make([]timedRow, 0, len(rows))
	for _, row := range rows {
		at, value, _ := strings.Cut(row, ",")
		t, err := time.Parse(wallFormat, at)
		if err != nil {
			return nil, err
		}
		list = append(list, timedRow{t, value})
	}
	slices.SortStableFunc(list, func(a, b timedRow) int { return a.at.Compare(b.at) })
	return list, nil
}

package demo

import (
	"bufio"
	"compress/gzip"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"time"
)

//go:embed data
var data embed.FS

// Row is a line of a file at its instant in the demo's time.
type Row struct {
	At    time.Time
	Value string
}

const wall = "2006-01-02T15:04"

// Readings are a device's energies in kWh, decimal, at the end of their intervals, oldest first.
func Readings(d Device, now time.Time, zone *time.Location) ([]Row, error) {
	rows, err := load(d.ID, zone)
	for i := range rows {
		rows[i].At = rows[i].At.Add(d.Interval)
	}
	return shift(rows, weeks(rows, now)), err
}

// States are a device's states, moved with its readings; none for a meter.
func States(d Device, now time.Time, zone *time.Location) ([]Row, error) {
	states, err := load(d.ID+"-states", zone)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	readings, err := load(d.ID, zone)
	for i := range readings {
		readings[i].At = readings[i].At.Add(d.Interval)
	}
	return shift(states, weeks(readings, now)), err
}

// Weather is the outdoor temperature in °C, hour by hour.
func Weather(now time.Time, zone *time.Location) ([]Row, error) {
	rows, err := load("weather", zone)
	return shift(rows, weeks(rows, now)), err
}

// weeks is how many whole weeks bring the last row as close before now as can be, so that weekdays and hours of
// the day stay what they were.
func weeks(rows []Row, now time.Time) int {
	if len(rows) == 0 {
		return 0
	}
	const week = 7 * 24 * time.Hour
	n := int(now.Sub(rows[len(rows)-1].At) / week)
	if now.Before(rows[len(rows)-1].At) {
		n--
	}
	return n
}

func shift(rows []Row, weeks int) []Row {
	for i := range rows {
		rows[i].At = rows[i].At.AddDate(0, 0, 7*weeks)
	}
	return rows
}

// load reads a file of two columns, its local times read in a zone.
func load(name string, zone *time.Location) (rows []Row, err error) {
	f, err := data.Open("data/" + name + ".csv.gz")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	unzipped, err := gzip.NewReader(f)
	if err != nil {
		return nil, err
	}
	lines := bufio.NewScanner(unzipped)
	lines.Scan() // the header
	for lines.Scan() {
		at, value, _ := strings.Cut(lines.Text(), ",")
		t, err := time.ParseInLocation(wall, at, zone)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		rows = append(rows, Row{At: t, Value: value})
	}
	return rows, lines.Err()
}

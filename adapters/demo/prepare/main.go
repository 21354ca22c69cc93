// Command prepare creates the demo's data files from the published ones: gzip CSV files of Cambridge university
// buildings (hourly/ID.csv.gz: timestamp,kwh,temp_c) and tracebase devices (devices/ID.csv.gz:
// timestamp,kwh,power_w,state; a row a minute) under one folder. See ../data/NOTICE.md for what it changes.
package main

import (
	"compress/gzip"
	"encoding/csv"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/holotwin/holotwin/adapters/demo"
)

func main() {
	source := flag.String("source", "", "the folder of the published files")
	out := flag.String("out", "adapters/demo/data", "where the demo's files go")
	flag.Parse()
	if err := run(*source, *out); err != nil {
		log.Fatal(err)
	}
}

// The span of the buildings' files: whole weeks from a Monday, in local time.
var (
	firstDay = demo.FirstDay.Format(time.DateOnly)
	endDay   = demo.FirstDay.AddDate(0, 0, 7*demo.Weeks).Format(time.DateOnly)
)

func run(source, out string) error {
	totals := make(map[string]int64)
	for _, d := range demo.Devices() {
		rows, temperatures, states, err := read(filepath.Join(source, d.Source), d.Interval)
		if err != nil {
			return fmt.Errorf("%s: %w", d.Source, err)
		}
		texts, total := textsOf(rows)
		totals[d.ID] = total
		file := d.File()
		if d.Interval == time.Hour {
			err = writeHours(out, file, "kwh", texts)
		} else {
			err = writeTexts(out, file, "start,kwh", texts)
		}
		if err != nil {
			return err
		}
		if err := writeTexts(out, file+"-states", "at,state", states); err != nil {
			return err
		}
		if d.ID == demo.WeatherFrom {
			if err := writeHours(out, "weather", "temperature_c", temperatures); err != nil {
				return err
			}
		}
	}
	index, err := json.MarshalIndent(totals, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(out, "totals.json"), append(index, '\n'), 0o644)
}

type reading struct {
	start string
	mWh   int64
}

// read sums a file's rows into intervals of local time. It leaves out intervals with a missing part, and the
// second of two intervals with the same local time, when the clock is set back.
func read(path string, interval time.Duration) (rows []reading, temperatures, states [][2]string, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, nil, nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	unzipped, err := gzip.NewReader(f)
	if err != nil {
		return nil, nil, nil, err
	}
	table := csv.NewReader(unzipped)
	header, err := table.Read()
	if err != nil {
		return nil, nil, nil, err
	}
	s := intervalSum{interval: interval, written: make(map[string]bool)}
	for {
		record, err := table.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, nil, nil, err
		}
		if err := s.add(header, record); err != nil {
			return nil, nil, nil, err
		}
	}
	s.flush()
	return s.rows, s.temperatures, s.states, nil
}

// intervalSum sums rows into intervals.
type intervalSum struct {
	interval     time.Duration
	written      map[string]bool
	rows         []reading
	temperatures [][2]string
	states       [][2]string

	start    time.Time
	mWh      int64
	minutes  int
	state    string
	pending  string
	pendedAt time.Time
	held     int
}

const wall = "2006-01-02T15:04"

func (s *intervalSum) add(header, record []string) error {
	local, err := time.Parse("2006-01-02T15:04:05", record[0][:19])
	if err != nil {
		return err
	}
	if s.interval == time.Hour && (local.Format(time.DateOnly) < firstDay || local.Format(time.DateOnly) >= endDay) {
		return nil
	}
	if start := local.Truncate(s.interval); start != s.start {
		s.flush()
		s.start = start
	}
	if record[1] != "" {
		kwh, err := strconv.ParseFloat(record[1], 64)
		if err != nil {
			return err
		}
		s.mWh += int64(kwh*1e6 + 0.5)
		s.minutes++
	}
	if header[2] == "temp_c" && record[2] != "" && !s.written["T"+record[0][:13]] {
		s.written["T"+record[0][:13]] = true
		s.temperatures = append(s.temperatures, [2]string{local.Format(wall), record[2]})
	}
	if len(header) > 3 && header[3] == "state" {
		s.change(local, record[3])
	}
	return nil
}

// change adds a state that lasted for five minutes, with its start.
func (s *intervalSum) change(at time.Time, state string) {
	if state != s.pending {
		s.pending, s.pendedAt, s.held = state, at, 0
	}
	if s.held++; s.held == 5 && state != s.state {
		s.state = state
		s.states = append(s.states, [2]string{s.pendedAt.Format(wall), state})
	}
}

func (s *intervalSum) flush() {
	whole := 1
	if s.interval < time.Hour {
		whole = int(s.interval / time.Minute)
	}
	key := s.start.Format(wall)
	if s.minutes == whole && !s.written[key] {
		s.rows = append(s.rows, reading{key, s.mWh})
		s.written[key] = true
	}
	s.mWh, s.minutes = 0, 0
}

// textsOf returns readings as start and kWh, and their sum in mWh.
func textsOf(rows []reading) (texts [][2]string, total int64) {
	texts = make([][2]string, len(rows))
	for i, r := range rows {
		total += r.mWh
		texts[i] = [2]string{r.start, strconv.FormatFloat(float64(r.mWh)/1e6, 'f', -1, 64)}
	}
	return texts, total
}

// writeHours writes one row per hour of the span, empty if not measured: half the size of rows with a time.
func writeHours(out, name, header string, rows [][2]string) error {
	known := make(map[string]string, len(rows))
	for _, r := range rows {
		known[r[0]] = r[1]
	}
	lines := make([]string, 24*7*demo.Weeks)
	for i := range lines {
		lines[i] = known[demo.FirstDay.Add(time.Duration(i)*time.Hour).Format(wall)]
	}
	return writeLines(out, name, header, lines)
}

// writeTexts writes two columns; without rows it writes no file.
func writeTexts(out, name, header string, rows [][2]string) error {
	if len(rows) == 0 {
		return nil
	}
	lines := make([]string, len(rows))
	for i, r := range rows {
		lines[i] = r[0] + "," + r[1]
	}
	return writeLines(out, name, header, lines)
}

// writeLines writes a gzip CSV.
func writeLines(out, name, header string, lines []string) (err error) {
	f, err := os.Create(filepath.Join(out, name+".csv.gz"))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	zipped, err := gzip.NewWriterLevel(f, gzip.BestCompression)
	if err != nil {
		return err
	}
	fmt.Fprintln(zipped, header)
	for _, line := range lines {
		fmt.Fprintln(zipped, line)
	}
	return zipped.Close()
}

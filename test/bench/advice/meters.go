package main

import (
	"compress/gzip"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/holotwin/holotwin/modules/advice/baseline"
	"github.com/holotwin/holotwin/modules/advice/history"
)

// hour is one of a meter, with the local time that it begins at.
type hour struct {
	at time.Time
	baseline.Row
	// odd is a person's label, if the file has labels.
	odd bool
}

// readMeter reads a meter's hours, oldest first. Shorter intervals are added up; an hour of which a part is missing is.
func readMeter(path string) (hours []hour, err error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	plain := io.Reader(file)
	if strings.HasSuffix(path, ".gz") {
		if plain, err = gzip.NewReader(file); err != nil {
			return nil, err
		}
	}
	rows := csv.NewReader(plain)
	header, err := rows.Read()
	if err != nil {
		return nil, err
	}
	at, kwh, temp := slices.Index(header, "timestamp"), slices.Index(header, "kwh"), slices.Index(header, "temp_c")
	labelled := slices.Index(header, "label")
	if at < 0 || kwh < 0 {
		return nil, fmt.Errorf("%s: timestamp and kwh are wanted in the first line", path)
	}
	var parts []hour
	for {
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			return hourly(parts), nil
		}
		if err != nil {
			return nil, err
		}
		begin, err := instantOf(row[at])
		if err != nil {
			return nil, err
		}
		one := hour{at: begin, Row: baseline.Row{Load: numberOf(row[kwh]), Temp: math.NaN()}}
		if temp >= 0 {
			one.Temp = numberOf(row[temp])
		}
		one.odd = labelled >= 0 && row[labelled] == "1"
		parts = append(parts, one)
	}
}

func instantOf(text string) (time.Time, error) {
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		at, err = time.Parse("2006-01-02T15:04Z07:00", text)
	}
	return at, err
}

// numberOf is NaN where nothing stands.
func numberOf(text string) float64 {
	n, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return math.NaN()
	}
	return n
}

// hourly adds parts of hours up and places each hour in its week and on its date.
func hourly(parts []hour) []hour {
	if len(parts) < 2 {
		return nil
	}
	each := int(time.Hour / max(time.Second, parts[1].at.Sub(parts[0].at)))
	var hours []hour
	for begin := 0; begin < len(parts); {
		start := parts[begin].at.Truncate(time.Hour)
		end := begin
		one := hour{at: start}
		var warmth, warm float64
		for ; end < len(parts) && parts[end].at.Truncate(time.Hour).Equal(start); end++ {
			one.Load += parts[end].Load
			one.odd = one.odd || parts[end].odd
			if !math.IsNaN(parts[end].Temp) {
				warmth, warm = warmth+parts[end].Temp, warm+1
			}
		}
		if end-begin < each {
			one.Load = math.NaN()
		}
		one.Temp = warmth / warm // none is NaN
		const hoursPerDay, fromMonday, daysPerWeek = 24, 6, 7
		one.WeekHour = (int(start.Weekday())+fromMonday)%daysPerWeek*hoursPerDay + start.Hour()
		one.Date = int(time.Date(start.Year(), start.Month(), start.Day(), 0, 0, 0, 0, time.UTC).Unix() / (hoursPerDay * 3600))
		hours = append(hours, one)
		begin = end
	}
	return remember(hours)
}

// remember adds to each hour how warm the time before it was.
func remember(hours []hour) []hour {
	rows := make([]baseline.Row, len(hours))
	for i := range hours {
		rows[i] = hours[i].Row
	}
	baseline.FillWarmth(rows)
	for i := range hours {
		hours[i].Row = rows[i]
	}
	return hours
}

// between are the rows of the local dates [from, to), YYYY-MM-DD, consecutive: an hour that is missing is there without a
// load. Without temp the rows have none.
func between(hours []hour, from, to string, temp bool) (rows []baseline.Row, ats []time.Time) {
	first, end := dateOf(from), dateOf(to)
	for _, h := range hours {
		if h.Date < first || h.Date >= end {
			continue
		}
		if !temp {
			h.Temp = math.NaN()
		}
		rows, ats = append(rows, h.Row), append(ats, h.at)
	}
	return rows, ats
}

// dateOf numbers a date, YYYY-MM-DD, from 1970-01-01; 0 if it is not a date.
func dateOf(text string) int {
	date, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return 0
	}
	return history.DateOf(date)
}

package main

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/holotwin/holotwin/modules/advice/baseline"
)

type predict struct {
	Data   string `required:"" type:"existingdir" help:"The folder of meters."`
	Splits string `required:"" type:"existingfile" help:"Which spans of which meters."`
	Out    string `required:"" help:"Where the predictions go: id, split, timestamp, kwh_predicted."`
}

// split is a line of splits.csv.
type split struct {
	id, file, name, zone                     string
	temp                                     bool
	trainStart, trainEnd, testStart, testEnd string
}

// Run predicts every split, and prints for each name the median error where the true values are known.
func (p predict) Run() error {
	splits, err := readSplits(p.Splits)
	if err != nil {
		return err
	}
	var table [][]string
	errorsOf := make(map[string][]float64)
	var fitting time.Duration
	for _, s := range splits {
		hours, err := s.read(p.Data)
		if err != nil {
			return err
		}
		begun := time.Now()
		rows, good := s.predict(hours)
		fitting += time.Since(begun)
		table = append(table, rows...)
		errorsOf[s.name] = append(errorsOf[s.name], good.CVRMSE)
	}
	for _, name := range slices.Sorted(maps.Keys(errorsOf)) {
		fmt.Printf("%-8s %3d meters, median CVRMSE %.3f\n", name, len(errorsOf[name]), median(errorsOf[name]))
	}
	fmt.Printf("%d spans, %.3f s each to fit and predict\n", len(splits), fitting.Seconds()/float64(max(1, len(splits))))
	return writeTable(p.Out, []string{"id", "split", "timestamp", "kwh_predicted"}, table)
}

// predict gives a row for each hour of the test span. Hours that the baseline cannot say, for want of a temperature, are
// filled with the mean by hour of week.
func (s split) predict(hours []hour) (table [][]string, good baseline.Goodness) {
	train, _ := between(hours, s.trainStart, s.trainEnd, s.temp)
	test, ats := between(hours, s.testStart, s.testEnd, s.temp)
	model := baseline.Fit(train).Model
	var means baseline.Model
	expected, loads := make([]float64, len(test)), make([]float64, len(test))
	for i, r := range test {
		expected[i], loads[i] = math.NaN(), r.Load
		if model != nil {
			expected[i] = model.Predict(r)
		}
		if math.IsNaN(expected[i]) {
			if means == nil {
				means = baseline.FitAs(baseline.MeanOfWeek, train)
			}
			expected[i] = means.Predict(r)
		}
		table = append(table, []string{s.id, s.name, stamp(ats[i]), decimal(expected[i])})
	}
	return table, baseline.GoodnessOf(expected, loads)
}

// read returns the split's meter with the holidays of its country.
func (s split) read(data string) ([]hour, error) {
	hours, err := readMeter(filepath.Join(data, s.file))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.file, err)
	}
	mark(hours, s.zone)
	return hours, nil
}

func readSplits(path string) (splits []split, err error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	rows := csv.NewReader(file)
	header, err := rows.Read()
	if err != nil {
		return nil, err
	}
	for {
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			return splits, nil
		}
		if err != nil {
			return nil, err
		}
		cell := func(name string) string {
			if i := slices.Index(header, name); i >= 0 {
				return row[i]
			}
			return ""
		}
		splits = append(splits, split{
			id: cell("id"), file: cell("file"), name: cell("split"), zone: cell("tz"), temp: cell("uses_temp") == "1",
			trainStart: cell("train_start"), trainEnd: cell("train_end"), testStart: cell("test_start"), testEnd: cell("test_end"),
		})
	}
}

func writeFile(path string, write func(*csv.Writer) error) (err error) {
	out, err := os.Create(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	table := csv.NewWriter(out)
	if err := write(table); err != nil {
		return err
	}
	table.Flush()
	return table.Error()
}

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
	"strconv"
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
	id, file, name                           string
	temp                                     bool
	trainStart, trainEnd, testStart, testEnd string
}

// Run predicts every split, and tells for each name the median error where the truth is there.
func (p predict) Run() (err error) {
	splits, err := readSplits(p.Splits)
	if err != nil {
		return err
	}
	out, err := os.Create(p.Out)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	table := csv.NewWriter(out)
	if err := table.Write([]string{"id", "split", "timestamp", "kwh_predicted"}); err != nil {
		return err
	}
	errorsOf := make(map[string][]float64)
	begun := time.Now()
	for _, s := range splits {
		hours, err := readMeter(filepath.Join(p.Data, s.file))
		if err != nil {
			return fmt.Errorf("%s: %w", s.file, err)
		}
		good, err := s.predict(hours, table)
		if err != nil {
			return err
		}
		errorsOf[s.name] = append(errorsOf[s.name], good.CVRMSE)
	}
	table.Flush()
	for _, name := range slices.Sorted(maps.Keys(errorsOf)) {
		all := errorsOf[name]
		slices.Sort(all)
		fmt.Printf("%-8s %3d meters, median CVRMSE %.3f\n", name, len(all), all[len(all)/2])
	}
	fmt.Printf("%d spans, %.3f s each with reading\n", len(splits), time.Since(begun).Seconds()/float64(max(1, len(splits))))
	return table.Error()
}

// predict writes a row for each hour of the test span. Hours that the baseline cannot say, for want of a temperature, are
// filled with the mean by hour of week.
func (s split) predict(hours []hour, out *csv.Writer) (baseline.Goodness, error) {
	train, _ := between(hours, s.trainStart, s.trainEnd, s.temp)
	test, ats := between(hours, s.testStart, s.testEnd, s.temp)
	means := baseline.Means(train)
	model := baseline.Fit(train).Model
	if model == nil {
		model = means
	}
	for i, r := range test {
		kwh := model.Predict(r)
		if math.IsNaN(kwh) {
			kwh = means.Predict(r)
		}
		if err := out.Write([]string{s.id, s.name, ats[i].Format("2006-01-02T15:04:05-07:00"), strconv.FormatFloat(kwh, 'f', 4, 64)}); err != nil {
			return baseline.Goodness{}, err
		}
	}
	return baseline.Judge(model, test), nil
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
			id: cell("id"), file: cell("file"), name: cell("split"), temp: cell("uses_temp") == "1",
			trainStart: cell("train_start"), trainEnd: cell("train_end"), testStart: cell("test_start"), testEnd: cell("test_end"),
		})
	}
}

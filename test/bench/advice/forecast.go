package main

import (
	"encoding/csv"
	"fmt"
	"maps"
	"math"
	"runtime"
	"slices"
	"strconv"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/holotwin/holotwin/modules/advice/baseline"
	"github.com/holotwin/holotwin/modules/advice/forecast"
)

type forecastDays struct {
	Data   string `required:"" type:"existingdir" help:"The folder of meters."`
	Splits string `required:"" type:"existingfile" help:"Which spans of which meters."`
	Out    string `required:"" help:"Where the forecasts go: id, split, timestamp, kwh_predicted, low, high."`
}

// Run forecasts each day of every test span from its local midnight, and prints the errors where the true values are known.
func (f forecastDays) Run() error {
	splits, err := readSplits(f.Splits)
	if err != nil {
		return err
	}
	tables := make([][][]string, len(splits))
	judged := make([]judgement, len(splits))
	begun := time.Now()
	var group errgroup.Group
	group.SetLimit(runtime.NumCPU())
	for i, s := range splits {
		group.Go(func() error {
			hours, err := s.read(f.Data)
			if err != nil {
				return err
			}
			tables[i], judged[i] = s.forecast(hours)
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	if err := writeTable(f.Out, []string{"id", "split", "timestamp", "kwh_predicted", "low", "high"}, slices.Concat(tables...)); err != nil {
		return err
	}
	printForecasts(splits, judged)
	fmt.Printf("%d spans, %.2f s each with reading\n", len(splits), time.Since(begun).Seconds()/float64(max(1, len(splits))))
	return nil
}

// judgement is how well a span was forecast: CVRMSE, the mean absolute error over that of the same hour a week before in the
// training span, and the share of hours within the band.
type judgement struct{ cvrmse, mase, held float64 }

func (s split) forecast(hours []hour) (table [][]string, j judgement) {
	rows, ats := between(hours, s.trainStart, s.testEnd, s.temp)
	train, _ := between(hours, s.trainStart, s.trainEnd, s.temp)
	means := baseline.Means(train)
	begin := slices.IndexFunc(ats, func(at time.Time) bool { return at.Format(time.DateOnly) >= s.testStart })
	if begin < 0 {
		return nil, j
	}
	type clock struct{ date, hour int }
	told := make(map[clock]forecast.Hour)
	for _, h := range forecast.Replay(rows, rows[begin].Date, forecast.WeatherKnown) {
		told[clock{h.Date, h.Clock}] = h
	}
	var sum, squares, misses, inside, n float64
	for i := begin; i < len(rows); i++ {
		r := rows[i]
		h, known := told[clock{r.Date, ats[i].Hour()}]
		if !known || math.IsNaN(h.Expected) {
			h = forecast.Hour{Expected: means.Predict(r), Low: math.NaN(), High: math.NaN()}
		}
		table = append(table, []string{s.id, s.name, stamp(ats[i]), decimal(h.Expected), decimal(h.Low), decimal(h.High)})
		if math.IsNaN(r.Load) {
			continue
		}
		e := r.Load - h.Expected
		sum, squares, misses, n = sum+r.Load, squares+e*e, misses+math.Abs(e), n+1
		if r.Load >= h.Low && r.Load <= h.High {
			inside++
		}
	}
	return table, judgement{cvrmse: math.Sqrt(squares/n) / (sum / n), mase: misses / n / weekBefore(train), held: inside / n}
}

// weekBefore is the mean absolute difference to the same hour a week before.
func weekBefore(rows []baseline.Row) float64 {
	var sum, n float64
	for i := baseline.WeekHours; i < len(rows); i++ {
		if d := math.Abs(rows[i].Load - rows[i-baseline.WeekHours].Load); !math.IsNaN(d) {
			sum, n = sum+d, n+1
		}
	}
	return sum / n
}

func printForecasts(splits []split, judged []judgement) {
	by := make(map[string][]judgement)
	for i, s := range splits {
		by[s.name] = append(by[s.name], judged[i])
		if s.temp {
			by["with temperature"] = append(by["with temperature"], judged[i])
		}
	}
	for _, name := range slices.Sorted(maps.Keys(by)) {
		of := func(get func(judgement) float64) float64 {
			all := make([]float64, len(by[name]))
			for i, j := range by[name] {
				all[i] = get(j)
			}
			return median(all)
		}
		fmt.Printf("%-16s %3d meters, medians: CVRMSE %.3f, MASE %.3f, held by the 80 %% band %.1f %%\n", name, len(by[name]),
			of(func(j judgement) float64 { return j.cvrmse }), of(func(j judgement) float64 { return j.mase }), 100*of(func(j judgement) float64 { return j.held }))
	}
}

// stamp is a local instant as the meters' files write it.
func stamp(at time.Time) string { return at.Format("2006-01-02T15:04:05-07:00") }

// decimal is empty where nothing is known.
func decimal(v float64) string {
	if math.IsNaN(v) {
		return ""
	}
	return strconv.FormatFloat(v, 'f', 4, 64)
}

func median(values []float64) float64 {
	slices.Sort(values)
	if len(values) == 0 {
		return math.NaN()
	}
	return values[len(values)/2]
}

func writeTable(path string, header []string, rows [][]string) error {
	return writeFile(path, func(out *csv.Writer) error {
		if err := out.Write(header); err != nil {
			return err
		}
		return out.WriteAll(rows)
	})
}

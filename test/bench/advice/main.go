// Command advice runs the engine of the advice module on a folder of meters, so that what it says can be scored beside
// other programs.
//
//	go run ./test/bench/advice
//	go run ./test/bench/advice predict  --data DIR --splits splits.csv --out predictions.csv
//	go run ./test/bench/advice forecast --data DIR --splits splits.csv --out forecasts.csv
//	go run ./test/bench/advice detect   --data DIR --out findings.jsonl
//	go run ./test/bench/advice label    --data DIR
//
// Alone it measures the meters that the project carries (test/testdata/meters). For predict and forecast DIR holds the files that
// splits.csv names: CSV, gzipped where the name says so, of timestamp (start of the interval, ISO 8601 with the local offset), kwh
// and temp_c, empty where missing. splits.csv has the columns id, file, tz (whose holidays are taken), split, uses_temp,
// train_start, train_end, test_start and test_end, local dates of which the ends are left out.
//
// For detect DIR holds a file <meter>@<split>.csv of the same columns for each entry of splits.json, which says by train_end
// where the clean history ends. For label it holds files with a fourth column, label: 1 where a person saw an anomaly.
package main

import (
	"fmt"
	"os"

	"github.com/alecthomas/kong"
)

func main() {
	var cli struct {
		All      everything   `cmd:"" default:"withargs" help:"Measure all on the meters that the project carries."`
		Predict  predict      `cmd:"" help:"Fit baselines on the training spans and predict the test spans."`
		Detect   detect       `cmd:""`
		Label    label        `cmd:"" help:"Score the hours of labelled meters, and print how well the scores match the labels."`
		Forecast forecastDays `cmd:"" help:"Forecast each day of the test spans from its midnight."`
	}
	if err := kong.Parse(&cli).Run(); err != nil {
		fmt.Fprintln(os.Stderr, "advice:", err)
		os.Exit(1)
	}
}

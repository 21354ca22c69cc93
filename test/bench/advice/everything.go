package main

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
)

// everything is what the command measures without arguments: the meters in the project.
type everything struct {
	Data string `default:"test/testdata/meters" type:"existingdir" help:"A folder with splits.csv and reference.csv."`
}

// Run prints baselines and forecasts beside those of other programs, whether intervals are honest, and how well known waste is found.
func (e everything) Run() error {
	splits, err := readSplits(filepath.Join(e.Data, "splits.csv"))
	if err != nil {
		return err
	}
	others, err := readReferences(filepath.Join(e.Data, "reference.csv"))
	if err != nil {
		return err
	}
	scratch, err := os.MkdirTemp("", "advice-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(scratch) }()
	fmt.Println("Baselines")
	if err := (predict{Data: e.Data, Splits: filepath.Join(e.Data, "splits.csv"), Out: filepath.Join(scratch, "p.csv")}).Run(); err != nil {
		return err
	}
	others.print("baseline")
	fmt.Println("\nForecasts, a day ahead")
	if err := (forecastDays{Data: e.Data, Splits: filepath.Join(e.Data, "splits.csv"), Out: filepath.Join(scratch, "f.csv")}).Run(); err != nil {
		return err
	}
	others.print("forecast")
	fmt.Println("\nHonesty of savings")
	if err := honesty(e.Data, splits); err != nil {
		return err
	}
	fmt.Println("\nWaste and faults that were put into real meters")
	return findings(e.Data, splits)
}

// reference is how another program did on a span.
type reference struct {
	kind, split, model string
	cvrmse, mase       float64
}

type references []reference

func readReferences(path string) (all references, err error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	rows := csv.NewReader(file)
	if _, err := rows.Read(); err != nil {
		return nil, err
	}
	for {
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return nil, err
		}
		const columns = 6
		if len(row) != columns {
			return nil, fmt.Errorf("%s: six columns are wanted", path)
		}
		cvrmse, err := strconv.ParseFloat(row[4], 64)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		all = append(all, reference{kind: row[0], split: row[2], model: row[3], cvrmse: cvrmse, mase: numberOf(row[5])})
	}
}

// print prints the other programs' medians by span.
func (r references) print(kind string) {
	by := make(map[string][]float64)
	for _, one := range r {
		if one.kind == kind {
			by[one.split+" "+one.model] = append(by[one.split+" "+one.model], one.cvrmse)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(by)) {
		fmt.Printf("    beside it: %-40s %3d meters, median CVRMSE %.3f\n", name, len(by[name]), median(by[name]))
	}
}

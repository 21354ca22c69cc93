package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/holotwin/holotwin/modules/advice/anomaly"
)

type detect struct {
	Data string `required:"" type:"existingdir" help:"The folder: <meter>@<split>.csv and splits.json."`
	Out  string `required:"" help:"Where the findings go, one JSON object a line."`
	Seed int    `default:"-1" help:"Copied to each finding; without it that of the first line of truth.jsonl, of which nothing else is read, or 0."`
}

// foundLine is a finding as it is scored.
type foundLine struct {
	Meter      string  `json:"meter"`
	Split      string  `json:"split"`
	Seed       int     `json:"seed"`
	Kind       string  `json:"kind"`
	Start      string  `json:"start"`
	End        string  `json:"end"`
	DetectedAt string  `json:"detected_at"`
	KWh        float64 `json:"kwh"`
}

// judgedSplit is the entry of a meter in splits.json.
type judgedSplit struct {
	ID, Split string
	Zone      string `json:"tz"`
	TrainEnd  string `json:"train_end"`
	UsesTemp  string `json:"uses_temp"`
}

// Run judges every meter of the folder from the end of its history on.
func (d detect) Run() error {
	raw, err := os.ReadFile(filepath.Join(d.Data, "splits.json"))
	if err != nil {
		return err
	}
	var splits map[string]judgedSplit
	if err := json.Unmarshal(raw, &splits); err != nil {
		return fmt.Errorf("splits.json: %w", err)
	}
	if d.Seed < 0 {
		if d.Seed, err = seedOf(filepath.Join(d.Data, "truth.jsonl")); err != nil {
			return err
		}
	}
	names := slices.Sorted(maps.Keys(splits))
	found := make([][]foundLine, len(names))
	begun := time.Now()
	var group errgroup.Group
	group.SetLimit(runtime.NumCPU())
	for i, name := range names {
		group.Go(func() (err error) {
			found[i], err = d.judge(name, splits[name])
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	all := slices.Concat(found...)
	fmt.Printf("%d meters, %d findings, %.2f s each with reading\n", len(names), len(all), time.Since(begun).Seconds()/float64(max(1, len(names))))
	return writeLines(d.Out, all)
}

func (d detect) judge(name string, s judgedSplit) ([]foundLine, error) {
	hours, err := readMeter(filepath.Join(d.Data, name+".csv"))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	mark(hours, s.Zone)
	const ever, never = "0000", "9999"
	rows, ats := between(hours, ever, never, s.UsesTemp == "1")
	from := slices.IndexFunc(ats, func(at time.Time) bool { return at.Format(time.DateOnly) >= s.TrainEnd })
	at := func(i int) string {
		if i >= len(ats) {
			return stamp(ats[len(ats)-1].Add(time.Duration(i-len(ats)+1) * time.Hour))
		}
		return stamp(ats[i])
	}
	var lines []foundLine
	for _, f := range anomaly.Detect(rows, from) {
		lines = append(lines, foundLine{
			Meter: s.ID, Split: s.Split, Seed: d.Seed, Kind: string(f.Kind), Start: at(f.From), End: at(f.To), DetectedAt: at(f.Known), KWh: f.KWh,
		})
	}
	return lines, nil
}

// seedOf is the seed that a folder was made with; 0 where nothing was put into it.
func seedOf(path string) (seed int, err error) {
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	line := bufio.NewScanner(file)
	if !line.Scan() {
		return 0, line.Err()
	}
	var first struct{ Seed int }
	return first.Seed, json.Unmarshal(line.Bytes(), &first)
}

func writeLines(path string, lines []foundLine) (err error) {
	out, err := os.Create(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	encoder := json.NewEncoder(out)
	for _, line := range lines {
		if err := encoder.Encode(line); err != nil {
			return err
		}
	}
	return nil
}

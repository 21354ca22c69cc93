package main

import (
	"fmt"
	"runtime"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/holotwin/holotwin/modules/advice/anomaly"
)

// judgedSpans are those on which findings are measured, and judgedSeeds those from which waste and faults are put in.
var (
	judgedSpans = []string{"A12-12", "B9-3", "B7-2", "C12-12", "C9-3"}
	judgedSeeds = []uint64{1, 2, 3}
)

// findings plants known waste and faults into real meters, looks for them, and prints how well they are found, beside the requirement.
func findings(data string, splits []split) error {
	splits = slices.DeleteFunc(slices.Clone(splits), func(s split) bool { return !slices.Contains(judgedSpans, s.name) })
	runs := make([][]run, len(splits))
	clean := make([]cleanSpan, len(splits))
	var group errgroup.Group
	group.SetLimit(runtime.NumCPU())
	for i, s := range splits {
		group.Go(func() (err error) {
			runs[i], clean[i], err = s.look(data)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	all := slices.Concat(runs...)
	printWaste(judgeRuns(all, false), clean)
	g := judgeRuns(all, true)
	fmt.Printf("faults: %d put in; F1 %.3f (asked ≥ 0.99), precision %.3f, recall %.3f, known within %.0f h (≤ 6)\n", g.putIn, g.f1, g.precision, g.recall, g.hoursMedian)
	return nil
}

// cleanSpan is how long a meter was judged without planted waste, and how much waste was reported for it.
type cleanSpan struct {
	months float64
	said   int
}

// look judges a span as it was and with what each seed puts in.
func (s split) look(data string) (runs []run, clean cleanSpan, err error) {
	hours, err := s.read(data)
	if err != nil {
		return nil, clean, err
	}
	rows, ats := between(hours, s.trainStart, s.testEnd, s.temp)
	from := slices.IndexFunc(ats, func(at time.Time) bool { return at.Format(time.DateOnly) >= s.trainEnd })
	if from < 0 {
		return nil, clean, nil
	}
	usual := anomaly.Detect(rows, from)
	for _, f := range usual {
		if !f.Kind.Fault() {
			clean.said++
		}
	}
	const hoursPerMonth = 730.5
	clean.months = float64(len(rows)-from) / hoursPerMonth
	for _, seed := range judgedSeeds {
		spoilt, truth := inject(s, rows, from, seed)
		runs = append(runs, run{truth: truth, found: anomaly.Detect(spoilt, from), clean: usual})
	}
	return runs, clean, nil
}

func printWaste(g figures, clean []cleanSpan) {
	said, months := 0, 0.0
	for _, c := range clean {
		said, months = said+c.said, months+c.months
	}
	fmt.Printf("waste: %d put in; precision %.2f (asked ≥ 0.70), recall %.2f (≥ 0.60), F1 %.2f (≥ 0.65)\n", g.putIn, g.precision, g.recall, g.f1)
	fmt.Printf("    kWh: median relative error %.2f (≤ 0.30), found ÷ true %.2f (0.90–1.10)\n", g.errorMedian, g.total)
	fmt.Printf("    known within %.0f h (≤ 48), spikes %.0f h (≤ 2)\n", g.hoursMedian, g.spikeMedian)
	fmt.Printf("    false findings per clean meter and month %.2f (≤ 0.25), over %.0f months\n", float64(said)/months, months)
	for _, kind := range kindsPutIn {
		if n := g.putInBy[kind]; n > 0 {
			fmt.Printf("    %-17s %3d put in, %2.0f %% found\n", kind, n, 100*float64(g.foundOf[kind])/float64(n))
		}
	}
}

package main

import (
	"cmp"
	"fmt"
	"math"
	"path/filepath"
	"slices"

	"github.com/holotwin/holotwin/modules/advice/anomaly"
	"github.com/holotwin/holotwin/modules/advice/baseline"
)

type label struct {
	Data string `required:"" type:"existingdir" help:"A folder of meters with a column label, 1 where a person saw an anomaly."`
}

// Asked of scores of labelled hours.
const askedArea, askedBestF1 = 0.93, 0.75

// Run scores the hours of each meter without their labels, and prints how well the scores separate the labelled hours.
func (l label) Run() error {
	paths, err := filepath.Glob(filepath.Join(l.Data, "*.csv*"))
	if err != nil {
		return err
	}
	var areas, bests []float64
	for _, path := range paths {
		hours, err := readMeter(path)
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		rows := make([]baseline.Row, len(hours))
		for i, h := range hours {
			rows[i] = h.Row
		}
		var judged []scored
		for i, s := range anomaly.Scores(rows) {
			if !math.IsNaN(rows[i].Load) {
				judged = append(judged, scored{s, hours[i].odd})
			}
		}
		area, best := parted(judged)
		if math.IsNaN(area) {
			fmt.Printf("%-30s nothing is labelled\n", filepath.Base(path))
			continue
		}
		fmt.Printf("%-30s ROC-AUC %.3f, best F1 %.3f\n", filepath.Base(path), area, best)
		areas, bests = append(areas, area), append(bests, best)
	}
	fmt.Printf("%d meters, medians: ROC-AUC %.3f (asked ≥ %.2f), best F1 %.3f (asked ≥ %.2f)\n", len(areas), median(areas), askedArea, median(bests), askedBestF1)
	return nil
}

// scored is an hour's score and whether it is labelled.
type scored struct {
	score float64
	odd   bool
}

// parted is the area under the ROC curve and the highest F1 of any threshold; NaN where all or none are labelled.
func parted(hours []scored) (area, best float64) {
	slices.SortFunc(hours, func(a, b scored) int { return cmp.Compare(b.score, a.score) })
	var odd, right, wrong float64
	for _, h := range hours {
		if h.odd {
			odd++
		}
	}
	for i := 0; i < len(hours); {
		var rights, wrongs float64
		for first := hours[i].score; i < len(hours) && hours[i].score == first; i++ {
			if hours[i].odd {
				rights++
			} else {
				wrongs++
			}
		}
		area += wrongs * (right + rights/2)
		right, wrong = right+rights, wrong+wrongs
		best = max(best, 2*right/(right+wrong+odd))
	}
	return area / (odd * (float64(len(hours)) - odd)), best
}

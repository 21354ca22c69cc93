package main

import (
	"fmt"
	"runtime"
	"slices"

	"golang.org/x/sync/errgroup"

	"github.com/holotwin/holotwin/modules/advice/baseline"
)

// savedShares are the savings that are planted into real meters to check whether the interval contains them; 0 is a placebo: nothing is
// changed.
var savedShares = []float64{0, 0.05, 0.10, 0.20}

// judgedDays are how long after the change it is judged.
var judgedDays = []int{28, 84}

// claim is what is reported for a known saving.
type claim struct {
	share       float64
	known       bool
	holds, says bool // the interval contains it; a saving is reported
}

// honesty fits baselines on the training spans and checks whether the intervals of avoided energy after them contain the known saving.
func honesty(data string, splits []split) error {
	all := make([][]claim, len(splits))
	var group errgroup.Group
	group.SetLimit(runtime.NumCPU())
	for i, s := range splits {
		if s.name == "D-known" {
			continue // its saving is simulated and begins within the year
		}
		group.Go(func() error {
			hours, err := s.read(data)
			if err != nil {
				return err
			}
			all[i] = s.claims(hours)
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	claims := slices.Concat(all...)
	for _, share := range savedShares {
		var n, holds, says float64
		for _, c := range claims {
			if c.share != share || !c.known {
				continue
			}
			n++
			if c.holds {
				holds++
			}
			if c.says {
				says++
			}
		}
		fmt.Printf("saved %2.0f %%: %3.0f cases, the 90 %% interval holds it in %.0f %%, a saving is shown in %.0f %%\n", 100*share, n, 100*holds/n, 100*says/n)
	}
	return nil
}

func (s split) claims(hours []hour) (all []claim) {
	train, _ := between(hours, s.trainStart, s.trainEnd, s.temp)
	test, _ := between(hours, s.testStart, s.testEnd, s.temp)
	fitted := baseline.Fit(train)
	for _, days := range judgedDays {
		const dayHours = 24
		if len(test) < days*dayHours {
			continue
		}
		after := test[:days*dayHours]
		for _, share := range savedShares {
			changed := slices.Clone(after)
			for i := range changed {
				changed[i].Load *= 1 - share
			}
			saving, known := baseline.Avoided(fitted, train, changed)
			// The real saving is the share of the expected use in the hours that are known.
			truth := saving.Actual / (1 - share) * share
			all = append(all, claim{share: share, known: known, holds: saving.Low <= truth && truth <= saving.High, says: saving.Low > 0})
		}
	}
	return all
}

// Package boost predicts a number from features by gradient boosting of small regression trees on histograms (Friedman 2001; the histograms
// as in LightGBM, Ke et al. 2017). It is deterministic: the same rows give the same trees.
package boost

import (
	"math"
	"slices"
)

// Limits of a tree. Features are cut into at most bins-1 ranges by quantiles; bin 0 is for unknown values.
const (
	bins  = 64
	depth = 5
	nodes = 1<<(depth+1) - 1
)

// Options of the training.
type Options struct {
	// Trees is the number of trees, Rate the learning rate, 0 to 1.
	Trees int
	Rate  float64
	// LeastRows is the minimum number of rows on each side of a cut, Shrink the number of zero rows added to a leaf's mean.
	LeastRows int
	Shrink    float64
	// Depth is the maximum number of cuts to a leaf, 1 to 5.
	Depth int
}

// Model is a trained model.
type Model struct {
	cuts  [][]float64 // per feature, ascending
	trees []tree
	mean  float64
	rate  float64
}

// tree is complete: the children of node n are 2n+1 (low, or unknown) and 2n+2; feature -1 marks a leaf.
type tree struct {
	feature [nodes]int8
	bin     [nodes]uint8
	value   [nodes]float64
}

// Fit trains a model on targets, which must be finite, and rows of features, NaN if unknown. It returns nil without rows.
func Fit(rows [][]float64, targets []float64, o Options) *Model {
	if len(rows) == 0 {
		return nil
	}
	m := &Model{cuts: cutsOf(rows), rate: o.Rate}
	for _, y := range targets {
		m.mean += y / float64(len(targets))
	}
	t := trainer{Options: o, features: len(rows[0]), binned: m.binAll(rows), rest: make([]float64, len(targets)), at: make([]uint8, len(targets))}
	for i, y := range targets {
		t.rest[i] = y - m.mean
	}
	for range o.Trees {
		m.trees = append(m.trees, t.grow())
	}
	return m
}

// Predict returns the number expected for a row of features.
func (m *Model) Predict(row []float64) float64 {
	var binned [32]uint8
	for f := range row {
		binned[f] = binOf(m.cuts[f], row[f])
	}
	y := m.mean
	for i := range m.trees {
		y += m.rate * m.trees[i].predict(binned[:len(row)])
	}
	return y
}

func (t *tree) predict(row []uint8) float64 {
	n := 0
	for t.feature[n] >= 0 {
		n = 2*n + 1 + above(row[t.feature[n]], t.bin[n])
	}
	return t.value[n]
}

func above(v, cut uint8) int {
	if v > cut {
		return 1
	}
	return 0
}

func cutsOf(rows [][]float64) [][]float64 {
	cuts := make([][]float64, len(rows[0]))
	values := make([]float64, 0, len(rows))
	for f := range cuts {
		values = values[:0]
		for _, r := range rows {
			if !math.IsNaN(r[f]) {
				values = append(values, r[f])
			}
		}
		slices.Sort(values)
		for b := 1; b < bins-1; b++ {
			if len(values) == 0 {
				break
			}
			c := values[b*len(values)/(bins-1)]
			if n := len(cuts[f]); n == 0 || c > cuts[f][n-1] {
				cuts[f] = append(cuts[f], c)
			}
		}
	}
	return cuts
}

// binOf returns 0 for an unknown value, and otherwise one more than the number of cuts at or below it.
func binOf(cuts []float64, v float64) uint8 {
	if math.IsNaN(v) {
		return 0
	}
	low, high := 0, len(cuts)
	for low < high {
		if mid := (low + high) / 2; cuts[mid] <= v {
			low = mid + 1
		} else {
			high = mid
		}
	}
	return uint8(low + 1)
}

func (m *Model) binAll(rows [][]float64) []uint8 {
	binned := make([]uint8, 0, len(rows)*len(m.cuts))
	for _, r := range rows {
		for f, v := range r {
			binned = append(binned, binOf(m.cuts[f], v))
		}
	}
	return binned
}

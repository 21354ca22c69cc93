package boost

// trainer grows each tree on the residuals of the earlier ones. It belongs to one goroutine and shares nothing, so the race detector leaves
// its loops alone (go:norace): watched, they take most of the time of the tests.
type trainer struct {
	Options
	features int
	binned   []uint8 // row after row
	rest     []float64
	at       []uint8 // each row's node
	// sums are the sums of a level's nodes by feature and bin, above the sums of the level above.
	sums, above []bin
	// counted marks the nodes of a level whose rows are added up. It is the smaller one of two children; the other one has the rest.
	counted [nodes]bool
}

// bin sums up a node's rows in a range of a feature.
type bin struct{ sum, count float64 }

// grow fits one tree, level by level, and subtracts its predictions from the residuals.
//
//go:norace
func (t *trainer) grow() tree {
	var grown tree
	for n := range grown.feature {
		grown.feature[n] = -1
	}
	clear(t.at)
	t.counted[0] = true
	first, width := 0, 1
	for level := 0; ; level++ {
		features := t.features
		if level == t.Depth {
			features = 1 // leaves only need their sums
		}
		t.count(&grown, first, width, features)
		split := false
		for n := range width {
			whole := t.whole(n)
			grown.value[first+n] = whole.sum / (whole.count + t.Shrink)
			if level < t.Depth && t.split(&grown, first+n, n, whole) {
				split = true
			}
		}
		if !split {
			break
		}
		t.move(&grown, first)
		first, width = 2*first+1, 2*width
	}
	for i := range t.rest {
		t.rest[i] -= t.Rate * grown.value[t.at[i]]
	}
	return grown
}

// count adds up the rows of a level's nodes by bin, for the first features.
//
//go:norace
func (t *trainer) count(grown *tree, first, width, features int) {
	size := t.features * bins
	t.sums, t.above = t.above, t.sums
	if cap(t.sums) < width*size {
		t.sums = make([]bin, width*size)
	}
	t.sums = t.sums[:width*size]
	clear(t.sums)
	for i, n := range t.at {
		if int(n) < first || !t.counted[n] {
			continue // its leaf is above, or its node is not counted
		}
		sums := t.sums[(int(n)-first)*size:][:size]
		row := t.binned[i*t.features:][:features]
		rest := t.rest[i]
		for f, b := range row {
			s := &sums[f*bins+int(b)&(bins-1)]
			s.sum += rest
			s.count++
		}
	}
	for low := first; width > 1 && low < first+width; low += 2 {
		if parent := (low - 1) / 2; grown.feature[parent] >= 0 {
			t.takeRest(low-first, (low-first)/2*size, size, features*bins, t.counted[low])
		}
	}
}

// takeRest computes the sums of one child as the parent's minus the other child's.
//
//go:norace
func (t *trainer) takeRest(low, parent, size, used int, lowCounted bool) {
	counted, other := t.sums[low*size:][:used], t.sums[(low+1)*size:][:used]
	if !lowCounted {
		counted, other = other, counted
	}
	for k, all := range t.above[parent:][:used] {
		other[k] = bin{all.sum - counted[k].sum, all.count - counted[k].count}
	}
}

// whole returns the sum of all rows of the node, which is the same for every feature.
func (t *trainer) whole(n int) (all bin) {
	for _, b := range t.sums[n*t.features*bins:][:bins] {
		all.sum, all.count = all.sum+b.sum, all.count+b.count
	}
	return all
}

// split finds the cut that explains most; false if no cut explains anything.
//
//go:norace
func (t *trainer) split(grown *tree, node, n int, whole bin) bool {
	least := float64(t.LeastRows)
	if whole.count < 2*least {
		return false
	}
	const worth = 1e-12
	best := whole.sum * whole.sum / (whole.count + t.Shrink) * (1 + worth)
	found := false
	for f := range t.features {
		var low bin
		for b, s := range t.sums[(n*t.features+f)*bins:][:bins-1] {
			low.sum, low.count = low.sum+s.sum, low.count+s.count
			if s.count == 0 || low.count < least || whole.count-low.count < least {
				continue
			}
			high := whole.sum - low.sum
			gain := low.sum*low.sum/(low.count+t.Shrink) + high*high/(whole.count-low.count+t.Shrink)
			if gain > best {
				best, found = gain, true
				fewer := 2*low.count <= whole.count
				t.counted[2*node+1], t.counted[2*node+2] = fewer, !fewer
				grown.feature[node], grown.bin[node] = int8(f), uint8(b)
			}
		}
	}
	return found
}

// move assigns the rows of a level to the children of their nodes; rows of leaves stay.
//
//go:norace
func (t *trainer) move(grown *tree, first int) {
	for i, n := range t.at {
		if int(n) < first || grown.feature[n] < 0 {
			continue
		}
		t.at[i] = uint8(2*int(n) + 1 + above(t.binned[i*t.features+int(grown.feature[n])], grown.bin[n]))
	}
}

package advice

// Filter selects recommendations. An empty field selects all.
type Filter struct {
	// Spaces limits the targets to these spaces; nil means any space, an empty list none.
	Spaces []string
	Device string
	Status Status
	Kind   string
	// Visible leaves out dismissed recommendations, and those that the last analysis no longer found unless they are accepted or done.
	Visible bool
	// MinKWh is the minimum saving a month.
	MinKWh float64
	// After is the last place of the previous page; the zero Place starts at the beginning.
	After Place
	// Limit is the maximum number of results; 0 means all.
	Limit int
}

// Place is a recommendation's position in the order: the highest promised money first, then by id; trivial ones last.
type Place struct {
	Rank int64
	ID   string
}

// Place returns a recommendation's position in the order.
func (r Recommendation) Place() Place { return Place{Rank: rankOf(r), ID: r.ID} }

// beforeTrivial ranks every recommendation above all trivial ones. It is much larger than any sum of money in thousandths.
const beforeTrivial = int64(1) << 52

// rankOf returns the promised money in thousandths, or the promised Wh if energy costs nothing.
func rankOf(r Recommendation) int64 {
	rank := int64(r.Finding.Saving.Low)
	if r.Money.CostLow > 0 {
		rank = int64(r.Money.CostLow * 1000)
	}
	if !r.Trivial() {
		rank += beforeTrivial
	}
	return rank
}

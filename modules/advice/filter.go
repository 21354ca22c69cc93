package advice

// Filter picks recommendations; what is empty picks all.
type Filter struct {
	// Spaces are those in which the target may be; nil is anywhere, empty is nowhere.
	Spaces []string
	Device string
	Status Status
	Kind   string
	// Visible leaves out what was dismissed and what the last analysis no longer found, unless it was accepted or done.
	Visible bool
	// MinKWh is the minimum saving a month.
	MinKWh float64
	// After is where the page before ended; the zero Place begins.
	After Place
	// Limit is the maximum number; 0 is all.
	Limit int
}

// Place is a recommendation's place in the order: trivial ones last, the most promised money first, then by id.
type Place struct {
	Rank int64
	ID   string
}

// Place is a recommendation's place in the order.
func (r Recommendation) Place() Place { return Place{Rank: rankOf(r), ID: r.ID} }

// beforeTrivial puts what is worth something before all that is not; no sum of money in thousandths comes near it.
const beforeTrivial = int64(1) << 52

// rankOf is the promised money in thousandths; where energy costs nothing, the promised Wh decide.
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

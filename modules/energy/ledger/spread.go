package ledger

import (
	"github.com/holotwin/holotwin/modules/energy"
)

// Share is the part of a span's energy in one quarter hour of the grid.
type Share struct {
	Quarter int64 // quarter hours since 1970-01-01T00:00:00Z
	Energy  energy.Energy
	Ms      int64 // time of the quarter that the span covers
}

// spread divides the energy of [from, to) over the quarter hours that it covers, in proportion to time. It rounds the cumulative
// energy at each boundary half to even. So remainders are kept and the shares add up to the energy exactly. An empty span gives all
// its energy to the quarter that contains it.
func spread(from, to energy.Instant, e energy.Energy, yield func(Share)) {
	if to <= from {
		yield(Share{Quarter: energy.QuarterOf(from), Energy: e})
		return
	}
	total, begun := int64(to-from), energy.Energy(0)
	for at := from; at < to; {
		q := energy.QuarterOf(at)
		end := min(to, energy.QuarterStart(q+1))
		upTo := e
		if end < to {
			upTo = proportion(e, int64(end-from), total)
		}
		yield(Share{Quarter: q, Energy: upTo - begun, Ms: int64(end - at)})
		begun, at = upTo, end
	}
}

// proportion is e × part ÷ whole, rounded half to even.
func proportion(e energy.Energy, part, whole int64) energy.Energy {
	const safe = int64(1) << 31
	if int64(e) < safe && int64(e) > -safe && part < safe {
		return energy.Energy(smallHalfEven(int64(e)*part, whole))
	}
	return energy.Energy(energy.DivideHalfEven(int64(e), part, whole))
}

// smallHalfEven is n ÷ d rounded half to even, if both fit in 64 bits.
func smallHalfEven(n, d int64) int64 {
	q, r := n/d, n%d
	if r < 0 {
		q, r = q-1, r+d
	}
	if 2*r > d || (2*r == d && q&1 == 1) {
		q++
	}
	return q
}

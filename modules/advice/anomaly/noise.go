package anomaly

import (
	"math"

	"gonum.org/v1/gonum/mat"

	"github.com/holotwin/holotwin/modules/advice/history"
)

// noise describes the deviations from the expected load on days without a finding.
type noise struct {
	// spread is the robust standard deviation of an hour, kWh.
	spread correction
	// carry is the correlation of a day's residuals with the previous day's, 0 to maxCarry.
	carry float64
	// factor is the lower Cholesky factor of the covariance of a day's hours, without the part carried over from the previous day; inverse
	// is the inverse of that covariance.
	factor, inverse [dayKinds][dayHours]hourly
	// raised are spikes of 1 kWh, whitened, by day kind, hours less one and first hour.
	raised [dayKinds][maxSpikeHours][dayHours]hourly
}

// Constants of the noise. The covariance is shrunk towards its diagonal, more if there are fewer days; the spread of an hour is at least
// minSpread of the mean load.
const (
	minSpread    = 0.02
	maxCarry     = 0.8
	outlier      = 4.0
	shrinkDays   = 12.0
	shrinkLeast  = 0.05
	shrinkMost   = 0.7
	robustFactor = 1.4826 // of the median absolute deviation, for a normal distribution
)

// learnNoise measures the noise on the history, with the same corrections as judged days.
func (d *detector) learnNoise() {
	for pass := range 2 {
		d.noise.spread = d.spread(pass > 0)
	}
	d.learnt = make([]*correction, d.first)
	d.noise.carry = d.carry()
	for kind := range dayKinds {
		d.noise.factor[kind], d.noise.inverse[kind] = d.covariance(kind)
	}
	d.noise.raiseHours()
}

// spread returns the robust standard deviation by day kind and hour.
func (d *detector) spread(corrected bool) (s correction) {
	var misses [dayKinds][dayHours][]float64
	for k := range d.first {
		day := &d.days[k]
		if day.skipped {
			continue
		}
		var c correction
		if corrected {
			c = d.correctionBefore(k)
		}
		for h := range dayHours {
			if r := day.load[h] - day.base[h] - c[day.kind][h]; !math.IsNaN(r) {
				misses[day.kind][h] = append(misses[day.kind][h], math.Abs(r))
			}
		}
	}
	const unknownSpread = 0.1
	for kind := range dayKinds {
		for h := range dayHours {
			s[kind][h] = unknownSpread * d.week.mean
			if len(misses[kind][h]) > 0 {
				s[kind][h] = max(robustFactor*history.Median(misses[kind][h]), minSpread*d.week.mean)
			}
		}
	}
	return s
}

// carry returns the part of a day's residual that the next day has, pooled over the hours.
func (d *detector) carry() float64 {
	var product, square float64
	for k := 1; k < d.first; k++ {
		was, is := &d.days[k-1], &d.days[k]
		if was.skipped || is.skipped {
			continue
		}
		c := d.correctionBefore(k - 1)
		a, b := was.residual(&c), is.residual(&c)
		for h := range dayHours {
			x := clip(a[h]/d.noise.spread[was.kind][h], trimmed)
			product += x * clip(b[h]/d.noise.spread[is.kind][h], trimmed)
			square += x * x
		}
	}
	if square == 0 {
		return 0
	}
	return max(0, min(maxCarry, product/square))
}

// innovation returns a day's residual without the part carried over from the previous day.
func (d *detector) innovation(k int, c *correction) hourly {
	day := &d.days[k]
	r := day.residual(c)
	if k == 0 || d.days[k-1].skipped || d.days[k-1].taken {
		return r
	}
	before := d.days[k-1].residual(c)
	for h := range r {
		if math.IsNaN(day.load[h]) || math.IsNaN(day.base[h]) {
			continue
		}
		r[h] -= d.noise.carry * before[h]
	}
	return r
}

// covariance returns the Cholesky factor and the inverse of the shrunk covariance of a day kind's hours.
func (d *detector) covariance(kind dayKind) (factor, inverse [dayHours]hourly) {
	sum, n := mat.NewSymDense(dayHours, nil), 0.0
	x := mat.NewVecDense(dayHours, nil)
	for k := 1; k < d.first; k++ {
		if d.days[k].skipped || d.days[k].kind != kind {
			continue
		}
		c := d.correctionBefore(k)
		for h, e := range d.innovation(k, &c) {
			s := d.noise.spread[kind][h]
			x.SetVec(h, clip(e/s, outlier)*s)
		}
		sum.SymRankOne(sum, 1, x)
		n++
	}
	shrink := min(shrinkMost, shrinkDays/(n+1)+shrinkLeast)
	floor := minSpread * d.week.mean
	shrunk := mat.NewSymDense(dayHours, nil)
	for i := range dayHours {
		for j := i; j < dayHours; j++ {
			v := sum.At(i, j) / max(n, 1)
			if i == j {
				v += floor * floor
			} else {
				v *= 1 - shrink
			}
			shrunk.SetSym(i, j, v)
		}
	}
	return factorOf(shrunk)
}

// factorOf returns the Cholesky factor and the inverse of a matrix, or of its diagonal if the matrix is not positive definite.
func factorOf(a *mat.SymDense) (factor, inverse [dayHours]hourly) {
	var cholesky mat.Cholesky
	var lower mat.TriDense
	var inverted mat.SymDense
	if cholesky.Factorize(a) && cholesky.InverseTo(&inverted) == nil {
		cholesky.LTo(&lower)
		for i := range dayHours {
			for j := range dayHours {
				inverse[i][j] = inverted.At(i, j)
				if j <= i {
					factor[i][j] = lower.At(i, j)
				}
			}
		}
		return factor, inverse
	}
	for i := range dayHours {
		factor[i][i], inverse[i][i] = math.Sqrt(a.At(i, i)), 1/a.At(i, i)
	}
	return factor, inverse
}

// raiseHours whitens a load that is raised by 1 kWh for one to maxSpikeHours hours from each hour on.
func (n *noise) raiseHours() {
	for kind := range dayKinds {
		for hours := 1; hours <= maxSpikeHours; hours++ {
			for from := 0; from+hours <= dayHours; from++ {
				var raised hourly
				for h := from; h < from+hours; h++ {
					raised[h] = 1
				}
				n.raised[kind][hours-1][from] = n.whiten(kind, raised)
			}
		}
	}
}

// whiten converts a day's hours into independent values with a standard deviation of 1, each given the earlier hours.
func (n *noise) whiten(kind dayKind, v hourly) (white hourly) {
	for i := range white {
		s := v[i]
		for j := range i {
			s -= n.factor[kind][i][j] * white[j]
		}
		white[i] = s / n.factor[kind][i][i]
	}
	return white
}

// weigh multiplies by the inverse of the covariance: its product with a day's hours is their evidence for v.
func (n *noise) weigh(kind dayKind, v hourly) (weighed hourly) {
	for i := range weighed {
		weighed[i] = dot(&n.inverse[kind][i], &v)
	}
	return weighed
}

func dot(a, b *hourly) float64 {
	sum := 0.0
	for i := range a {
		sum += a[i] * b[i]
	}
	return sum
}

// highest returns the value that only a share of values exceed; NaN if there are few.
func highest(values []float64, share float64) float64 {
	const enough = 20
	if len(values) < enough {
		return math.NaN()
	}
	return history.Percentile(values, 1-share)
}

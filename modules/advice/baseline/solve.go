package baseline

import "math"

// equations are the normal equations of a regression with few columns.
type equations struct {
	squares  [maxParts][maxParts]float64 // upper half
	products [maxParts]float64
}

// add adds a row with its weight, its columns and its value.
func (e *equations) add(weight float64, x []float64, y float64) {
	for i := range x {
		w := weight * x[i]
		for j := i; j < len(x); j++ {
			e.squares[i][j] += w * x[j]
		}
		e.products[i] += w * y
	}
}

// solve returns the slopes of the first n columns. A column that depends linearly on earlier ones gets the slope 0, as R's lm drops it.
func (e *equations) solve(n int) []float64 {
	matrix := make([][]float64, n)
	for i := range matrix {
		matrix[i] = make([]float64, n+1)
		for j := range n {
			matrix[i][j] = e.squares[min(i, j)][max(i, j)]
		}
		matrix[i][n] = e.products[i]
	}
	return eliminate(matrix)
}

// dependent is the relative rest of a column below which it counts as linearly dependent.
const dependent = 1e-9

// eliminate solves a symmetric system by Gauss–Jordan along the diagonal, leaving dependent columns out.
func eliminate(m [][]float64) []float64 {
	n := len(m)
	whole := make([]float64, n)
	for i := range m {
		whole[i] = m[i][i]
	}
	used := make([]bool, n)
	for p := range n {
		if m[p][p] <= dependent*whole[p] || m[p][p] == 0 {
			continue
		}
		used[p] = true
		for i := range n {
			if i != p && m[i][p] != 0 {
				subtract(m[i], m[p], m[i][p]/m[p][p])
			}
		}
	}
	slopes := make([]float64, n)
	for i := range n {
		if !used[i] {
			continue
		}
		if s := m[i][n] / m[i][i]; !math.IsNaN(s) && !math.IsInf(s, 0) {
			slopes[i] = s
		}
	}
	return slopes
}

func subtract(from, row []float64, times float64) {
	for j := range from {
		from[j] -= times * row[j]
	}
}

func dot(a, b []float64) float64 {
	sum := 0.0
	for i := range a {
		sum += a[i] * b[i]
	}
	return sum
}

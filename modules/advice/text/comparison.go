package text

import "github.com/holotwin/holotwin/modules/advice/figure"

// Beside compares a space's use with the median of its peers, in words; both in kWh a month and m², 0 if unknown.
func Beside(l Language, name string, value, median float64, peers int) string {
	if value <= 0 || median <= 0 {
		return l.pick("No se puede comparar «"+name+"»: se necesitan su área, mediciones suficientes y al menos tres espacios del mismo tipo que también las tengan.",
			"“"+name+"” cannot be compared: this needs its area, enough measurements, and at least three spaces of its kind that also have both.")
	}
	others := l.Count(peers, l.pick("espacio del mismo tipo", "space of its kind"), l.pick("espacios del mismo tipo", "spaces of its kind"))
	difference := 100 * (value - median) / median
	more := l.pick("más", "more")
	if difference < 0 {
		more, difference = l.pick("menos", "less"), -difference
	}
	return l.pick("«"+name+"» usa "+l.Amount(figure.Other(value))+" kWh por m² al mes, un "+l.Number(difference, 0)+" % "+more+" que la mediana de "+others+" ("+l.Amount(figure.Other(median))+").",
		"“"+name+"” uses "+l.Amount(figure.Other(value))+" kWh per m² a month, "+l.Number(difference, 0)+" % "+more+" than the median of "+others+" ("+l.Amount(figure.Other(median))+").")
}

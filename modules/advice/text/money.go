package text

import "strconv"

// Tariff is the one that money rests on; Year 0 is not known. Default tells that the site has set none.
type Tariff struct {
	Name    string
	Year    int
	Default bool
}

// Factor is an emission factor, kg CO2 per kWh; Year 0 is not known. Default tells that the site has set none.
type Factor struct {
	Name     string
	KgPerKWh float64
	Year     int
	Default  bool
}

// reference names the tariff that stands for the site's own; empty where it has one.
func (l Language) reference(t Tariff) string {
	if !t.Default {
		return ""
	}
	return l.pick("tarifa de referencia", "reference tariff") + year(t.Year)
}

// at says at which tariff an amount of money was reckoned that is not the site's own; nothing where it is.
func (l Language) at(t Tariff) string {
	if !t.Default {
		return ""
	}
	return l.pick(", con la ", ", at the ") + l.reference(t)
}

func year(n int) string {
	if n == 0 {
		return ""
	}
	return " " + strconv.Itoa(n)
}

// LabelWithTariff adds to a label of money the tariff that is not the site's own.
func LabelWithTariff(l Language, label string, t Tariff) string {
	if reference := l.reference(t); reference != "" {
		return label + " (" + reference + ")"
	}
	return label
}

// LabelWithFactor adds to a label of emissions the year of the factor.
func LabelWithFactor(l Language, label string, f Factor) string {
	if f.Year == 0 {
		return label
	}
	return label + l.pick(" (factor de"+year(f.Year)+")", " (factor of"+year(f.Year)+")")
}

// Priced says what a report's money and emissions rest on.
func Priced(l Language, t Tariff, f Factor) string {
	text := l.pick("El dinero es según la tarifa «"+t.Name+"».", "Money is at the tariff “"+t.Name+"”.")
	if t.Default {
		text = l.pick("El sitio no ha puesto su tarifa: el dinero es según la tarifa de referencia"+year(t.Year)+", "+t.Name+".",
			"The site has set no tariff: money is at the reference tariff"+year(t.Year)+", "+t.Name+".")
	}
	if f.Name == "" {
		return text
	}
	return text + l.pick(" El CO₂ es según "+l.Number(f.KgPerKWh, 3)+" kg/kWh de"+year(f.Year)+" ("+f.Name+").",
		" CO₂ is at "+l.Number(f.KgPerKWh, 3)+" kg/kWh of"+year(f.Year)+" ("+f.Name+").")
}

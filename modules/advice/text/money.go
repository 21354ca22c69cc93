package text

import "strconv"

// Tariff is the tariff of an amount of money. Year 0 means unknown; Default is true if the site has none of its own.
type Tariff struct {
	Name    string
	Year    int
	Default bool
}

// Factor is an emission factor, kg CO2 per kWh. Year 0 means unknown; Default is true if the site has none of its own.
type Factor struct {
	Name     string
	KgPerKWh float64
	Year     int
	Default  bool
}

// reference names a default tariff; empty if the site has its own.
func (l Language) reference(t Tariff) string {
	if !t.Default {
		return ""
	}
	return l.pick("tarifa de referencia", "reference tariff") + year(t.Year)
}

// at names the default tariff of an amount of money; empty if the site has its own.
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

// LabelWithTariff adds a default tariff to a label of money.
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

// Priced states the tariff and the factor of a report's money and emissions.
func Priced(l Language, t Tariff, f Factor) string {
	text := l.pick("Los costos usan la tarifa «"+t.Name+"».", "Costs use the tariff “"+t.Name+"”.")
	if t.Default {
		text = l.pick("El sitio no ha configurado su tarifa: los costos usan la tarifa de referencia"+year(t.Year)+", "+t.Name+".",
			"The site has no tariff of its own: costs use the reference tariff"+year(t.Year)+", "+t.Name+".")
	}
	if f.Name == "" {
		return text
	}
	return text + l.pick(" El CO₂ usa el factor "+l.Number(f.KgPerKWh, 3)+" kg/kWh de"+year(f.Year)+" ("+f.Name+").",
		" CO₂ uses the factor "+l.Number(f.KgPerKWh, 3)+" kg/kWh of"+year(f.Year)+" ("+f.Name+").")
}

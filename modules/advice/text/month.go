package text

import (
	"math"
	"strconv"
	"time"
)

var spanishMonths = [...]string{"enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"}

// MonthTitle heads a month's report.
func MonthTitle(l Language, space string, month time.Time) string {
	year := strconv.Itoa(month.Year())
	return space + ": " + l.pick(spanishMonths[month.Month()-1]+" de "+year, month.Month().String()+" "+year)
}

// MonthFacts are the figures of a month's text.
type MonthFacts struct {
	// KWh and Before are of what was measured in the month and on the same days of the month before, Share the part of the
	// expected energy that this is.
	KWh, Before, Share float64
	Comparable         bool
	// Coverage is the measured part of the expected energy, 0 to 1.
	Coverage float64
	// PeakKW is NaN if no quarter hour was completely measured.
	PeakKW float64
	PeakAt time.Time
}

// MonthText describes a month in a few sentences.
func MonthText(l Language, f MonthFacts) []string {
	var text []string
	if f.Comparable {
		text = append(text, monthBeside(l, f))
	}
	if !math.IsNaN(f.PeakKW) {
		text = append(text, monthPeak(l, f))
	}
	if f.Coverage < 0.9995 {
		text = append(text, l.pick("Se midió el ", "Of the expected energy, ")+l.Number(100*f.Coverage, 1)+l.pick(" % de la energía esperada; lo no medido no se estima.", " % was measured; the rest is not estimated."))
	}
	return text
}

func monthBeside(l Language, f MonthFacts) string {
	change := 100 * (f.KWh - f.Before) / f.Before
	more := l.pick("más", "more")
	if change < 0 {
		more = l.pick("menos", "less")
	}
	text := l.pick("Se usó un ", "Use was ") + l.Number(math.Abs(change), 1) + " % " + more + l.pick(" que en los mismos días del mes anterior", " than on the same days of the previous month")
	const whole = 0.9995
	if f.Share < whole {
		text += l.pick("; se comparó el ", "; ") + l.Number(100*f.Share, 1) + l.pick(" % de la energía: la medida en ambos meses", " % of the energy was compared: the part measured in both")
	}
	return text + " (" + l.Amount(f.Before) + " kWh)."
}

func monthPeak(l Language, f MonthFacts) string {
	return l.pick("El cuarto de hora de mayor demanda ocurrió en la hora del ", "The quarter hour of the highest demand was in the hour of ") + f.PeakAt.Format("2006-01-02 15:04") + l.pick(", con ", ", at ") + l.Amount(f.PeakKW) + " kW."
}

// KilowattsOrNone writes a power in kW, or that it was not measured.
func KilowattsOrNone(l Language, kw float64) string {
	if math.IsNaN(kw) {
		return l.pick("sin medir", "not measured")
	}
	return l.Amount(kw) + " kW"
}

// MonthNote explains the savings in a month's report.
func MonthNote(l Language) string {
	return l.pick("Los ahorros posibles son el extremo inferior de su intervalo del 90 %. Los verificados comparan lo medido con una línea base ajustada antes del cambio (IPMVP, opción C).",
		"Possible savings are the lower end of their 90 % interval. Verified savings compare the measured use with a baseline fitted before the change (IPMVP Option C).")
}

// LabelMonthKWh and the others name a month's figures.
func LabelMonthKWh(l Language) string { return l.pick("Energía del mes", "Energy used in the month") }

// LabelMonthCost is its money.
func LabelMonthCost(l Language) string { return l.pick("Costo de la energía", "Energy cost") }

// LabelMonthCO2 is its emissions.
func LabelMonthCO2(l Language) string { return l.pick("Huella de CO₂", "CO₂ footprint") }

// LabelMonthPeak is its highest quarter hour.
func LabelMonthPeak(l Language) string {
	return l.pick("Pico del mes, en un cuarto de hora", "Peak of the month, in a quarter hour")
}

// ChartMonth titles the chart of a month's days.
func ChartMonth(l Language) string { return l.pick("Consumo por día", "Use by day") }

// TableDevices and the others title a month's tables.
func TableDevices(l Language) string { return l.pick("Mayor consumo", "Highest consumption") }

// TableOpen titles the table of possible savings.
func TableOpen(l Language) string {
	return l.pick("Recomendaciones abiertas (al mes, al menos)", "Open recommendations (per month, at least)")
}

// TableProven titles the table of verified savings.
func TableProven(l Language) string { return l.pick("Ahorros verificados", "Verified savings") }

// VerdictShort returns a verdict in a word or two.
func VerdictShort(l Language, verdict string) string {
	switch verdict {
	case "too_early":
		return l.pick("aún es pronto", "too early")
	case "no_baseline":
		return l.pick("sin línea base", "no baseline")
	case "used_more":
		return l.pick("se usó más", "used more")
	case "not_shown":
		return l.pick("no se demuestra", "not shown")
	}
	return l.pick("sin hacer", "not done")
}

// Between returns the interval of a saving; empty if none is shown.
func Between(l Language, low, high float64, shown bool) string {
	if !shown {
		return ""
	}
	return l.Energy(low) + l.pick(" a ", " to ") + l.Energy(high) + " kWh"
}

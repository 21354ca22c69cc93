package text

// Verdict describes the measured saving of a recommendation: avoided energy with the ends of its 90 % interval, kWh.
func Verdict(l Language, verdict string, about About, avoided, low, high float64) string {
	kwh := func(v float64) string { return l.Energy(v) + " kWh" }
	between := l.pick("entre "+kwh(low)+" y "+kwh(high), "between "+kwh(low)+" and "+kwh(high))
	switch verdict {
	case "not_done":
		return l.pick("Aún no se ha marcado como hecha; la verificación comienza entonces.", "It has not been marked as done yet; verification begins then.")
	case "too_early":
		return l.pick("Falta medir al menos una semana desde que se hizo.", "At least a week must be measured since it was done.")
	case "no_baseline":
		return l.pick("Se midió muy poco antes del cambio para saber qué se habría usado sin él.", "Too little was measured before the change to know what would have been used without it.")
	case "saved":
		return l.pick(about.Name+" usó "+kwh(avoided)+" menos de lo esperado ("+between+", 90 % de confianza).",
			about.Name+" used "+kwh(avoided)+" less than expected ("+between+", 90 % confidence).")
	case "used_more":
		return l.pick(about.Name+" usó "+kwh(-avoided)+" más de lo esperado: no se ahorró nada.", about.Name+" used "+kwh(-avoided)+" more than expected: nothing was saved.")
	}
	return l.pick("La diferencia con lo esperado, "+between+", cabe en la incertidumbre: todavía no se demuestra un ahorro.",
		"The difference from what was expected, "+between+", is within the uncertainty: no saving is shown yet.")
}

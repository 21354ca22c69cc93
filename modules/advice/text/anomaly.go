package text

// Departure returns an anomaly in words: its waste in kWh and its cost at a tariff, 0 for a data fault.
func Departure(l Language, about About, kind string, kwh, cost float64, currency string, tariff Tariff, lasting bool) string {
	what, known := departures[kind]
	if !known {
		return ""
	}
	text := l.pick("«"+about.Name+"»", "“"+about.Name+"”") + l.where(about) + ": " + l.pick(what.spanish, what.english)
	if kwh > 0 {
		text += l.pick("; unos ", "; about ") + l.Energy(kwh) + l.pick(" kWh de más", " kWh in excess")
		if cost >= 1 {
			text += " (" + l.Whole(cost, currency) + l.at(tariff) + ")"
		}
	}
	if lasting {
		text += l.pick(", y continúa", ", and it continues")
	}
	return text + "."
}

var departures = map[string]struct{ spanish, english string }{
	"offhours_base":    {"consumo alto en horas en que suele ser bajo", "high use in hours when it is usually low"},
	"weekend_on":       {"un fin de semana con el consumo de un día laboral", "a weekend that ran like a working day"},
	"stuck_on":         {"un consumo adicional a toda hora", "an additional load at all hours"},
	"degradation":      {"un aumento lento sobre lo esperado", "a slow rise above the expected use"},
	"peak_spike":       {"un pico por encima de todo lo usual en ocho semanas", "a spike above everything usual in eight weeks"},
	"setpoint_cooling": {"enfría más de lo que exige el clima", "cools more than the weather requires"},
	"schedule_shift":   {"arranca antes o se apaga después de lo usual", "starts earlier or stops later than usual"},
	"meter_stuck":      {"el medidor repite un mismo valor", "the meter repeats one value"},
	"meter_zero":       {"el medidor marca cero aunque nunca baja tanto", "the meter reads zero though it never falls so low"},
	"meter_gap":        {"faltan lecturas", "readings are missing"},
}

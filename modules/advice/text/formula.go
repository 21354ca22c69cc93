package text

import "github.com/holotwin/holotwin/modules/advice/rules"

// spanishFormulas has the Spanish words of the formulas.
var spanishFormulas = map[string]string{
	rules.FormulaOutOfHoursIdle:  "Σ (P − P_reposo)·t en las horas de cierre con P sobre el nivel de uso, sin contar la hora tras cerrar ni la hora antes de abrir; media por fecha × fechas al mes",
	rules.FormulaOutOfHoursUsual: "Σ (P − P_usual)·t en tramos de cierre de 3 h o más con P − P_usual > máx(40 % del salto entre apertura y cierre, 4 veces la desviación mediana); media por fecha × fechas al mes",
	rules.FormulaSchedule:        "Σ (P − P_reposo)·t en tramos de 2 a 4 h que empiezan al cierre o terminan en la apertura, con P sobre el nivel de uso y sin la hora contigua; media por fecha × fechas al mes",
	rules.FormulaUnusedRoom:      "Σ (P − P_reposo)·t en horas de apertura sin nadie presente durante 2 h o más y con P sobre el nivel de uso; media por fecha × fechas al mes",
	rules.FormulaStandby:         "Σ mín(P, P_reposo)·t en tramos de 4 h o más bajo el nivel de uso con P ≥ 2 W; media por fecha × fechas al mes",
	rules.FormulaStateMismatch:   "Σ P·t en las horas con estado «apagado» y P > máx(3 W, 2 veces la potencia en espera, 10 % del P95); media por fecha × fechas al mes",
	rules.FormulaSetpoint:        "kWh de enfriamiento al mes en horas de apertura × 4 % (3 a 5 %) por °C × (23 °C − temperatura mediana del espacio)",
	rules.FormulaCoolingPast:     "(pendiente − pendiente anterior)·grados medios sobre el punto de equilibrio·fechas de apertura al mes",
	rules.FormulaCoolingPeers:    "(pendiente − 1,25·mediana de la pendiente por m² de espacios similares·m²)·grados medios sobre el punto de equilibrio·fechas de apertura al mes",
	rules.FormulaBasePast:        "(potencia nocturna − P90 de las noches de la misma época o clima)·horas de cierre al mes",
	rules.FormulaBasePeers:       "(potencia nocturna − máx(1,5·mediana, P90) por m² de espacios similares·m²)·horas de cierre al mes",
	rules.FormulaBaseNeverFalls:  "(P10 de la potencia nocturna − 0,5 (0,3 a 0,7)·potencia mediana en horas de apertura)·horas de cierre al mes",
	rules.FormulaLasting:         "kWh añadidos ÷ horas desde que empezó · horas al mes; el intervalo compara la evidencia con las variaciones propias de lo medido",
	rules.FormulaPeak:            "cuarto de hora más alto del último mes − P90 de los cuartos de hora más altos de sus días",
	rules.FormulaSensor:          "tramos con un mismo número repetido, con ceros en un medidor que nunca descansa, o sin datos mientras el sitio sigue consumiendo",
	rules.FormulaClockUnset:      "los mensajes del dispositivo traen fechas anteriores al año 2000",
	rules.FormulaClockOff:        "horas del dispositivo menos las horas en que llegaron: la misma diferencia durante al menos diez minutos, o en el futuro",
}

// Formula returns a finding's formula in words of the language. A formula that is not in use any more stays as it was stored, in English.
func Formula(l Language, formula string) string {
	if spanish, known := spanishFormulas[formula]; known && l == Spanish {
		return spanish
	}
	return formula
}

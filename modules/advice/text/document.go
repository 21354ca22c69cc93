package text

import "strconv"

// ReportTitle heads a room's report.
func ReportTitle(l Language, room string) string {
	return l.pick("Recomendaciones de energía: ", "Energy advice: ") + room
}

// ReportNote states the sources of a report's figures.
func ReportNote(l Language) string {
	return l.pick("Las cifras usuales son medianas de equipos reales medidos minuto a minuto (tracebase) o, para aire acondicionado, luces y electrodomésticos, potencias habituales. Los ahorros son el extremo inferior de su intervalo del 90 %.",
		"Usual figures are medians of real devices measured minute by minute (tracebase) or, for air conditioning, lights and appliances, common ratings. Savings are the lower end of their 90 % interval.")
}

// LabelReported and the others name a report's figures.
func LabelReported(l Language) string {
	return l.pick("Consumo informado", "Consumption reported")
}

// LabelTypical is the usual daily use of the devices.
func LabelTypical(l Language) string {
	return l.pick("Usual al día para estos dispositivos", "Usual per day for these devices")
}

// LabelMeasured is the use measured by the room's own meters.
func LabelMeasured(l Language) string {
	return l.pick("Medido al día, última semana", "Measured per day, last week")
}

// LabelSaving is the promised saving.
func LabelSaving(l Language) string {
	return l.pick("Ahorro posible al mes, al menos", "Possible saving per month, at least")
}

// LabelMoney is the promised money.
func LabelMoney(l Language) string {
	return l.pick("En dinero al mes, al menos", "In money per month, at least")
}

// ChartDays titles the chart of a room's last days.
func ChartDays(l Language) string {
	return l.pick("Consumo de los últimos días", "Consumption over the last few days")
}

// ChartDevices titles the chart of the devices' usual use.
func ChartDevices(l Language, hours int) string {
	return l.pick("Consumo usual al día con "+strconv.Itoa(hours)+" horas de uso", "Usual consumption a day with "+strconv.Itoa(hours)+" hours of use")
}

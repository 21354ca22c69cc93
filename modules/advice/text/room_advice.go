package text

import (
	"strconv"
	"time"
)

// Room has the data for the advice on a room.
type Room struct {
	Name string
	// KWh is the reported use of the room today. TypicalKWh is the use of its devices together on a day with DayHours of use; 0 if
	// none is recognised.
	KWh, TypicalKWh float64
	DayHours        int
	Devices         []Device
	Measured        Measured
	// Findings are the findings from its own readings, in words.
	Findings []string
}

// Device is one of the room's devices; Sort is empty if its name is not recognised.
type Device struct {
	Name, Sort            string
	OnW, DayKWh, MonthKWh float64
}

// Measured has the room's own readings; zero if there are none.
type Measured struct {
	HasToday bool
	// TodayKWh is today's use so far; TodayByHourKWh that until the last whole hour ByHour, and UsualKWh the mean by
	// that hour on the same day of the last Weeks weeks.
	TodayKWh, TodayByHourKWh, UsualKWh float64
	ByHour, Weeks                      int
	Weekday                            time.Weekday
	// DayKWh is the mean of the last DayCount days.
	DayKWh   float64
	DayCount int
}

// Ratios from which a consumption counts as above or below the value that it is compared with.
const above, below = 1.15, 0.85

// Paragraphs returns the advice in words: the comparison of its consumption, an action for each device, and its findings.
func (r Room) Paragraphs(l Language) []string {
	text := []string{r.compare(l)}
	if own := r.Measured.text(l); own != "" {
		text = append(text, own)
	}
	for _, d := range r.Devices {
		text = append(text, "• "+d.action(l))
	}
	if len(r.Devices) == 0 {
		text = append(text, l.pick("No se indicaron dispositivos: apague al salir todo lo que no deba quedar encendido.",
			"No devices were named: switch off everything that does not need to run when you leave."))
	}
	return append(text, r.Findings...)
}

// compare compares the consumption with the typical use of the devices.
func (r Room) compare(l Language) string {
	text := r.Name + ": " + l.Amount(r.KWh) + " kWh."
	if r.TypicalKWh <= 0 {
		return text
	}
	hours := strconv.Itoa(r.DayHours)
	typical := l.pick("lo usual en un día con "+hours+" horas de uso de estos dispositivos, unos "+l.Amount(r.TypicalKWh)+" kWh",
		"what these devices usually use in a day of "+hours+" hours, about "+l.Amount(r.TypicalKWh)+" kWh")
	switch share := r.KWh / r.TypicalKWh; {
	case share > above:
		text += l.pick(" Está por encima de "+typical+": "+l.Amount(100*(share-1))+" % más.",
			" That is above "+typical+": "+l.Amount(100*(share-1))+" % more.")
	case share < below:
		text += l.pick(" Está por debajo de "+typical+".", " That is below "+typical+".")
	default:
		text += l.pick(" Está cerca de "+typical+".", " That is close to "+typical+".")
	}
	if top := r.Devices[0]; top.DayKWh > 0 && len(r.Devices) > 1 {
		share := l.Number(100*top.DayKWh/r.TypicalKWh, 0) + " %"
		text += l.pick(" Lo que más pesa es "+top.Name+", con cerca del "+share+".", " Most of it is "+top.Name+", with about "+share+".")
	}
	return text
}

// text compares today's use with a usual day.
func (m Measured) text(l Language) string {
	switch {
	case m.HasToday && m.Weeks > 0 && m.UsualKWh > 0 && m.ByHour > 0:
		clock := Clock(float64(m.ByHour))
		text := l.pick("Según sus propios medidores, hasta las "+clock+" de hoy lleva "+l.Amount(m.TodayByHourKWh)+" kWh; un "+l.weekday(m.Weekday)+" usual lleva "+l.Amount(m.UsualKWh)+" kWh a esa hora",
			"By its own meters it has used "+l.Amount(m.TodayByHourKWh)+" kWh by "+clock+" today; on a usual "+l.weekday(m.Weekday)+" it has used "+l.Amount(m.UsualKWh)+" kWh by then")
		return text + l.difference(m.TodayByHourKWh/m.UsualKWh) + "."
	case m.DayCount > 0:
		days := l.Count(m.DayCount, l.pick("día medido", "measured day"), l.pick("días medidos", "measured days"))
		return l.pick("Según sus propios medidores usó "+l.Amount(m.DayKWh)+" kWh al día en la última semana ("+days+").",
			"By its own meters it used "+l.Amount(m.DayKWh)+" kWh a day over the last week ("+days+").")
	case m.HasToday:
		return l.pick("Según sus propios medidores hoy lleva "+l.Amount(m.TodayKWh)+" kWh; aún no hay días con qué compararlo.",
			"By its own meters it has used "+l.Amount(m.TodayKWh)+" kWh today; there are no days yet to compare it with.")
	}
	return ""
}

func (l Language) difference(share float64) string {
	switch {
	case share > above:
		return " (" + l.Amount(100*(share-1)) + l.pick(" % más", " % more") + ")"
	case share < below:
		return " (" + l.Amount(100*(1-share)) + l.pick(" % menos", " % less") + ")"
	}
	return ""
}

func (l Language) weekday(d time.Weekday) string {
	if l == English {
		return d.String()
	}
	return []string{"domingo", "lunes", "martes", "miércoles", "jueves", "viernes", "sábado"}[d]
}

// nightHours is the length of a night with a device left on, hours.
const nightHours = 10

// action returns the action for a device, and the energy at stake.
func (d Device) action(l Language) string {
	table := spanishDevices
	if l == English {
		table = englishDevices
	}
	text := d.Name + ": " + table[d.Sort]
	switch {
	case d.MonthKWh > 0:
		text += l.pick(" Según su medición usa unos "+l.Amount(d.MonthKWh)+" kWh al mes.", " By its own readings it uses about "+l.Amount(d.MonthKWh)+" kWh a month.")
	case d.OnW > 0 && !alwaysOn[d.Sort]:
		night := l.Amount(d.OnW * nightHours / 1000)
		text += l.pick(" Una noche de "+strconv.Itoa(nightHours)+" horas encendido suma unos "+night+" kWh.", " A night of "+strconv.Itoa(nightHours)+" hours left on adds about "+night+" kWh.")
	case d.OnW > 0:
		text += l.pick(" Usa unos "+l.Amount(d.DayKWh)+" kWh al día.", " It uses about "+l.Amount(d.DayKWh)+" kWh a day.")
	}
	return text
}

var alwaysOn = map[string]bool{"router": true, "fridge": true}

// spanishDevices are the actions by sort of device; "" is for a name that is not recognised.
var spanishDevices = map[string]string{
	"ac":          "consigna de 24 °C, puertas cerradas y apagado al salir; cada grado más frío cuesta de 3 a 5 % más.",
	"light":       "apagar al salir y aprovechar la luz natural; un sensor de presencia lo hace por usted.",
	"tv":          "apagar al terminar y bajar el brillo; con una multitoma con interruptor tampoco consume en espera.",
	"console":     "apagar del todo al terminar, sin modo de reposo, y activar el apagado automático por inactividad.",
	"computer":    "activar la suspensión a los 15 minutos y apagar al cierre.",
	"laptop":      "activar la suspensión y desconectar el cargador con la batería llena.",
	"monitor":     "apagado automático a los 10 minutos sin señal.",
	"projector":   "apagar en cada pausa; es de lo que más consume en una sala.",
	"router":      "dejar encendido; apagar en vacaciones si nadie depende de él.",
	"amplifier":   "apagar al terminar; conectar a una multitoma con interruptor.",
	"set_top_box": "cortar la alimentación con una multitoma al terminar: en espera consume casi lo mismo que en uso.",
	"fan":         "apagar al salir: mueve el aire, no lo enfría.",
	"fridge":      "revisar el cierre de la puerta y la temperatura (5 °C); desconectar en vacaciones.",
	"microwave":   "desconectar fuera del horario de uso.",
	"coffee":      "apagar la placa calefactora después de cada uso.",
	"printer":     "activar el modo de ahorro y apagar al cierre.",
	"":            "apagar al salir y cortar la alimentación si no debe quedar encendido; no hay una cifra usual para este nombre.",
}

var englishDevices = map[string]string{
	"ac":          "set it to 24 °C, keep doors closed and switch it off on leaving; each degree colder costs 3 to 5 % more.",
	"light":       "switch off on leaving and use daylight; a presence sensor does it for you.",
	"tv":          "switch off when done and lower the brightness; on a switched power strip it draws no standby either.",
	"console":     "switch off fully when done, not to rest mode, and turn on automatic shutdown.",
	"computer":    "turn on sleep after 15 minutes and shut down at closing time.",
	"laptop":      "turn on sleep and unplug the charger when the battery is full.",
	"monitor":     "automatic off after 10 minutes without a signal.",
	"projector":   "switch off in every break; few things in a room draw more.",
	"router":      "leave it on; switch it off in vacations if nobody depends on it.",
	"amplifier":   "switch off when done; put it on a switched power strip.",
	"set_top_box": "cut its supply with a power strip when done: in standby it draws nearly as much as in use.",
	"fan":         "switch off on leaving: it moves the air, it does not cool it.",
	"fridge":      "check the door seal and the temperature (5 °C); unplug it in vacations.",
	"microwave":   "unplug it outside the hours of use.",
	"coffee":      "switch the hot plate off after each use.",
	"printer":     "turn on its saving mode and switch it off at closing time.",
	"":            "switch off on leaving and cut its supply if it does not need to run; there is no usual figure for this name.",
}

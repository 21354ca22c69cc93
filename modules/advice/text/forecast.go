package text

import (
	"math"
	"time"
)

// Outlook is a forecast of the month: kWh with the ends of its 80 % band (NaN where unknown) and the money for its
// energy, the highest hour so far and the highest to come, kW. ExpectedAt is in the zone of the space.
type Outlook struct {
	Known, Stale   bool
	KWh, Low, High float64
	Cost           float64
	Currency       string
	Tariff         Tariff
	PeakKW         float64
	Risk           string
	ExpectedKW     float64
	ExpectedAt     time.Time
}

// Forecast returns a forecast in words, or the reason why there is none.
func Forecast(l Language, o Outlook) string {
	switch {
	case o.Stale:
		return l.pick("No se ha medido nada en la última semana; sin datos recientes no hay pronóstico.", "Nothing was measured in the last week; without recent data there is no forecast.")
	case !o.Known:
		return l.pick("Aún hay muy pocos datos para pronosticar: se necesitan cuatro semanas.", "There is too little data to forecast yet: four weeks are needed.")
	}
	text := l.pick("El mes terminará en unos "+l.Energy(o.KWh)+" kWh", "The month will end at about "+l.Energy(o.KWh)+" kWh")
	if !math.IsNaN(o.Low) {
		text += l.pick(" (entre "+l.Energy(o.Low)+" y "+l.Energy(o.High)+")", " (between "+l.Energy(o.Low)+" and "+l.Energy(o.High)+")")
	}
	if o.Cost > 0 {
		text += l.pick(", unos ", ", about ") + l.Whole(o.Cost, o.Currency) + l.pick(" de energía", " of energy") + l.at(o.Tariff)
	}
	text += "."
	day := l.weekday(o.ExpectedAt.Weekday()) + l.pick(" a las ", " at ") + Clock(float64(o.ExpectedAt.Hour()))
	switch o.Risk {
	case "likely":
		text += l.pick(" Aviso: el "+day+" se espera un nuevo pico del mes, "+l.Energy(o.ExpectedKW)+" kW; el mayor hasta hoy es "+l.Energy(o.PeakKW)+" kW.",
			" Warning: a new peak of the month is expected on "+day+", "+l.Energy(o.ExpectedKW)+" kW; the highest so far is "+l.Energy(o.PeakKW)+" kW.")
	case "possible":
		text += l.pick(" El pico del mes, "+l.Energy(o.PeakKW)+" kW, podría superarse en los próximos siete días.", " The peak of the month, "+l.Energy(o.PeakKW)+" kW, may be exceeded in the next seven days.")
	}
	return text
}

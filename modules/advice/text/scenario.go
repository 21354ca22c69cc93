package text

// WhatIf is the result of a simulation: the saving in kWh with the ends of its 90 % interval (nil where unknown), of Before kWh,
// its money, and the replayed hours.
type WhatIf struct {
	KWh, Before float64
	Low, High   *float64
	Cost        float64
	Currency    string
	Tariff      Tariff
	Hours       int
}

// Simulated returns a simulation in words.
func Simulated(l Language, w WhatIf) string {
	span := l.Count((w.Hours+12)/24, l.pick("día medido", "measured day"), l.pick("días medidos", "measured days"))
	switch {
	case w.KWh == 0 && w.Cost == 0:
		return l.pick("En "+span+" estos cambios no habrían cambiado nada.", "Over "+span+" these changes would have changed nothing.")
	case w.KWh == 0:
		if w.Cost < 0 {
			return l.pick("En "+span+" se habría pagado "+l.Whole(-w.Cost, w.Currency)+" más por la misma energía"+l.at(w.Tariff)+".", "Over "+span+" the same energy would have cost "+l.Whole(-w.Cost, w.Currency)+" more"+l.at(w.Tariff)+".")
		}
		return l.pick("En "+span+" se habría pagado "+l.Whole(w.Cost, w.Currency)+" menos por la misma energía"+l.at(w.Tariff)+".", "Over "+span+" the same energy would have cost "+l.Whole(w.Cost, w.Currency)+" less"+l.at(w.Tariff)+".")
	case w.KWh < 0:
		return l.pick("En "+span+" se habrían usado "+l.Energy(-w.KWh)+" kWh más.", "Over "+span+" "+l.Energy(-w.KWh)+" kWh more would have been used.")
	}
	text := l.pick("En "+span+" se habrían ahorrado "+l.Energy(w.KWh)+" kWh", "Over "+span+" "+l.Energy(w.KWh)+" kWh would have been saved")
	if w.Before > 0 {
		text += l.pick(", el ", ", ") + l.Number(100*w.KWh/w.Before, 1) + l.pick(" % de lo usado", " % of what was used")
	}
	if w.Low != nil && w.High != nil {
		text += l.pick(" (entre "+l.Energy(*w.Low)+" y "+l.Energy(*w.High)+", 90 % de confianza)", " (between "+l.Energy(*w.Low)+" and "+l.Energy(*w.High)+", 90 % confidence)")
	}
	return text + "."
}

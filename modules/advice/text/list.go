package text

// Code is the reason for an empty list.
type Code string

// The codes.
const (
	NoTargets     Code = "no_devices"
	TooLittleData Code = "too_little_data"
	NothingFound  Code = "nothing_found"
	NoneMatches   Code = "none_matches"
	StillAtWork   Code = "analysis_running"
)

// Reason explains an empty list.
type Reason struct {
	Code Code
	// Targets is the number of analysed targets, Short of them have too little data; the best of these has Days of the Needed days.
	Targets, Short, Days, Needed int
}

// Text returns the reason in words.
func (r Reason) Text(l Language) string {
	targets := l.Count(r.Targets, l.pick("dispositivo o espacio", "device or space"), l.pick("dispositivos o espacios", "devices or spaces"))
	have := l.Count(r.Days, l.pick("día", "day"), l.pick("días", "days"))
	needed := l.Count(r.Needed, l.pick("día", "day"), l.pick("días", "days"))
	switch r.Code {
	case NoTargets:
		return l.pick("No hay dispositivos con medición a los que usted tenga acceso.", "There are no metered devices that you have access to.")
	case TooLittleData:
		return l.pick("Aún hay muy pocos datos para recomendar: hay máximo "+have+" con medición suficiente y se necesitan "+needed+".",
			"There is too little data to advise yet: at most "+have+" with enough measurements, and "+needed+" are needed.")
	case NoneMatches:
		return l.pick("Ninguna recomendación cumple los filtros.", "No recommendation matches the filters.")
	case StillAtWork:
		return l.pick("El análisis sigue en curso; consulte de nuevo en unos segundos.", "The analysis is still running; try again in a few seconds.")
	case NothingFound:
	}
	text := l.pick("Se analizaron "+targets+" y no se encontró un ahorro que supere su propia incertidumbre.",
		targets+" analysed: no saving larger than its own uncertainty was found.")
	if r.Short > 0 {
		text += l.pick(" De ellos, "+l.Number(float64(r.Short), 0)+" aún sin datos suficientes.",
			" Of these, "+l.Number(float64(r.Short), 0)+" without enough data yet.")
	}
	return text
}

package text

// AssumedHours returns the week that is assumed for spaces without opening hours.
func AssumedHours(l Language) string {
	return l.pick("lun–vie 07:00–22:00, sáb 07:00–13:00", "Mon–Fri 07:00–22:00, Sat 07:00–13:00")
}

// Minimum values, 0 to 1, of a medium and a high confidence.
const mediumConfidence, highConfidence = 0.5, 0.75

// Confidence returns a confidence, 0 to 1, in words.
func Confidence(l Language, c float64) string {
	switch {
	case c >= highConfidence:
		return l.pick("confianza alta", "high confidence")
	case c >= mediumConfidence:
		return l.pick("confianza media", "medium confidence")
	}
	return l.pick("confianza baja", "low confidence")
}

// Marked adds a mark to a title that depends on assumed hours; MarkedHours explains it.
func Marked(title string, assumed bool) string {
	if assumed {
		return title + " *"
	}
	return title
}

// MarkedHours explains the mark.
func MarkedHours(l Language) string {
	return l.pick("* Supone el horario "+AssumedHours(l)+": el calendario no tiene horario de apertura para este espacio.",
		"* Assumes the hours "+AssumedHours(l)+": the calendar has no opening hours for this space.")
}

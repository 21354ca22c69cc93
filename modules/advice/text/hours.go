package text

// AssumedHours is the week in which spaces are taken to be used where nobody has said when.
func AssumedHours(l Language) string {
	return l.pick("lun–vie 07:00–22:00, sáb 07:00–13:00", "Mon–Fri 07:00–22:00, Sat 07:00–13:00")
}

// Bounds of a confidence of 0 to 1 from which it is said to be medium and high.
const mediumConfidence, highConfidence = 0.5, 0.75

// Confidence words a confidence of 0 to 1.
func Confidence(l Language, c float64) string {
	switch {
	case c >= highConfidence:
		return l.pick("confianza alta", "high confidence")
	case c >= mediumConfidence:
		return l.pick("confianza media", "medium confidence")
	}
	return l.pick("confianza baja", "low confidence")
}

// Marked is the title of what rests on assumed hours, with a mark that MarkedHours explains.
func Marked(title string, assumed bool) string {
	if assumed {
		return title + " *"
	}
	return title
}

// MarkedHours explains the mark.
func MarkedHours(l Language) string {
	return l.pick("* Supone el horario "+AssumedHours(l)+": nadie ha puesto el del espacio en el calendario.",
		"* It assumes the hours "+AssumedHours(l)+": nobody has set those of the space in the calendar.")
}

package text

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestARewordingThatChangesAFigureIsThrownAway(t *testing.T) {
	original := Text{
		Title:   "Uso fuera de horario: Aire 1",
		Message: "«Aire 1» consumió unos 1.234 W en 9 de 56 días, de 19:00 a 06:00. Corregirlo ahorra al menos 560 kWh (245.543 COP) al mes.",
		Action:  "Programe el apagado de «Aire 1».",
	}
	with := func(message string) Text {
		return Text{Title: original.Title, Message: message, Action: original.Action}
	}
	good := with("De 19:00 a 06:00, en 9 de 56 días, «Aire 1» siguió con 1.234 W. Si lo corrige, ahorra al menos 560 kWh (245.543 COP) cada mes.")
	require.True(t, Faithful(original, original))
	require.True(t, Faithful(original, good))
	for name, message := range map[string]string{
		"another figure":       "De 19:00 a 06:00, en 9 de 56 días, «Aire 1» siguió con 1.235 W. Ahorra al menos 560 kWh (245.543 COP) al mes.",
		"a figure more":        good.Message + " En un año, 6.720 kWh.",
		"a figure less":        "De 19:00 a 06:00, en 9 de 56 días, «Aire 1» siguió con 1.234 W. Ahorra al menos 560 kWh al mes.",
		"a figure in words":    good.Message + " Es el doble de lo usual.",
		"a hundredfold":        "De 19:00 a 06:00, en 9 de 56 días, «Aire 1» siguió con 1.234 W. Ahorra al menos 56.0 kWh (245.543 COP) al mes.",
		"another name":         "De 19:00 a 06:00, en 9 de 56 días, «Aire 2» siguió con 1.234 W. Ahorra al menos 560 kWh (245.543 COP) al mes.",
		"nothing":              " ",
		"a page":               good.Message + string(make([]rune, 400)),
		"something to execute": good.Message + "<script>",
	} {
		require.False(t, Faithful(original, with(message)), name)
	}
	require.False(t, Faithful(original, Text{Title: "Ahorre 30 % ya", Message: original.Message, Action: original.Action}))
}

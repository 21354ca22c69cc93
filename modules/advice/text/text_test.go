package text

import (
	"maps"
	"regexp"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/modules/advice/rules"
)

func TestNumbers(t *testing.T) {
	for _, c := range []struct {
		value            float64
		decimals         int
		spanish, english string
	}{
		{1234.5, 1, "1.234,5", "1,234.5"},
		{999, 0, "999", "999"},
		{1000, 0, "1.000", "1,000"},
		{-1234567.891, 2, "-1.234.567,89", "-1,234,567.89"},
		{0.42, 2, "0,42", "0.42"},
		{-0.001, 2, "0,00", "0.00"},
		{0, 0, "0", "0"},
		{999.96, 1, "1.000,0", "1,000.0"},
	} {
		require.Equal(t, c.spanish, Spanish.Number(c.value, c.decimals))
		require.Equal(t, c.english, English.Number(c.value, c.decimals))
	}
}

// TestPromisesAreNeverRoundedUp holds what is promised under what was found.
func TestPromisesAreNeverRoundedUp(t *testing.T) {
	require.Equal(t, "4.2", English.AtLeast(4.2))
	require.Equal(t, "4.2", English.AtLeast(4.29))
	require.Equal(t, "199", English.AtLeast(199.99))
	require.Equal(t, "0,99", Spanish.AtLeast(0.999))
	require.Equal(t, "1.999 COP", Spanish.Money(1999.99, "COP"))
}

func TestClockAndCount(t *testing.T) {
	require.Equal(t, []string{"00:00", "07:00", "21:00", "00:00"}, []string{Clock(0), Clock(7.9), Clock(21), Clock(24)})
	require.Equal(t, "1 día", Spanish.Count(1, "día", "días"))
	require.Equal(t, "2.000 días", Spanish.Count(2000, "día", "días"))
}

var placeholder = regexp.MustCompile(`\{[a-z_]+\}`)

// TestLanguagesSayTheSame holds the two languages to the same templates with the same figures in them.
func TestLanguagesSayTheSame(t *testing.T) {
	require.ElementsMatch(t, slices.Collect(maps.Keys(spanish)), slices.Collect(maps.Keys(english)))
	require.ElementsMatch(t, slices.Collect(maps.Keys(spanishActions)), slices.Collect(maps.Keys(englishActions)))
	for name, s := range spanish {
		e := english[name]
		require.ElementsMatch(t, placeholder.FindAllString(s.title, -1), placeholder.FindAllString(e.title, -1), name)
		require.ElementsMatch(t, placeholder.FindAllString(s.message, -1), placeholder.FindAllString(e.message, -1), name)
		require.ElementsMatch(t, placeholder.FindAllString(s.action, -1), placeholder.FindAllString(e.action, -1), name)
		require.NotEqual(t, s.message, e.message, name)
	}
}

func TestFinding(t *testing.T) {
	found := rules.Finding{Kind: rules.StateMismatch, Figures: []rules.Figure{
		{Name: "power", Value: 1234, Unit: "W"}, {Name: "hours", Value: 1}, {Name: "dates_seen", Value: 3}, {Name: "dates_watched", Value: 14},
	}}
	about := About{Name: "Aire <1>", Place: "Sala de Juegos", Kind: "ac"}
	promise := Promise{KWh: 1234.56, Cost: 987654.9, Currency: "COP"}
	es, en := Finding(Spanish, about, found, promise), Finding(English, about, found, promise)
	for _, part := range []string{"«Aire <1>»", "Sala de Juegos", "1.234 W", "1 hora", "3 de 14 días", "al menos 1.234 kWh (987.654 COP) al mes"} {
		require.Contains(t, es.Message, part)
	}
	for _, part := range []string{"Aire <1>", "Sala de Juegos", "1,234 W", "1 hour", "at least 1,234 kWh (987,654 COP) a month"} {
		require.Contains(t, en.Message, part)
	}
	for _, text := range []string{es.Title, es.Message, es.Action, en.Title, en.Message, en.Action} {
		require.NotEmpty(t, text)
		require.NotRegexp(t, placeholder, text)
	}
	require.NotContains(t, Finding(Spanish, about, found, Promise{}).Message, "ahorra")
}

func TestAQuestionAboutOneDaySpeaksOfOne(t *testing.T) {
	day := []time.Time{time.Date(2026, 11, 16, 0, 0, 0, 0, time.UTC)}
	title, message := Question(Spanish, "Bloque 4", day, nil)
	require.Equal(t, "¿Abrió «Bloque 4» el 16 de noviembre?", title)
	require.Contains(t, message, "lo marca como festivo")
	require.Contains(t, message, "no cuenta como desperdicio")
	_, message = Question(English, "Bloque 4", day, nil)
	require.Contains(t, message, "marks it as a holiday")
}

// Package words says in Spanish and English what was found: findings (finding.go, with its templates in spanish.go and
// english.go), why there is nothing to say (reason.go), and the answer to a room's visitor (room.go). No figure is
// made here, only written, and no text promises more than the lower end of a saving.
package words

import (
	"math"
	"strconv"
	"strings"
)

// Language is what a reader reads.
type Language string

// The languages.
const (
	Spanish Language = "es"
	English Language = "en"
)

// Languages are all of them.
func Languages() []Language { return []Language{Spanish, English} }

// LanguageOf takes anything that is not English for Spanish.
func LanguageOf(s string) Language {
	if s == string(English) {
		return English
	}
	return Spanish
}

// Number writes a number with so many decimals as the language does: 1.234,5 in Spanish, 1,234.5 in English.
func (l Language) Number(v float64, decimals int) string {
	text := strconv.FormatFloat(math.Abs(v), 'f', decimals, 64)
	whole, fraction, _ := strings.Cut(text, ".")
	thousands, decimal := ".", ","
	if l == English {
		thousands, decimal = ",", "."
	}
	var b strings.Builder
	if v < 0 && strings.Trim(text, "0.") != "" {
		b.WriteByte('-')
	}
	for i, digit := range whole {
		if i > 0 && (len(whole)-i)%3 == 0 {
			b.WriteString(thousands)
		}
		b.WriteRune(digit)
	}
	if fraction != "" {
		b.WriteString(decimal + fraction)
	}
	return b.String()
}

// decimalsOf keeps about three digits.
func decimalsOf(v float64) int {
	switch v = math.Abs(v); {
	case v >= 100 || v == 0:
		return 0
	case v >= 1:
		return 1
	}
	return 2
}

// Amount writes a number to about three digits.
func (l Language) Amount(v float64) string { return l.Number(v, decimalsOf(v)) }

// AtLeast writes a number that is promised: cut off, never rounded up.
func (l Language) AtLeast(v float64) string {
	decimals := decimalsOf(v)
	scale := math.Pow10(decimals)
	// A hair is added so that 4.2, which is 4.1999… in binary, stays 4.2.
	return l.Number(math.Floor(v*scale+1e-6)/scale, decimals)
}

// Money writes a promised amount of money in whole units.
func (l Language) Money(v float64, currency string) string {
	return l.Number(math.Floor(v+1e-6), 0) + " " + currency
}

// Clock writes an hour of day, 24 as midnight.
func Clock(hour float64) string {
	h := int(hour) % 24
	return string([]byte{'0' + byte(h/10), '0' + byte(h%10)}) + ":00"
}

// Count writes a whole number with its noun.
func (l Language) Count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return l.Number(float64(n), 0) + " " + many
}

// fill puts values into a template's {placeholders}.
func fill(template string, values map[string]string) string {
	pairs := make([]string, 0, 2*len(values))
	for name, value := range values {
		pairs = append(pairs, "{"+name+"}", value)
	}
	return strings.NewReplacer(pairs...).Replace(template)
}

// pick is one of two texts by language.
func (l Language) pick(spanish, english string) string {
	if l == English {
		return english
	}
	return spanish
}

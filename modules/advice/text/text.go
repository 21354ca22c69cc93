// Package text writes the results in Spanish and English: findings (finding.go, with templates in spanish.go and english.go), the reason
// for an empty list (list.go), and advice for a room (room_advice.go). It computes no figure, and no text promises more than the lower
// end of a saving.
package text

import (
	"strings"

	"github.com/holotwin/holotwin/modules/advice/figure"
)

// Language is the language of a text.
type Language string

// The languages.
const (
	Spanish Language = "es"
	English Language = "en"
)

// Languages returns all languages.
func Languages() []Language { return []Language{Spanish, English} }

// LanguageOf returns English for "en", and Spanish for anything else.
func LanguageOf(s string) Language {
	if s == string(English) {
		return English
	}
	return Spanish
}

// Number writes a number with a number of decimals in the language's format: 1.234,5 in Spanish, 1,234.5 in English. It rounds like package
// figure.
func (l Language) Number(v float64, decimals int) string {
	text, negative := strings.CutPrefix(figure.Text(v, decimals), "-")
	whole, fraction, _ := strings.Cut(text, ".")
	thousands, decimal := ".", ","
	if l == English {
		thousands, decimal = ",", "."
	}
	var b strings.Builder
	if negative {
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

// Amount writes a number to about three digits.
func (l Language) Amount(v float64) string { return l.Number(v, figure.Decimals(v)) }

// Energy writes an amount of kWh, kW or kg of CO2 that leaves the module with the same digits.
func (l Language) Energy(v float64) string { return l.Amount(figure.Energy(v)) }

// Whole writes an amount of money, in whole units of its currency.
func (l Language) Whole(v float64, currency string) string {
	return l.Number(figure.Money(v), 0) + " " + currency
}

// AtLeast writes a promised number: cut, never rounded up.
func (l Language) AtLeast(v float64) string { return l.Amount(figure.Promise(v)) }

// Money writes a promised amount of money in whole units.
func (l Language) Money(v float64, currency string) string {
	return l.Number(figure.PromisedMoney(v), 0) + " " + currency
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

// pick returns the text of the language.
func (l Language) pick(spanish, english string) string {
	if l == English {
		return english
	}
	return spanish
}

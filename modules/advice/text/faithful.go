package text

import (
	"maps"
	"regexp"
	"strings"
	"unicode/utf8"
)

// figures in a text: digits with what may stand between them.
var figures = regexp.MustCompile(`\d+(?:[.,:]\d+)*`)

// names that a text quotes.
var names = regexp.MustCompile(`[«“]([^»”]+)[»”]`)

// amounts in words that would say a figure without a digit.
var amounts = regexp.MustCompile(`(?i)\b(cero|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|docenas?|cien(?:tos)?|mil(?:es)?|mill[oó]n(?:es)?|mitad|tercio|cuarto|doble|triple|zero|two|three|four|five|six|seven|eight|nine|ten|dozens?|hundreds?|thousands?|millions?|half|third|quarter|twice|double|triple)\b`)

// longerAtMost is how many times as long a rewording may be.
const longerAtMost = 2

// Faithful tells whether a rewording says the same as a text: in each part every figure as often as there and no other, no amount
// in words that is not there, every name, and at a length that can be read. Anything else is thrown away.
func Faithful(original, reworded Text) bool {
	pairs := [][2]string{{original.Title, reworded.Title}, {original.Message, reworded.Message}, {original.Action, reworded.Action}}
	for _, p := range pairs {
		if strings.TrimSpace(p[1]) == "" || utf8.RuneCountInString(p[1]) > longerAtMost*utf8.RuneCountInString(p[0]) || strings.ContainsAny(p[1], "{}<>") {
			return false
		}
		if !maps.Equal(counts(figures, p[0]), counts(figures, p[1])) || !maps.Equal(counts(names, p[0]), counts(names, p[1])) {
			return false
		}
		said := counts(amounts, strings.ToLower(p[0]))
		for amount := range counts(amounts, strings.ToLower(p[1])) {
			if said[amount] == 0 {
				return false
			}
		}
	}
	return true
}

func counts(what *regexp.Regexp, text string) map[string]int {
	n := make(map[string]int)
	for _, match := range what.FindAllStringSubmatch(text, -1) {
		n[match[len(match)-1]]++
	}
	return n
}

package text

import (
	"maps"
	"regexp"
	"strings"
	"unicode/utf8"
)

// figures matches the numbers of a text: digits with separators.
var figures = regexp.MustCompile(`\d+(?:[.,:]\d+)*`)

// names matches the quoted names of a text.
var names = regexp.MustCompile(`[«“]([^»”]+)[»”]`)

// amounts matches figures written in words.
var amounts = regexp.MustCompile(`(?i)\b(cero|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|docenas?|cien(?:tos)?|mil(?:es)?|mill[oó]n(?:es)?|mitad|tercio|cuarto|doble|triple|zero|two|three|four|five|six|seven|eight|nine|ten|dozens?|hundreds?|thousands?|millions?|half|third|quarter|twice|double|triple)\b`)

// maxLengthRatio is the maximum length of a rewording, relative to the text.
const maxLengthRatio = 2

// Faithful reports whether a rewording has the same content as a text: in each part exactly the same figures and names, no additional
// amount in words, and a length that can be read.
func Faithful(original, reworded Text) bool {
	pairs := [][2]string{{original.Title, reworded.Title}, {original.Message, reworded.Message}, {original.Action, reworded.Action}}
	for _, p := range pairs {
		if strings.TrimSpace(p[1]) == "" || utf8.RuneCountInString(p[1]) > maxLengthRatio*utf8.RuneCountInString(p[0]) || strings.ContainsAny(p[1], "{}<>") {
			return false
		}
		if !maps.Equal(counts(figures, p[0]), counts(figures, p[1])) || !maps.Equal(counts(names, p[0]), counts(names, p[1])) {
			return false
		}
		known := counts(amounts, strings.ToLower(p[0]))
		for amount := range counts(amounts, strings.ToLower(p[1])) {
			if known[amount] == 0 {
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

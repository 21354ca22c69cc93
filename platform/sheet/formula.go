package sheet

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// separators may end a column or a line, whatever the file was written with: Excel in Spanish divides columns at semicolons,
// and splits a text that holds one.
const separators = ";\t\r\n"

// escapeFormulas keeps a spreadsheet from taking a text for a formula (OWASP, CSV injection): an apostrophe goes before what begins
// like one, at the start of the text and behind each separator in it.
func escapeFormulas(s string) string {
	var out strings.Builder
	for rest := s; rest != ""; {
		part := rest
		if i := strings.IndexAny(rest, separators); i >= 0 {
			part = rest[:i+1]
		}
		if beginsFormula(part) || (out.Len() == 0 && strings.ContainsRune("\t\r\n", rune(part[0]))) {
			out.WriteByte('\'')
		}
		out.WriteString(part)
		rest = rest[len(part):]
	}
	return out.String()
}

// Plain is a text of a CSV without the apostrophe that was written to make it harmless, so that what was exported can be sent
// back.
func Plain(s string) string {
	if plain, quoted := strings.CutPrefix(s, "'"); quoted && escapeFormulas(plain) == s {
		return plain
	}
	return s
}

// beginsFormula looks behind all that a program may skip, and at the plain form of wide, small and raised signs.
func beginsFormula(s string) bool {
	for i, r := range s {
		if isSkipped(r) {
			continue
		}
		if r >= utf8.RuneSelf {
			r, _ = utf8.DecodeRuneInString(norm.NFKC.String(s[i : i+utf8.RuneLen(r)]))
		}
		return strings.ContainsRune("=+-@\u2212", r) // U+2212 is the minus sign, which has no plain form
	}
	return false
}

// isSkipped tells whether a character shows nothing: spaces, controls, marks such as a byte order mark, and fillers.
func isSkipped(r rune) bool {
	const brailleBlank = '\u2800'
	return unicode.IsSpace(r) || !unicode.IsGraphic(r) || r == brailleBlank ||
		unicode.In(r, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
}

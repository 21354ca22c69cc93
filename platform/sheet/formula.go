package sheet

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// separators may end a column or a line, even if the file was written with commas: Excel in Spanish splits columns at
// semicolons, also inside a text.
const separators = ";\t\r\n"

// escapeFormulas prevents a spreadsheet from reading a text as a formula (OWASP, CSV injection). It adds an apostrophe where a
// formula could begin: at the start of the text, and after each separator in it.
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

// Plain removes the apostrophe that escapeFormulas added to a text of a CSV, so that an exported file can be imported again.
func Plain(s string) string {
	if plain, quoted := strings.CutPrefix(s, "'"); quoted && escapeFormulas(plain) == s {
		return plain
	}
	return s
}

// beginsFormula skips all characters that a program may skip, and compares the plain form of wide, small and raised signs.
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

// isSkipped returns true for characters that show nothing: spaces, controls, marks such as a byte order mark, and fillers.
func isSkipped(r rune) bool {
	const brailleBlank = '\u2800'
	return unicode.IsSpace(r) || !unicode.IsGraphic(r) || r == brailleBlank ||
		unicode.In(r, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
}

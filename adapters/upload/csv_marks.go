package upload

import (
	"regexp"
	"strings"
)

// decimalMarks are the decimal marks that a file's numbers have shown. The mark is a property of the file: a point before three
// digits (1.412) is ambiguous in itself.
type decimalMarks struct {
	// commas and points are set once a number was seen that is only valid with that decimal mark.
	commas, points bool
}

var (
	// grouped matches a number whose points may divide thousands: 1.412, 1.234.567. Such a number does not begin with zero.
	grouped = regexp.MustCompile(`^[+-]?[1-9]\d{0,2}(\.\d{3})+$`)
	// groupedWithComma matches one that ends in a decimal comma and digits: 1.234,5.
	groupedWithComma = regexp.MustCompile(`^[+-]?[1-9]\d{0,2}(\.\d{3})+,\d+$`)
	// commaNumber matches a number with only a decimal comma: 0,42.
	commaNumber = regexp.MustCompile(`^[+-]?\d+,\d+$`)
)

// ambiguous reports whether a number's point may be a decimal mark or a thousands mark.
func ambiguous(number string) bool {
	return strings.Count(number, ".") == 1 && grouped.MatchString(number)
}

// learn records what a number shows about the file's decimal mark.
func (m *decimalMarks) learn(number string) {
	switch {
	case !strings.ContainsAny(number, ".,"):
	case commaNumber.MatchString(number), groupedWithComma.MatchString(number):
		m.commas = true
	case strings.Count(number, ".") == 1 && !strings.Contains(number, ",") && !grouped.MatchString(number):
		m.points = true
	}
}

// settled reports whether the file has shown its decimal mark.
func (m *decimalMarks) settled() bool { return m.commas || m.points }

// contradict reports whether it has shown both.
func (m *decimalMarks) contradict() bool { return m.commas && m.points }

// plain returns a number with only a decimal point. Any other text stays as it is, and its field rejects it.
func (m *decimalMarks) plain(number string) string {
	switch {
	case commaNumber.MatchString(number):
		return strings.Replace(number, ",", ".", 1)
	case groupedWithComma.MatchString(number):
		return strings.Replace(strings.ReplaceAll(number, ".", ""), ",", ".", 1)
	case grouped.MatchString(number) && (m.commas || !ambiguous(number)):
		return strings.ReplaceAll(number, ".", "")
	}
	return number
}

package upload

import (
	"regexp"
	"strings"
)

// decimalMarks is what a file's numbers have shown of its marks: what a mark means is a property of the file, and a point
// before three digits (1.412) says nothing of itself.
type decimalMarks struct {
	// commas and points are set once a number was seen that only makes sense with that decimal mark.
	commas, points bool
}

var (
	// grouped is a number with points that may divide thousands: 1.412, 1.234.567. A grouped number begins with no zero.
	grouped = regexp.MustCompile(`^[+-]?[1-9]\d{0,2}(\.\d{3})+$`)
	// groupedWithComma is one with a decimal comma behind them: 1.234,5.
	groupedWithComma = regexp.MustCompile(`^[+-]?[1-9]\d{0,2}(\.\d{3})+,\d+$`)
	// commaNumber has a decimal comma alone: 0,42.
	commaNumber = regexp.MustCompile(`^[+-]?\d+,\d+$`)
)

// ambiguous tells whether a number's point may be a decimal mark or one of thousands.
func ambiguous(number string) bool {
	return strings.Count(number, ".") == 1 && grouped.MatchString(number)
}

// learn looks at a number for what it says of the file's marks.
func (m *decimalMarks) learn(number string) {
	switch {
	case !strings.ContainsAny(number, ".,"):
	case commaNumber.MatchString(number), groupedWithComma.MatchString(number):
		m.commas = true
	case strings.Count(number, ".") == 1 && !strings.Contains(number, ",") && !grouped.MatchString(number):
		m.points = true
	}
}

// settled tells whether the file has shown which mark is the decimal one.
func (m *decimalMarks) settled() bool { return m.commas || m.points }

// contradict tells whether it has shown both.
func (m *decimalMarks) contradict() bool { return m.commas && m.points }

// plain gives a number with a decimal point alone; what is no number stays as it is, for its field to be refused.
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

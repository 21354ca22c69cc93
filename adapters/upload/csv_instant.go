package upload

import (
	"regexp"
	"strings"
)

// sheetTime matches a spreadsheet's date and time: day first with slashes, or year first with a space; the seconds are optional.
var sheetTime = regexp.MustCompile(`^(?:(\d{4})-(\d{2})-(\d{2})|(\d{1,2})/(\d{1,2})/(\d{4}))[ T](\d{1,2}):(\d{2})(?::(\d{2}))?$`)

// sheetInstant returns a spreadsheet's date and time as local RFC 3339. Any other text stays as it is.
func sheetInstant(text string) string {
	parts := sheetTime.FindStringSubmatch(text)
	if parts == nil {
		return text
	}
	year, month, day := parts[1], parts[2], parts[3]
	if year == "" {
		year, month, day = parts[6], parts[5], parts[4]
	}
	seconds := parts[9]
	if seconds == "" {
		seconds = "00"
	}
	return year + "-" + twoDigits(month) + "-" + twoDigits(day) + "T" + twoDigits(parts[7]) + ":" + parts[8] + ":" + seconds
}

func twoDigits(number string) string { return strings.Repeat("0", 2-len(number)) + number }

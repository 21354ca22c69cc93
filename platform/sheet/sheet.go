// Package sheet writes tables of any length for spreadsheets, a row at a time: CSV for programs, XLSX for people.
package sheet

import (
	"io"
	"time"
)

// Media types.
const (
	CSVType  = "text/csv; charset=utf-8"
	XLSXType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
)

// Number is an exact decimal number as text.
type Number string

// Writer takes rows of as many cells as the table has columns: a string, a Number, a time.Time, or nil for none. Close
// ends the table; before it nothing may have been written.
type Writer interface {
	Row(cells ...any) error
	Close() error
}

// New makes a writer of a format, "csv" or "xlsx"; an XLSX shows times in zone, a CSV in UTC.
func New(format string, out io.Writer, zone *time.Location, titles ...string) (Writer, error) {
	if format == "xlsx" {
		return newXLSX(out, zone, titles)
	}
	return newCSV(out, titles)
}

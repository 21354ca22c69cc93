// Package sheet writes tables of any length for spreadsheets, row by row and in little memory: CSV for programs, XLSX for
// people.
package sheet

import (
	"io"
	"regexp"
	"time"
)

// Media types.
const (
	CSVType  = "text/csv; charset=utf-8"
	XLSXType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
)

// Cell is the value of one column in a row; the zero Cell is empty. Texts and numbers have different kinds, because only a text
// can be read as a formula by mistake.
type Cell struct {
	kind kind
	text string
	at   time.Time
}

type kind uint8

const (
	empty kind = iota
	text
	number
	instant
)

// Text returns a cell with any text.
func Text(s string) Cell { return Cell{kind: text, text: s} }

var decimal = regexp.MustCompile(`^-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?$`)

// Number returns a cell with an exact decimal number, such as -1.5 or 2e-7. Anything else, such as NaN, becomes a text.
func Number(s string) Cell {
	if !decimal.MatchString(s) {
		return Text(s)
	}
	return Cell{kind: number, text: s}
}

// Instant returns a cell with a point in time.
func Instant(at time.Time) Cell { return Cell{kind: instant, at: at} }

// Writer takes rows. Each row has as many cells as the table has columns. Close ends the table; without it the file is
// incomplete.
type Writer interface {
	Row(cells ...Cell) error
	Close() error
}

// New returns a writer for a format, "csv" or "xlsx". An XLSX shows times in zone, a CSV in UTC.
func New(format string, out io.Writer, zone *time.Location, titles ...string) (Writer, error) {
	if format == "xlsx" {
		return newXLSX(out, zone, titles)
	}
	return newCSV(out, titles)
}

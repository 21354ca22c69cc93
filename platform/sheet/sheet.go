// Package sheet writes tables of any length for spreadsheets, a row at a time and in little memory: CSV for programs,
// XLSX for people.
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

// Cell is what stands in one column of a row; the zero Cell is an empty one. Texts and numbers are made apart, since only a
// text may be taken for a formula.
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

// Text is a cell with a text, whatever it holds.
func Text(s string) Cell { return Cell{kind: text, text: s} }

var decimal = regexp.MustCompile(`^-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?$`)

// Number is a cell with an exact decimal number, such as -1.5 or 2e-7; what is none, such as NaN, is written as a text.
func Number(s string) Cell {
	if !decimal.MatchString(s) {
		return Text(s)
	}
	return Cell{kind: number, text: s}
}

// Instant is a cell with a point in time.
func Instant(at time.Time) Cell { return Cell{kind: instant, at: at} }

// Writer takes rows of as many cells as the table has columns. Close ends the table; without it the file is cut off.
type Writer interface {
	Row(cells ...Cell) error
	Close() error
}

// New makes a writer of a format, "csv" or "xlsx"; an XLSX shows times in zone, a CSV in UTC.
func New(format string, out io.Writer, zone *time.Location, titles ...string) (Writer, error) {
	if format == "xlsx" {
		return newXLSX(out, zone, titles)
	}
	return newCSV(out, titles)
}

package sheet

import (
	"encoding/csv"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

type csvWriter struct {
	out   *csv.Writer
	cells []string
}

func newCSV(out io.Writer, titles []string) (*csvWriter, error) {
	w := csv.NewWriter(out)
	w.UseCRLF = true // RFC 4180
	return &csvWriter{out: w}, w.Write(titles)
}

// Row writes a line.
func (w *csvWriter) Row(cells ...any) error {
	w.cells = w.cells[:0]
	for _, cell := range cells {
		w.cells = append(w.cells, textOf(cell))
	}
	return w.out.Write(w.cells)
}

func textOf(cell any) string {
	switch v := cell.(type) {
	case nil:
		return ""
	case Number:
		return string(v)
	case time.Time:
		return v.UTC().Format(time.RFC3339Nano)
	case string:
		return harmless(v)
	}
	return fmt.Sprint(cell)
}

// formulaSigns begin a formula in some spreadsheet, in their full-width forms too.
const formulaSigns = "=+-@＝＋－＠"

// harmless keeps a spreadsheet from taking a text for a formula (OWASP, CSV injection). Spreadsheets pass over what is not
// seen before the sign, or take a tab or a line break for the end of a cell.
func harmless(s string) string {
	seen := strings.TrimLeftFunc(s, unseen)
	first, _ := utf8.DecodeRuneInString(seen)
	if strings.TrimLeft(s, "\t\r\n") != s || seen != "" && strings.ContainsRune(formulaSigns, first) {
		return "'" + s
	}
	return s
}

// unseen tells whether a rune takes no ink: blanks of any kind, controls, marks of order and of width zero.
func unseen(r rune) bool {
	return unicode.IsSpace(r) || unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Z) || r == utf8.RuneError
}

// Close writes what is left.
func (w *csvWriter) Close() error {
	w.out.Flush()
	return w.out.Error()
}

package sheet

import (
	"encoding/csv"
	"fmt"
	"io"
	"strings"
	"time"
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

// harmless keeps a spreadsheet from taking a text for a formula (OWASP, CSV injection).
func harmless(s string) string {
	if s != "" && strings.ContainsRune("=+@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}

// Close writes what is left.
func (w *csvWriter) Close() error {
	w.out.Flush()
	return w.out.Error()
}

package sheet

import (
	"encoding/csv"
	"io"
	"time"
)

type csvWriter struct {
	out   *csv.Writer
	cells []string
}

func newCSV(out io.Writer, titles []string) (*csvWriter, error) {
	w := &csvWriter{out: csv.NewWriter(out)}
	w.out.UseCRLF = true // RFC 4180
	cells := make([]Cell, len(titles))
	for i, title := range titles {
		cells[i] = Text(title)
	}
	return w, w.Row(cells...)
}

// Row writes a line.
func (w *csvWriter) Row(cells ...Cell) error {
	w.cells = w.cells[:0]
	for _, cell := range cells {
		w.cells = append(w.cells, csvText(cell))
	}
	return w.out.Write(w.cells)
}

func csvText(cell Cell) string {
	switch cell.kind {
	case text:
		return escapeFormulas(cell.text)
	case number:
		return cell.text
	case instant:
		return cell.at.UTC().Format(time.RFC3339Nano)
	case empty:
	}
	return ""
}

// Close writes the buffered rest.
func (w *csvWriter) Close() error {
	w.out.Flush()
	return w.out.Error()
}

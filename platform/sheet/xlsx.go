package sheet

import (
	"errors"
	"io"
	"strconv"
	"time"

	"github.com/xuri/excelize/v2"
)

// mostRows is what a sheet of Excel holds; a longer table goes on in a further one.
const mostRows = 1_048_576

type xlsxWriter struct {
	out    io.Writer
	file   *excelize.File
	zone   *time.Location
	titles []string
	bold   int
	moment int
	sheet  *excelize.StreamWriter
	sheets int
	row    int // of the sheet, the last that was written
	cells  []any
}

func newXLSX(out io.Writer, zone *time.Location, titles []string) (*xlsxWriter, error) {
	w := &xlsxWriter{out: out, file: excelize.NewFile(), zone: zone, titles: titles}
	var err error
	if w.bold, err = w.file.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}}); err != nil {
		return nil, err
	}
	format := "yyyy-mm-dd hh:mm:ss"
	if w.moment, err = w.file.NewStyle(&excelize.Style{CustomNumFmt: &format}); err != nil {
		return nil, err
	}
	return w, w.begin()
}

// columnWidth fits an instant, in characters.
const columnWidth = 20

// begin makes the next sheet, with its frozen title row.
func (w *xlsxWriter) begin() error {
	if w.sheet != nil {
		if err := w.sheet.Flush(); err != nil {
			return err
		}
	}
	w.sheets++
	name := "Sheet" + strconv.Itoa(w.sheets)
	if _, err := w.file.NewSheet(name); err != nil {
		return err
	}
	var err error
	if w.sheet, err = w.file.NewStreamWriter(name); err != nil {
		return err
	}
	err = errors.Join(
		w.sheet.SetColWidth(1, len(w.titles), columnWidth),
		w.sheet.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}),
	)
	cells := make([]any, len(w.titles))
	for i, title := range w.titles {
		cells[i] = excelize.Cell{StyleID: w.bold, Value: title}
	}
	w.row = 1
	return errors.Join(err, w.sheet.SetRow("A1", cells))
}

// Row writes a row: numbers as numbers, times as dates.
func (w *xlsxWriter) Row(cells ...any) error {
	if w.row == mostRows {
		if err := w.begin(); err != nil {
			return err
		}
	}
	w.row++
	w.cells = w.cells[:0]
	for _, cell := range cells {
		w.cells = append(w.cells, w.valueOf(cell))
	}
	return w.sheet.SetRow("A"+strconv.Itoa(w.row), w.cells)
}

func (w *xlsxWriter) valueOf(cell any) any {
	switch v := cell.(type) {
	case Number:
		if n, err := strconv.ParseFloat(string(v), 64); err == nil {
			return n
		}
		return string(v)
	case time.Time:
		return excelize.Cell{StyleID: w.moment, Value: v.In(w.zone)}
	}
	return cell
}

// Close writes the file.
func (w *xlsxWriter) Close() (err error) {
	defer func() { err = errors.Join(err, w.file.Close()) }()
	if err := w.sheet.Flush(); err != nil {
		return err
	}
	_, err = w.file.WriteTo(w.out)
	return err
}

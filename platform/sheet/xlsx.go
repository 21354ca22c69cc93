package sheet

import (
	"archive/zip"
	"bufio"
	"compress/flate"
	"encoding/xml"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Limits of Excel: the rows of a sheet (a longer table continues in the next sheet), and the length of a text. Excel allows
// 32,767 characters in a cell; the same number of bytes is never more.
const (
	maxRows      = 1_048_576
	maxTextBytes = 32_767
)

// xlsxWriter writes the parts of a workbook (ECMA-376) directly into the archive, so a table of any length needs little memory.
// Libraries that write XLSX keep the whole workbook in memory.
type xlsxWriter struct {
	archive *zip.Writer
	zone    *time.Location
	titles  []string
	sheet   *bufio.Writer
	sheets  int
	row     int // the last row that was written to the sheet
	buffer  []byte
}

func newXLSX(out io.Writer, zone *time.Location, titles []string) (*xlsxWriter, error) {
	w := &xlsxWriter{archive: zip.NewWriter(out), zone: zone, titles: titles}
	// The fastest level takes a third of the time, and tables become small at any level.
	w.archive.RegisterCompressor(zip.Deflate, func(out io.Writer) (io.WriteCloser, error) { return flate.NewWriter(out, flate.BestSpeed) })
	if err := w.addParts(firstParts); err != nil {
		return nil, err
	}
	return w, w.beginSheet()
}

func (w *xlsxWriter) addParts(parts []bookPart) error {
	for _, part := range parts {
		out, err := w.archive.Create(part.name)
		if err != nil {
			return err
		}
		if _, err := io.WriteString(out, part.content); err != nil {
			return err
		}
	}
	return nil
}

// beginSheet starts the next sheet, with its frozen title row.
func (w *xlsxWriter) beginSheet() error {
	if err := w.endSheet(); err != nil {
		return err
	}
	w.sheets++
	part, err := w.archive.Create("xl/worksheets/sheet" + strconv.Itoa(w.sheets) + ".xml")
	if err != nil {
		return err
	}
	w.sheet, w.row = bufio.NewWriter(part), 0
	_, _ = w.sheet.WriteString(sheetHead)
	_, _ = w.sheet.WriteString(`<cols><col min="1" max="` + strconv.Itoa(len(w.titles)) + `" width="20" customWidth="1"/></cols><sheetData>`)
	cells := make([]Cell, len(w.titles))
	for i, title := range w.titles {
		cells[i] = Text(title)
	}
	return w.write(cells, styleTitle)
}

// endSheet closes the open sheet, if there is one.
func (w *xlsxWriter) endSheet() error {
	if w.sheet == nil {
		return nil
	}
	_, _ = w.sheet.WriteString("</sheetData></worksheet>")
	return w.sheet.Flush()
}

// Row writes a row: numbers as numbers, times as dates.
func (w *xlsxWriter) Row(cells ...Cell) error {
	if w.row == maxRows {
		if err := w.beginSheet(); err != nil {
			return err
		}
	}
	return w.write(cells, "")
}

func (w *xlsxWriter) write(cells []Cell, style string) error {
	w.row++
	row := strconv.Itoa(w.row)
	b := append(append(append(w.buffer[:0], `<row r="`...), row...), `">`...)
	for i, cell := range cells {
		if cell.kind == empty {
			continue
		}
		b = append(append(append(append(b, `<c r="`...), columnName(i)...), row...), '"')
		b = append(w.value(b, cell, style), `</c>`...)
	}
	w.buffer = append(b, `</row>`...)
	_, err := w.sheet.Write(w.buffer)
	return err
}

// value ends the cell's tag and writes the cell's content.
func (w *xlsxWriter) value(b []byte, cell Cell, style string) []byte {
	switch cell.kind {
	case number:
		b = append(append(b, style+`><v>`...), cell.text...)
		return append(b, `</v>`...)
	case instant:
		b = append(b, styleInstant+`><v>`...)
		b = strconv.AppendFloat(b, excelSerial(cell.at.In(w.zone)), 'f', -1, 64)
		return append(b, `</v>`...)
	case text, empty:
	}
	b = append(b, style+` t="inlineStr"><is><t xml:space="preserve">`...)
	b = appendEscaped(b, cell.text)
	return append(b, `</t></is>`...)
}

// excelSerial returns a local time as Excel stores it: the number of days since 1899-12-30.
func excelSerial(at time.Time) float64 {
	const epochDays = 25_569 // of 1970
	_, offset := at.Zone()
	local := at.UnixMilli() + int64(offset)*time.Second.Milliseconds()
	return epochDays + float64(local)/float64((24*time.Hour).Milliseconds())
}

// columnName returns A for 0, Z for 25, AA for 26.
func columnName(i int) string {
	const letters = 26
	if i < letters {
		return "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[i : i+1]
	}
	return columnName(i/letters-1) + columnName(i%letters)
}

// appendEscaped writes a text in XML. A character that XML does not allow becomes U+FFFD. A text that is too long for Excel is
// cut.
func appendEscaped(b []byte, s string) []byte {
	if len(s) > maxTextBytes {
		s = s[:maxTextBytes]
		for !utf8.ValidString(s) && len(s) > maxTextBytes-utf8.UTFMax {
			s = s[:len(s)-1]
		}
	}
	if !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r >= utf8.RuneSelf || strings.ContainsRune(`<>&"'`, r) }) {
		return append(b, s...)
	}
	var escaped strings.Builder
	_ = xml.EscapeText(&escaped, []byte(s)) // a Builder returns no error
	return append(b, escaped.String()...)
}

// Close writes the parts that list the sheets.
func (w *xlsxWriter) Close() error {
	if err := w.endSheet(); err != nil {
		return err
	}
	if err := w.addParts(lastParts(w.sheets)); err != nil {
		return err
	}
	return w.archive.Close()
}

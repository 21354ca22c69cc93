package httpenergy

import (
	"bytes"
	"encoding/csv"
	"strings"

	"github.com/holotwin/holotwin/modules/energy"
)

var byteOrderMark = []byte("\xef\xbb\xbf")

// csv reads a table with a header row, a line at a time: no cell of ours holds a line break, so a quote that is
// never closed cannot swallow the file. Spanish Excel's is read too: a byte order mark, semicolons between the
// columns, and then a comma in the numbers.
func (r *rows[R]) csv(yield func(row[R]) bool) {
	var t *table[R]
	for line := 1; ; line++ {
		text, tooLong, err := r.line()
		if r.body.broken() && err != nil {
			yield(r.cut(line))
			return
		}
		if line == 1 {
			text = bytes.TrimPrefix(text, byteOrderMark)
		}
		text = bytes.TrimRight(text, "\r\n")
		switch {
		case len(bytes.TrimSpace(text)) == 0 && !tooLong:
		case t == nil:
			var flaws []energy.Flaw
			if t, flaws = newTable(string(text), r.members); len(flaws) > 0 {
				yield(row[R]{line: line, flaws: flaws, broken: true})
				return
			}
		case !yield(t.row(line, string(text), tooLong)):
			return
		}
		if err != nil {
			return
		}
	}
}

// table is how a file's lines are read: what divides them, and which member each column is.
type table[R any] struct {
	comma   string
	columns []int
	members func(*R) []member
}

// newTable reads a header row, in which every column is known, once.
func newTable[R any](header string, members func(*R) []member) (*table[R], []energy.Flaw) {
	t := &table[R]{comma: ",", members: members}
	if strings.Count(header, ";") > strings.Count(header, ",") {
		t.comma = ";"
	}
	names, ok := t.cells(header)
	if !ok {
		return nil, []energy.Flaw{{Field: "header", Rule: "malformed"}}
	}
	var probe R
	known := members(&probe)
	seen := make(map[int]bool, len(names))
	var flaws []energy.Flaw
	for _, name := range names {
		name = strings.ToLower(strings.TrimSpace(name))
		place := named(known, name)
		if place < 0 {
			flaws = append(flaws, energy.Flaw{Field: name, Rule: "unknown"})
		} else if seen[place] {
			flaws = append(flaws, energy.Flaw{Field: name, Rule: "duplicate"})
		}
		seen[place] = true
		t.columns = append(t.columns, place)
	}
	return t, flaws
}

// cells divides a line.
func (t *table[R]) cells(line string) ([]string, bool) {
	if !strings.Contains(line, `"`) {
		return strings.Split(line, t.comma), true
	}
	quoted := csv.NewReader(strings.NewReader(line))
	quoted.Comma = rune(t.comma[0])
	cells, err := quoted.Read()
	return cells, err == nil
}

// row puts a line's cells into a report; an empty cell is absent.
func (t *table[R]) row(line int, text string, tooLong bool) row[R] {
	out := row[R]{line: line}
	cells, ok := t.cells(text)
	if !ok || tooLong || len(cells) > len(t.columns) {
		out.flaws, out.broken = []energy.Flaw{{Field: "row", Rule: "malformed"}}, true
		return out
	}
	into := t.members(&out.report)
	for i, cell := range cells {
		if cell = strings.TrimSpace(cell); cell == "" {
			continue
		}
		m := into[t.columns[i]]
		if t.comma == ";" && m.kinds == "0" {
			cell = strings.Replace(cell, ",", ".", 1)
		}
		if m.name == "timestamp" {
			cell = sheetInstant(cell)
		}
		*m.into = &cell
	}
	return out
}

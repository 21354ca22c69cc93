package upload

import (
	"bytes"
	"encoding/csv"
	"strings"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/platform/sheet"
)

var byteOrderMark = []byte("\xef\xbb\xbf")

// csv reads a table with a header row, one line at a time. No valid cell holds a line break, so an unclosed quote cannot swallow
// the file. It also reads the tables of a Spanish Excel: a byte order mark, semicolons between the columns, and then a comma as
// the decimal mark and points between the thousands.
func (u *upload[D]) csv(yield func(row[D]) bool) {
	var t *table[D]
	for line := 1; ; line++ {
		text, tooLong, err := u.line()
		if u.body.broken() && err != nil {
			yield(u.truncatedRow(line))
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
			if t, flaws = newTable(string(text), u.members); len(flaws) > 0 {
				yield(row[D]{line: line, flaws: flaws, broken: true})
				return
			}
		case !t.take(t.line(line, string(text), tooLong), yield):
			return
		}
		if err != nil {
			if t != nil {
				t.release(yield)
			}
			return
		}
	}
}

// table is how a file's lines are read: the separator, and the member of each column.
type table[D any] struct {
	comma   string
	columns []int
	numeric []bool // by column
	members []member[D]

	// marks are the decimal marks seen so far; held are the lines that wait until the mark is known.
	marks     decimalMarks
	held      []tableLine
	heldBytes int
	overfull  bool
}

// tableLine is a line as received, divided into cells.
type tableLine struct {
	number int
	cells  []string
	size   int
	ok     bool
}

// maxHeld bounds the waiting lines, in bytes; a number that is still ambiguous is rejected.
const maxHeld = 8 << 20

// newTable reads a header row, in which every column must be known and appear once.
func newTable[D any](header string, members []member[D]) (*table[D], []energy.Flaw) {
	t := &table[D]{comma: ",", members: members}
	if strings.Count(header, ";") > strings.Count(header, ",") {
		t.comma = ";"
	}
	names, ok := t.cells(header)
	if !ok {
		return nil, []energy.Flaw{{Field: "header", Rule: "malformed"}}
	}
	seen := make(map[int]bool, len(names))
	var flaws []energy.Flaw
	for _, name := range names {
		name = strings.ToLower(strings.TrimSpace(name))
		place := named(members, name)
		if place < 0 {
			flaws = append(flaws, energy.Flaw{Field: name, Rule: "unknown"})
		} else if seen[place] {
			flaws = append(flaws, energy.Flaw{Field: name, Rule: "duplicate"})
		}
		seen[place] = true
		t.columns = append(t.columns, place)
		t.numeric = append(t.numeric, place >= 0 && members[place].isNumber())
	}
	return t, flaws
}

// line divides a line.
func (t *table[D]) line(number int, text string, tooLong bool) tableLine {
	cells, ok := t.cells(text)
	ok = ok && !tooLong && len(cells) <= len(t.columns)
	for i, cell := range cells {
		cells[i] = strings.TrimSpace(cell)
	}
	return tableLine{number: number, cells: cells, size: len(text), ok: ok}
}

// take yields a line's row, or holds it until the file has shown its decimal mark.
func (t *table[D]) take(l tableLine, yield func(row[D]) bool) bool {
	if t.comma != ";" || !l.ok {
		return t.takeSettled(l, yield)
	}
	doubtful := false
	for i, cell := range l.cells {
		if t.numeric[i] {
			t.marks.learn(cell)
			doubtful = doubtful || ambiguous(cell)
		}
	}
	if t.marks.settled() || t.overfull || !doubtful {
		return t.takeSettled(l, yield)
	}
	return t.hold(l, yield)
}

// takeSettled yields a line's row after the waiting lines; if they still wait, it waits too.
func (t *table[D]) takeSettled(l tableLine, yield func(row[D]) bool) bool {
	if len(t.held) > 0 && !t.marks.settled() && !t.overfull {
		return t.hold(l, yield)
	}
	return t.release(yield) && yield(t.row(l))
}

func (t *table[D]) hold(l tableLine, yield func(row[D]) bool) bool {
	t.held = append(t.held, l)
	if t.heldBytes += l.size; t.heldBytes > maxHeld {
		t.overfull = true
		return t.release(yield)
	}
	return true
}

// release yields the waiting rows.
func (t *table[D]) release(yield func(row[D]) bool) bool {
	held := t.held
	t.held = nil
	for _, l := range held {
		if !yield(t.row(l)) {
			return false
		}
	}
	return true
}

// ambiguousMark reports whether a number's point cannot be interpreted: the file has shown both marks, or none for too long.
func (t *table[D]) ambiguousMark(number string) bool {
	return ambiguous(number) && (t.marks.contradict() || t.overfull && !t.marks.settled())
}

// cells divides a line.
func (t *table[D]) cells(line string) ([]string, bool) {
	if !strings.Contains(line, `"`) {
		return strings.Split(line, t.comma), true
	}
	quoted := csv.NewReader(strings.NewReader(line))
	quoted.Comma = rune(t.comma[0])
	cells, err := quoted.Read()
	return cells, err == nil
}

// row reads a line's cells into a draft; an empty cell is absent.
func (t *table[D]) row(l tableLine) row[D] {
	out := row[D]{line: l.number}
	if !l.ok {
		out.flaws, out.broken = []energy.Flaw{{Field: "row", Rule: "malformed"}}, true
		return out
	}
	for i, cell := range l.cells {
		if cell == "" {
			continue
		}
		m := t.members[t.columns[i]]
		if t.comma == ";" && t.numeric[i] {
			if t.ambiguousMark(cell) {
				out.flaws, out.broken = append(out.flaws, energy.Flaw{Field: m.name, Rule: "ambiguous_point"}), true
				continue
			}
			cell = t.marks.plain(cell)
		} else if !t.numeric[i] {
			cell = sheet.Plain(cell) // an exported file may be uploaded again
		}
		if m.name == "timestamp" {
			cell = sheetInstant(cell)
		}
		m.read(&out.draft, value{text: cell})
	}
	return out
}

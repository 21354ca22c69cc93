package httpenergy

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"iter"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/platform/httpserver"
	"github.com/holotwin/holotwin/platform/problem"
)

// row is one row of an upload.
type row[R any] struct {
	line   int
	report R
	flaws  []energy.Flaw
	broken bool // nothing of the row could be read but its flaws
}

// maxLine bounds one row, in bytes.
const maxLine = 64 << 10

// rows reads an upload row by row, as it arrives.
type rows[R any] struct {
	body    *limited
	members func(*R) []member
	reader  *bufio.Reader
}

func newRows[R any](body io.Reader, limit int64, members func(*R) []member) *rows[R] {
	l := &limited{from: body, left: limit, limit: limit}
	return &rows[R]{body: l, members: members, reader: bufio.NewReaderSize(l, maxLine)}
}

// read gives the rows of an upload of a media type.
func (r *rows[R]) read(media string) (iter.Seq[row[R]], error) {
	switch media {
	case "application/json":
		return r.array, nil
	case "application/x-ndjson", "application/ndjson", "application/jsonl":
		return r.lines, nil
	case "text/csv":
		return r.csv, nil
	}
	return nil, problem.New(problem.UnsupportedMediaType, "accepted", bulkTypes)
}

// failure is why an upload could not be read to its end, or nil. What was stored before stays: sending it again
// is safe.
func (r *rows[R]) failure() *problem.Problem {
	if r.body.exceeded {
		return problem.New(problem.TooLarge, "limit", r.body.limit)
	}
	if r.body.failed != nil {
		return httpserver.TransferProblem(r.body.failed)
	}
	return nil
}

// cut is the row in the place of the one in which an upload broke off: what came of that one may be another one than was sent.
func (r *rows[R]) cut(line int) row[R] {
	return row[R]{line: line, broken: true, flaws: []energy.Flaw{{Field: "body", Rule: "malformed"}}}
}

// decode makes a row of a JSON object.
func (r *rows[R]) decode(line int, object []byte) row[R] {
	out := row[R]{line: line}
	out.flaws, out.broken = decodeObject(object, r.members(&out.report))
	return out
}

// array reads a JSON array. Its rows are counted as lines, the first being 1. Broken JSON ends it: what comes
// after it cannot be told apart.
func (r *rows[R]) array(yield func(row[R]) bool) {
	decoder := jsontext.NewDecoder(r.reader)
	if token, err := decoder.ReadToken(); err != nil || token.Kind() != '[' {
		yield(row[R]{line: 1, broken: true, flaws: []energy.Flaw{{Field: "body", Rule: "array"}}})
		return
	}
	line := 0
	for decoder.PeekKind() != ']' {
		line++
		object, err := decoder.ReadValue()
		if err != nil {
			yield(row[R]{line: line, broken: true, flaws: []energy.Flaw{flawOf(err)}})
			return
		}
		if !yield(r.decode(line, object)) {
			return
		}
	}
	if _, err := decoder.ReadToken(); err != nil {
		yield(row[R]{line: line + 1, broken: true, flaws: []energy.Flaw{flawOf(err)}})
		return
	}
	if _, err := decoder.ReadToken(); !errors.Is(err, io.EOF) {
		yield(row[R]{line: line + 1, broken: true, flaws: []energy.Flaw{{Field: "body", Rule: "malformed"}}})
	}
}

// lines reads NDJSON: a row a line, a bad one does no harm to the next.
func (r *rows[R]) lines(yield func(row[R]) bool) {
	for line := 1; ; line++ {
		text, tooLong, err := r.line()
		if r.body.broken() && err != nil {
			yield(r.cut(line))
			return
		}
		if object := bytes.TrimSpace(text); len(object) > 0 || tooLong {
			next := row[R]{line: line, broken: true, flaws: []energy.Flaw{{Field: "body", Rule: "max_length", Args: map[string]any{"max": maxLine}}}}
			if !tooLong {
				next = r.decode(line, object)
			}
			if !yield(next) {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

// line reads up to the end of a line, and passes over the rest of one that is too long.
func (r *rows[R]) line() (text []byte, tooLong bool, err error) {
	text, err = r.reader.ReadSlice('\n')
	for errors.Is(err, bufio.ErrBufferFull) {
		tooLong = true
		_, err = r.reader.ReadSlice('\n')
	}
	return text, tooLong, err
}

// limited is a reader that says whether there was more than it may give, and what broke it off.
type limited struct {
	from        io.Reader
	left, limit int64
	exceeded    bool
	failed      error
}

// broken tells whether less was read than was sent.
func (l *limited) broken() bool { return l.exceeded || l.failed != nil }

func (l *limited) Read(p []byte) (int, error) {
	if l.left <= 0 {
		if n, _ := l.from.Read(make([]byte, 1)); n > 0 {
			l.exceeded = true
		}
		return 0, io.EOF
	}
	n, err := l.from.Read(p[:min(int64(len(p)), l.left)])
	l.left -= int64(n)
	if err != nil && !errors.Is(err, io.EOF) {
		l.failed = err
	}
	return n, err
}

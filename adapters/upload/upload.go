// Package upload reads uploads of readings, row by row as they arrive: JSON arrays, NDJSON and tables (CSV, as Spanish Excel writes
// it too). Each value of a row is read once, into a draft. Green Button's XML, which is read twice, has a package of its own beside.
package upload

import (
	"bufio"
	"errors"
	"io"
	"iter"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/conditions"
	"github.com/holotwin/holotwin/modules/energy/ledger"
	"github.com/holotwin/holotwin/platform/problem"
)

// MediaTypes are those that are read.
const MediaTypes = "application/json, application/x-ndjson, text/csv"

// Reader reads uploads.
type Reader struct{}

// Readings reads an upload of readings. rows yields them as they arrive. failure is, once rows has ended, why the upload could not be
// read to its end: more than limit bytes (a problem), or what broke the transfer off. What was stored before stays: sending
// it again is safe. Errors: a problem where the media type is none of MediaTypes.
func (Reader) Readings(body io.Reader, media string, limit int64) (rows iter.Seq[ledger.Row], failure func() error, err error) {
	u := newUpload(body, limit, readingMembers)
	seq, err := u.rows(media)
	return func(yield func(ledger.Row) bool) {
		for r := range seq {
			next := ledger.Row{Line: r.line, Draft: r.draft}
			if next.Draft.Flaws = r.flaws; r.broken {
				next = ledger.Row{Line: r.line, Flaws: r.flaws}
			}
			if !yield(next) {
				return
			}
		}
	}, u.failure, err
}

// Ambients is Readings of ambient readings.
func (Reader) Ambients(body io.Reader, media string, limit int64) (rows iter.Seq[conditions.AmbientRow], failure func() error, err error) {
	u := newUpload(body, limit, ambientMembers)
	seq, err := u.rows(media)
	return func(yield func(conditions.AmbientRow) bool) {
		for r := range seq {
			next := conditions.AmbientRow{Line: r.line, Draft: r.draft}
			if next.Draft.Flaws = r.flaws; r.broken {
				next = conditions.AmbientRow{Line: r.line, Flaws: r.flaws}
			}
			if !yield(next) {
				return
			}
		}
	}, u.failure, err
}

// Reading reads one reading, a JSON object. Errors: energy.ErrInvalid where nothing of it can be read.
func (Reader) Reading(object []byte) (draft ledger.Draft, err error) {
	flaws, broken := decodeObject(object, readingMembers, &draft)
	if broken {
		return ledger.Draft{}, energy.ErrInvalid{Flaws: flaws}
	}
	draft.Flaws = flaws
	return draft, nil
}

// Ambient reads one ambient reading, a JSON object. Errors: energy.ErrInvalid where nothing of it can be read.
func (Reader) Ambient(object []byte) (draft conditions.AmbientDraft, err error) {
	flaws, broken := decodeObject(object, ambientMembers, &draft)
	if broken {
		return conditions.AmbientDraft{}, energy.ErrInvalid{Flaws: flaws}
	}
	draft.Flaws = flaws
	return draft, nil
}

// row is one row of an upload of drafts D.
type row[D any] struct {
	line   int
	draft  D
	flaws  []energy.Flaw
	broken bool // nothing of the row could be read but its flaws
}

// maxLine bounds one row, in bytes.
const maxLine = 64 << 10

// upload is an upload of drafts D on its way.
type upload[D any] struct {
	body    *limited
	members []member[D]
	reader  *bufio.Reader
}

func newUpload[D any](body io.Reader, limit int64, members []member[D]) *upload[D] {
	l := &limited{from: body, left: limit, limit: limit}
	return &upload[D]{body: l, members: members, reader: bufio.NewReaderSize(l, maxLine)}
}

// rows are those of an upload of a media type.
func (u *upload[D]) rows(media string) (iter.Seq[row[D]], error) {
	switch media {
	case "application/json":
		return u.whole(u.array), nil
	case "application/x-ndjson", "application/ndjson", "application/jsonl":
		return u.whole(u.lines), nil
	case "text/csv":
		return u.whole(u.csv), nil
	}
	return nil, problem.New(problem.UnsupportedMediaType, "accepted", MediaTypes)
}

// whole are rows with a bad one at the end where the upload broke off: what arrived is no shorter upload, of which all was sent.
func (u *upload[D]) whole(rows iter.Seq[row[D]]) iter.Seq[row[D]] {
	return func(yield func(row[D]) bool) {
		last := row[D]{}
		for last = range rows {
			if !yield(last) {
				return
			}
		}
		if u.body.broken() && !last.broken {
			yield(u.cut(last.line + 1))
		}
	}
}

// failure is why an upload could not be read to its end, or nil.
func (u *upload[D]) failure() error {
	if u.body.exceeded {
		return problem.New(problem.TooLarge, "limit", u.body.limit)
	}
	return u.body.failed
}

// cut is the row in the place of the one in which an upload broke off: what came of that one may be another one than was sent.
func (u *upload[D]) cut(line int) row[D] {
	return row[D]{line: line, broken: true, flaws: []energy.Flaw{{Field: "body", Rule: "malformed"}}}
}

// line reads up to the end of a line, and passes over the rest of one that is too long.
func (u *upload[D]) line() (text []byte, tooLong bool, err error) {
	text, err = u.reader.ReadSlice('\n')
	for errors.Is(err, bufio.ErrBufferFull) {
		tooLong = true
		_, err = u.reader.ReadSlice('\n')
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

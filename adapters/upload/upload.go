// Package upload reads uploads of readings, row by row as they arrive: JSON arrays, NDJSON and tables (CSV, also as a Spanish
// Excel writes it). Each value of a row is read once, into a draft. Green Button's XML has its own package greenbutton, because
// it is read twice.
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

// MediaTypes are the supported media types.
const MediaTypes = "application/json, application/x-ndjson, text/csv"

// Reader reads uploads.
type Reader struct{}

// Readings reads an upload of readings. rows yields them as they arrive. After rows has ended, failure returns why the upload
// could not be read to its end: more than limit bytes (a problem), or the cause of a broken transfer. What was stored before
// stays, and a retry is safe. Errors: a problem if the media type is not in MediaTypes.
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

// Ambients is Readings for ambient readings.
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

// Reading reads one reading, a JSON object. Errors: energy.ErrInvalid if nothing of it can be read.
func (Reader) Reading(object []byte) (draft ledger.Draft, err error) {
	flaws, broken := decodeObject(object, readingMembers, &draft)
	if broken {
		return ledger.Draft{}, energy.ErrInvalid{Flaws: flaws}
	}
	draft.Flaws = flaws
	return draft, nil
}

// Ambient reads one ambient reading, a JSON object. Errors: energy.ErrInvalid if nothing of it can be read.
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
	broken bool // nothing but the flaws of the row could be read
}

// maxLine bounds one row, in bytes.
const maxLine = 64 << 10

// upload is an upload of drafts D that is being read.
type upload[D any] struct {
	body    *limited
	members []member[D]
	reader  *bufio.Reader
}

func newUpload[D any](body io.Reader, limit int64, members []member[D]) *upload[D] {
	l := &limited{from: body, left: limit, limit: limit}
	return &upload[D]{body: l, members: members, reader: bufio.NewReaderSize(l, maxLine)}
}

// rows returns the rows of an upload by its media type.
func (u *upload[D]) rows(media string) (iter.Seq[row[D]], error) {
	switch media {
	case "application/json":
		return u.withTruncation(u.array), nil
	case "application/x-ndjson", "application/ndjson", "application/jsonl":
		return u.withTruncation(u.lines), nil
	case "text/csv":
		return u.withTruncation(u.csv), nil
	}
	return nil, problem.New(problem.UnsupportedMediaType, "accepted", MediaTypes)
}

// withTruncation adds a bad row at the end if the upload was truncated, so that it does not pass for a complete shorter upload.
func (u *upload[D]) withTruncation(rows iter.Seq[row[D]]) iter.Seq[row[D]] {
	return func(yield func(row[D]) bool) {
		last := row[D]{}
		for last = range rows {
			if !yield(last) {
				return
			}
		}
		if u.body.broken() && !last.broken {
			yield(u.truncatedRow(last.line + 1))
		}
	}
}

// failure returns why an upload could not be read to its end, or nil.
func (u *upload[D]) failure() error {
	if u.body.exceeded {
		return problem.New(problem.TooLarge, "limit", u.body.limit)
	}
	return u.body.failed
}

// truncatedRow replaces the row in which an upload was truncated: its values may differ from what was sent.
func (u *upload[D]) truncatedRow(line int) row[D] {
	return row[D]{line: line, broken: true, flaws: []energy.Flaw{{Field: "body", Rule: "malformed"}}}
}

// line reads up to the end of a line, and skips the rest of one that is too long.
func (u *upload[D]) line() (text []byte, tooLong bool, err error) {
	text, err = u.reader.ReadSlice('\n')
	for errors.Is(err, bufio.ErrBufferFull) {
		tooLong = true
		_, err = u.reader.ReadSlice('\n')
	}
	return text, tooLong, err
}

// limited is a reader that reports whether there was more than its limit, and what ended the transfer.
type limited struct {
	from        io.Reader
	left, limit int64
	exceeded    bool
	failed      error
}

// broken reports whether less was read than was sent.
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

package transfer

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"

	"github.com/holotwin/holotwin/platform/backup"
)

// PostgreSQL's COPY in the binary format: a signature, two words, then for each row the number of fields, and for each field its length (-1 is
// no value) and its bytes, big-endian. The end is -1 in the place of a number of fields.

const copySignature = "PGCOPY\n\xff\r\n\x00"

var copyBegin = append([]byte(copySignature), make([]byte, 8)...)

// copyReader takes what COPY TO sends, in pieces of any size.
type copyReader struct {
	table found
	batch func() *backup.Batch
	pass  func(*backup.Batch) error

	begun, ended bool
	rest         []byte // of a piece, before the end of a row
	now          *backup.Batch
}

var errCopy = errors.New("PostgreSQL sent rows that cannot be read")

// Write takes a piece.
func (r *copyReader) Write(piece []byte) (int, error) {
	data := piece
	if len(r.rest) > 0 {
		r.rest = append(r.rest, piece...)
		data = r.rest
	}
	if !r.begun {
		if len(data) < len(copyBegin) {
			r.rest = append(r.rest[:0], data...)
			return len(piece), nil
		}
		if string(data[:len(copySignature)]) != copySignature {
			return 0, errCopy
		}
		r.begun, data = true, data[len(copyBegin):]
		r.now = r.batch()
	}
	for {
		size, err := r.row(data)
		if err != nil {
			return 0, err
		}
		if size == 0 {
			break
		}
		data = data[size:]
	}
	r.rest = append(r.rest[:0], data...)
	return len(piece), nil
}

// row takes the row at the beginning of data, and returns its size; 0 if data ends before the row does.
func (r *copyReader) row(data []byte) (size int, err error) {
	size, fields := rowSize(data)
	switch {
	case size == 0:
		return 0, nil
	case fields == -1:
		r.ended = true
		return size, nil
	case fields != len(r.table.Columns) || r.ended:
		return 0, errCopy
	}
	if r.now.Full() {
		if err := r.pass(r.now); err != nil {
			return 0, err
		}
		r.now = r.batch()
	}
	at := 2
	for i := range r.now.Columns {
		n := int(int32(binary.BigEndian.Uint32(data[at:])))
		at += 4
		if n < 0 {
			r.now.Columns[i].AppendNull()
			continue
		}
		if err := appendField(&r.now.Columns[i], data[at:at+n]); err != nil {
			return 0, err
		}
		at += n
	}
	r.now.Rows++
	return size, nil
}

// rowSize returns the size and the number of fields of the row at the beginning of data; 0 if data ends before the row does.
func rowSize(data []byte) (size, fields int) {
	if len(data) < 2 {
		return 0, 0
	}
	fields = int(int16(binary.BigEndian.Uint16(data)))
	at := 2
	for range max(fields, 0) {
		if len(data) < at+4 {
			return 0, 0
		}
		n := int(int32(binary.BigEndian.Uint32(data[at:])))
		at += 4 + max(n, 0)
		if len(data) < at {
			return 0, 0
		}
	}
	return at, fields
}

func appendField(v *backup.Values, field []byte) error {
	switch v.Type {
	case backup.Text, backup.Bytes:
		v.AppendBytes(field)
	case backup.Boolean:
		if len(field) != 1 {
			return errCopy
		}
		v.AppendNumber(int64(field[0]))
	case backup.Float:
		switch len(field) {
		case 8:
			v.AppendNumber(int64(binary.BigEndian.Uint64(field)))
		case 4:
			wide := float64(math.Float32frombits(binary.BigEndian.Uint32(field)))
			v.AppendNumber(int64(math.Float64bits(wide)))
		default:
			return errCopy
		}
	default:
		switch len(field) {
		case 8:
			v.AppendNumber(int64(binary.BigEndian.Uint64(field)))
		case 4:
			v.AppendNumber(int64(int32(binary.BigEndian.Uint32(field))))
		case 2:
			v.AppendNumber(int64(int16(binary.BigEndian.Uint16(field))))
		default:
			return errCopy
		}
	}
	return nil
}

// end passes the last rows on.
func (r *copyReader) end() error {
	if !r.ended || len(r.rest) > 0 {
		return errCopy
	}
	return r.pass(r.now)
}

// appendCopy encodes rows for COPY FROM. The types of the columns are PostgreSQL's.
func appendCopy(out []byte, t found, b *backup.Batch) ([]byte, error) {
	out = append(out, copyBegin...)
	for row := range b.Rows {
		out = binary.BigEndian.AppendUint16(out, uint16(len(b.Columns)))
		for i := range b.Columns {
			v := &b.Columns[i]
			if v.IsNull(row) {
				out = binary.BigEndian.AppendUint32(out, math.MaxUint32)
				continue
			}
			var fits bool
			if out, fits = appendValue(out, t.declared[i], v, row); !fits {
				return nil, fmt.Errorf("%w: the value %d of %s is no %s", errMisfit, v.Numbers[row], t.Columns[i].Name, t.declared[i])
			}
		}
	}
	return binary.BigEndian.AppendUint16(out, math.MaxUint16), nil
}

func appendValue(out []byte, declared string, v *backup.Values, row int) (_ []byte, fits bool) {
	switch declared {
	case "bigint", "double precision":
		out = binary.BigEndian.AppendUint32(out, 8)
		return binary.BigEndian.AppendUint64(out, uint64(v.Numbers[row])), true
	case "integer":
		out = binary.BigEndian.AppendUint32(out, 4)
		return binary.BigEndian.AppendUint32(out, uint32(v.Numbers[row])), v.Numbers[row] == int64(int32(v.Numbers[row]))
	case "smallint":
		out = binary.BigEndian.AppendUint32(out, 2)
		return binary.BigEndian.AppendUint16(out, uint16(v.Numbers[row])), v.Numbers[row] == int64(int16(v.Numbers[row]))
	case "boolean":
		out = binary.BigEndian.AppendUint32(out, 1)
		return append(out, byte(v.Numbers[row])), true
	case "real":
		narrow := float32(math.Float64frombits(uint64(v.Numbers[row])))
		out = binary.BigEndian.AppendUint32(out, 4)
		return binary.BigEndian.AppendUint32(out, math.Float32bits(narrow)), float64(narrow) == math.Float64frombits(uint64(v.Numbers[row]))
	}
	bytes := v.BytesAt(row)
	out = binary.BigEndian.AppendUint32(out, uint32(len(bytes)))
	return append(out, bytes...), true
}

package backup

import (
	"encoding/binary"
	"fmt"
)

// decoder reads an encoded block. After the first error it reads nothing.
type decoder struct {
	rest []byte
	bad  bool
}

func (d *decoder) uvarint() uint64 {
	n, size := binary.Uvarint(d.rest)
	if size <= 0 {
		d.bad = true
		return 0
	}
	d.rest = d.rest[size:]
	return n
}

func (d *decoder) varint() int64 {
	n, size := binary.Varint(d.rest)
	if size <= 0 {
		d.bad = true
		return 0
	}
	d.rest = d.rest[size:]
	return n
}

func (d *decoder) take(n uint64) []byte {
	if d.bad || n > uint64(len(d.rest)) {
		d.bad = true
		return nil
	}
	taken := d.rest[:n]
	d.rest = d.rest[n:]
	return taken
}

func (d *decoder) byte() byte {
	if b := d.take(1); len(b) == 1 {
		return b[0]
	}
	return 0
}

// decodeRows reads what appendRows wrote. Errors: ErrDamaged.
func decodeRows(encoded []byte, tables []Table) (table int, b *Batch, err error) {
	d := decoder{rest: encoded}
	number, rows := d.uvarint(), d.uvarint()
	if d.bad || number >= uint64(len(tables)) || rows == 0 || rows > maxRows {
		return 0, nil, fmt.Errorf("%w: a block has no rows of its tables", ErrDamaged)
	}
	t := tables[number]
	b = NewBatch(t)
	b.Rows = int(rows)
	for i := range b.Columns {
		d.column(&b.Columns[i], b.Rows)
		if d.bad {
			return 0, nil, fmt.Errorf("%w: the column %s of %s cannot be read", ErrDamaged, t.Columns[i].Name, t.Name)
		}
	}
	if len(d.rest) > 0 {
		return 0, nil, fmt.Errorf("%w: a block of %s is too long", ErrDamaged, t.Name)
	}
	return int(number), b, nil
}

func (d *decoder) column(v *Values, rows int) {
	d.nulls(v, rows)
	if v.Type.isNumber() {
		v.Numbers = make([]int64, rows)
		d.numbers(v)
		return
	}
	v.Ends = make([]int, rows)
	d.texts(v)
}

func (d *decoder) nulls(v *Values, rows int) {
	switch d.byte() {
	case noNulls:
	case someNulls:
		bits := d.take(uint64(rows+7) / 8)
		if d.bad {
			return
		}
		v.Null = make([]bool, rows)
		for row := range v.Null {
			v.Null[row] = bits[row/8]&(1<<(row%8)) != 0
		}
		if unused := rows % 8; unused != 0 && bits[len(bits)-1]>>unused != 0 {
			d.bad = true
		}
	default:
		d.bad = true
	}
}

func (d *decoder) numbers(v *Values) {
	before := int64(0)
	for row := range v.Numbers {
		if d.bad {
			return
		}
		if v.IsNull(row) {
			continue
		}
		switch v.Type {
		case Integer:
			before += d.varint()
			v.Numbers[row] = before
		case Boolean:
			v.Numbers[row] = int64(d.byte())
			d.bad = d.bad || v.Numbers[row] > 1
		default:
			if bits := d.take(8); len(bits) == 8 {
				v.Numbers[row] = int64(binary.LittleEndian.Uint64(bits))
				d.bad = !isFloat(v.Numbers[row])
			}
		}
	}
}

func (d *decoder) texts(v *Values) {
	var before []byte
	first := true
	for row := range v.Ends {
		if d.bad {
			return
		}
		if !v.IsNull(row) {
			size := d.uvarint()
			switch {
			case size > 0:
				before, first = d.take(size-1), false
			case first:
				d.bad = true
			}
			if len(v.Bytes)+len(before) > maxBlock { // the same long text again and again
				d.bad = true
				return
			}
			v.Bytes = append(v.Bytes, before...)
		}
		v.Ends[row] = len(v.Bytes)
	}
}

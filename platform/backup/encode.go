package backup

import (
	"encoding/binary"
	"math"
)

// appendRows encodes rows of the table with a number: the table's number, the number of rows, and column by column what FORMAT.md says.
func appendRows(out []byte, table int, b *Batch) []byte {
	out = binary.AppendUvarint(out, uint64(table))
	out = binary.AppendUvarint(out, uint64(b.Rows))
	for i := range b.Columns {
		out = appendColumn(out, &b.Columns[i])
	}
	return out
}

func appendColumn(out []byte, v *Values) []byte {
	out = appendNulls(out, v.Null)
	switch v.Type {
	case Integer:
		return appendIntegers(out, v)
	case Boolean:
		for row, n := range v.Numbers {
			if !v.IsNull(row) {
				out = append(out, byte(n))
			}
		}
	case Float:
		for row, n := range v.Numbers {
			if !v.IsNull(row) {
				out = binary.LittleEndian.AppendUint64(out, uint64(n))
			}
		}
	default:
		return appendTexts(out, v)
	}
	return out
}

// Whether a column has rows without a value, which a bit each marks.
const (
	noNulls   = 0
	someNulls = 1
)

func appendNulls(out []byte, null []bool) []byte {
	if len(null) == 0 {
		return append(out, noNulls)
	}
	out = append(out, someNulls)
	for from := 0; from < len(null); from += 8 {
		var bits byte
		for i, is := range null[from:min(from+8, len(null))] {
			if is {
				bits |= 1 << i
			}
		}
		out = append(out, bits)
	}
	return out
}

// appendIntegers writes each value as its difference to the one before, which wraps around.
func appendIntegers(out []byte, v *Values) []byte {
	before := int64(0)
	for row, n := range v.Numbers {
		if !v.IsNull(row) {
			out = binary.AppendVarint(out, n-before)
			before = n
		}
	}
	return out
}

// appendTexts writes for each value 0 if it is equal to the one before, else its length and 1, and then the bytes.
func appendTexts(out []byte, v *Values) []byte {
	var before []byte
	first := true
	for row := range v.Ends {
		if v.IsNull(row) {
			continue
		}
		text := v.BytesAt(row)
		if !first && string(text) == string(before) {
			out = append(out, 0)
			continue
		}
		out = binary.AppendUvarint(out, uint64(len(text))+1)
		out = append(out, text...)
		before, first = text, false
	}
	return out
}

// isFloat returns false for what not both databases can store.
func isFloat(bits int64) bool {
	f := math.Float64frombits(uint64(bits))
	return !math.IsNaN(f) && !math.IsInf(f, 0)
}

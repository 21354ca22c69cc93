package backup

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// FuzzRows decodes blocks that passed their hash: a file can be made by another program. What is accepted is written again and must be
// the same rows.
func FuzzRows(f *testing.F) {
	tables := []Table{
		{Name: "lamps", Columns: []Column{{"id", Text}, {"watts", Integer}, {"on", Boolean}, {"area", Float}, {"photo", Bytes}}},
		{Name: "rooms", Columns: []Column{{"id", Text}}},
	}
	b := NewBatch(tables[0])
	for range 9 {
		b.Rows++
		b.Columns[0].AppendText("a")
		b.Columns[1].AppendNumber(int64(b.Rows))
		b.Columns[2].AppendNumber(1)
		b.Columns[3].AppendNull()
		b.Columns[4].AppendBytes([]byte{1})
	}
	f.Add(appendRows(nil, 0, b))
	f.Add([]byte{1, 1, 0, 2, 'a'})
	f.Fuzz(func(t *testing.T, encoded []byte) {
		table, b, err := decodeRows(encoded, tables)
		if err != nil {
			require.ErrorIs(t, err, ErrDamaged)
			return
		}
		require.NoError(t, checkBatch(tables[table], b))
		again, same, err := decodeRows(appendRows(nil, table, b), tables)
		require.NoError(t, err)
		require.Equal(t, table, again)
		require.Equal(t, b, same)
	})
}

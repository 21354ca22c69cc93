package backup_test

import (
	"bytes"
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/holotwin/holotwin/platform/backup"
)

// lamps is a table with a column of each type.
var lamps = backup.Table{Name: "lamps", Columns: []backup.Column{
	{Name: "id", Type: backup.Text},
	{Name: "watts", Type: backup.Integer},
	{Name: "on", Type: backup.Boolean},
	{Name: "area", Type: backup.Float},
	{Name: "photo", Type: backup.Bytes},
}}

func manifest() backup.Manifest {
	return backup.Manifest{
		CreatedAt: 1_700_000_000_000, Program: "1.2.3", Database: "sqlite", Schemas: map[string]int64{"lamps": 7},
		Tables: []backup.Table{lamps, {Name: "rooms", Columns: []backup.Column{{Name: "id", Type: backup.Text}}}},
	}
}

// row is a row of lamps; nil is no value.
type row struct {
	id    *string
	watts *int64
	on    *bool
	area  *float64
	photo []byte
}

func (r row) addTo(b *backup.Batch) {
	b.Rows++
	number := func(column int, n *int64) {
		if n == nil {
			b.Columns[column].AppendNull()
			return
		}
		b.Columns[column].AppendNumber(*n)
	}
	if r.id == nil {
		b.Columns[0].AppendNull()
	} else {
		b.Columns[0].AppendText(*r.id)
	}
	number(1, r.watts)
	number(2, mapped(r.on, func(on bool) int64 { return map[bool]int64{true: 1}[on] }))
	number(3, mapped(r.area, func(f float64) int64 { return int64(math.Float64bits(f)) }))
	if r.photo == nil {
		b.Columns[4].AppendNull()
	} else {
		b.Columns[4].AppendBytes(r.photo)
	}
}

func mapped[A, B any](a *A, f func(A) B) *B {
	if a == nil {
		return nil
	}
	b := f(*a)
	return &b
}

func rowsOf(b *backup.Batch) (all []row) {
	for i := range b.Rows {
		var r row
		if c := &b.Columns[0]; !c.IsNull(i) {
			text := string(c.BytesAt(i))
			r.id = &text
		}
		if c := &b.Columns[1]; !c.IsNull(i) {
			r.watts = &c.Numbers[i]
		}
		if c := &b.Columns[2]; !c.IsNull(i) {
			on := c.Numbers[i] == 1
			r.on = &on
		}
		if c := &b.Columns[3]; !c.IsNull(i) {
			f := math.Float64frombits(uint64(c.Numbers[i]))
			r.area = &f
		}
		if c := &b.Columns[4]; !c.IsNull(i) {
			r.photo = append([]byte{}, c.BytesAt(i)...)
		}
		all = append(all, r)
	}
	return all
}

// write writes batches of lamps.
func write(t require.TestingT, batches ...[]row) []byte {
	var file bytes.Buffer
	w, err := backup.NewWriter(&file, manifest())
	require.NoError(t, err)
	for _, rows := range batches {
		b := w.Batch(0)
		for _, r := range rows {
			r.addTo(b)
		}
		require.NoError(t, w.Write(0, b))
	}
	w.SetNumber("lamps", 42)
	_, written, err := w.Close()
	require.NoError(t, err)
	require.EqualValues(t, file.Len(), written)
	return file.Bytes()
}

// read reads all rows of lamps, and returns the first error.
func read(file []byte) (m backup.Manifest, rows []row, s backup.Summary, err error) {
	r, err := backup.NewReader(bytes.NewReader(file))
	if err != nil {
		return m, nil, s, err
	}
	defer r.Close()
	for {
		_, b, err := r.Next()
		if errors.Is(err, io.EOF) {
			s, err = r.Summary()
			return r.Manifest, rows, s, err
		}
		if err != nil {
			return m, nil, s, err
		}
		if len(b.Columns) == len(lamps.Columns) {
			rows = append(rows, rowsOf(b)...)
		}
	}
}

func anyRow(t *rapid.T) row {
	optional := func(name string) bool { return rapid.Bool().Draw(t, name) }
	var r row
	if optional("has id") {
		r.id = new(rapid.SampledFrom([]string{"", "a", "a", "lamp", "lámpara\x00"}).Draw(t, "id"))
	}
	if optional("has watts") {
		r.watts = new(rapid.Int64().Draw(t, "watts"))
	}
	if optional("has on") {
		r.on = new(rapid.Bool().Draw(t, "on"))
	}
	if optional("has area") {
		r.area = new(rapid.Float64().Draw(t, "area"))
	}
	if optional("has photo") {
		r.photo = rapid.SliceOfN(rapid.Byte(), 0, 40).Draw(t, "photo")
		r.photo = append([]byte{}, r.photo...)
	}
	return r
}

func TestWhatIsWrittenIsRead(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		batches := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) []row {
			return rapid.SliceOfN(rapid.Custom(anyRow), 0, 20).Draw(t, "rows")
		}), 0, 5).Draw(t, "batches")
		var want []row
		for _, rows := range batches {
			want = append(want, rows...)
		}
		m, got, s, err := read(write(t, batches...))
		require.NoError(t, err)
		require.Equal(t, manifest(), m)
		require.Equal(t, want, got)
		require.Equal(t, map[string]int64{"lamps": int64(len(want)), "rooms": 0}, s.Rows)
		require.Equal(t, map[string]int64{"lamps": 42}, s.Numbers)
	})
}

func aFile(t *testing.T) []byte {
	rows := []row{{id: new("a"), watts: new(int64(60)), on: new(true), area: new(2.5), photo: []byte{1, 2, 3}}, {id: new("b")}}
	return write(t, rows, rows)
}

// TestEveryDamagedBitIsFound flips each bit of a file.
func TestEveryDamagedBitIsFound(t *testing.T) {
	file := aFile(t)
	for i := range file {
		for bit := range 8 {
			file[i] ^= 1 << bit
			_, _, _, err := read(file)
			require.Error(t, err, "bit %d of byte %d", bit, i)
			require.True(t, refused(err), "%v", err)
			file[i] ^= 1 << bit
		}
	}
	_, _, _, err := read(file)
	require.NoError(t, err)
}

func refused(err error) bool {
	for _, known := range []error{backup.ErrNotBackup, backup.ErrNewer, backup.ErrDamaged, backup.ErrTruncated} {
		if errors.Is(err, known) {
			return true
		}
	}
	return false
}

func TestAFileThatEndsEarlyIsRefused(t *testing.T) {
	file := aFile(t)
	for n := range file {
		_, _, _, err := read(file[:n])
		require.ErrorIs(t, err, backup.ErrTruncated, "%d bytes", n)
	}
	_, _, _, err := read(append(file, 0))
	require.ErrorIs(t, err, backup.ErrDamaged)
}

func TestOtherFilesAreRefused(t *testing.T) {
	for _, other := range []string{"SQLite format 3\x00", "PGDMP", "HoloTwin", "HoloTwin export\x01"} {
		_, _, _, err := read([]byte(other))
		require.True(t, refused(err), "%q: %v", other, err)
	}
	_, _, _, err := read([]byte("PGDMP and so on and on"))
	require.ErrorIs(t, err, backup.ErrNotBackup)
	newer := aFile(t)
	newer[len("HoloTwin backup")]++
	_, _, _, err = read(newer)
	require.ErrorIs(t, err, backup.ErrNewer)
}

// TestBlocksCannotChangePlaces exchanges two blocks, each of which is whole, and leaves one out.
func TestBlocksCannotChangePlaces(t *testing.T) {
	first, second := []row{{id: new("a")}}, []row{{id: new("b")}}
	both, one := write(t, first, second), write(t, first)
	end := len(one) - len(write(t))
	begin := len(write(t)) - blockAtEnd(t, write(t))
	a, b := both[begin:begin+end], both[begin+end:begin+2*end]
	require.NotEqual(t, a, b)
	exchanged := bytes.Join([][]byte{both[:begin], b, a, both[begin+2*end:]}, nil)
	_, _, _, err := read(exchanged)
	require.ErrorIs(t, err, backup.ErrDamaged)
	_, _, _, err = read(bytes.Join([][]byte{both[:begin], b, both[begin+2*end:]}, nil))
	require.ErrorIs(t, err, backup.ErrDamaged)
}

// blockAtEnd is the size of the last block of a file without rows.
func blockAtEnd(t *testing.T, file []byte) int {
	at := bytes.LastIndexByte(file[:len(file)-32], 'S')
	require.Positive(t, at)
	for ; at > 0; at = bytes.LastIndexByte(file[:at], 'S') {
		stored := int(file[at+5])<<24 | int(file[at+6])<<16 | int(file[at+7])<<8 | int(file[at+8])
		if at+9+stored+32 == len(file) {
			return len(file) - at
		}
	}
	t.Fatal("the file has no end")
	return 0
}

func TestAFileHasItsNameOnceItIsWhole(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "campus.backup")
	broken, err := backup.Create(path, false)
	require.NoError(t, err)
	require.NoFileExists(t, path)
	broken.Abandon()
	file, err := backup.Create(path, false)
	require.NoError(t, err)
	_, err = file.WriteString("one")
	require.NoError(t, err)
	require.NoFileExists(t, path)
	require.NoError(t, file.Finish())
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.EqualValues(t, 0o600, info.Mode().Perm())
	_, err = backup.Create(path, false)
	require.ErrorIs(t, err, backup.ErrExists)
	other, err := backup.Create(path, true)
	require.NoError(t, err)
	require.NoError(t, other.Finish())
	left, err := os.ReadDir(folder)
	require.NoError(t, err)
	require.Len(t, left, 1)
}

func TestAFileThatCameMeanwhileStays(t *testing.T) {
	path := filepath.Join(t.TempDir(), "campus.backup")
	file, err := backup.Create(path, false)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(path, []byte("another"), 0o600))
	require.ErrorIs(t, file.Finish(), backup.ErrExists)
	file.Abandon()
	kept, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, "another", string(kept))
}

// TestWhatOneDatabaseCannotStoreIsRefused writes a number that SQLite would make NULL.
func TestWhatOneDatabaseCannotStoreIsRefused(t *testing.T) {
	w, err := backup.NewWriter(io.Discard, manifest())
	require.NoError(t, err)
	defer w.Abort()
	b := w.Batch(0)
	row{id: new("a"), area: new(math.NaN())}.addTo(b)
	require.ErrorContains(t, w.Write(0, b), "the column area has a value that is no float")
}

// FuzzReader reads what is no backup, and what almost is one.
func FuzzReader(f *testing.F) {
	f.Add(write(f))
	f.Add(write(f, []row{{id: new("a"), watts: new(int64(1))}, {photo: []byte("photo")}}))
	f.Fuzz(func(t *testing.T, file []byte) {
		if _, _, _, err := read(file); err != nil {
			require.True(t, refused(err), "%v", err)
		}
	})
}

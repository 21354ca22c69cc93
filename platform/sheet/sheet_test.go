package sheet

import (
	"bytes"
	"io"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"
)

var bogota = time.FixedZone("Bogota", -5*60*60)

func write(t *testing.T, format string, rows ...[]Cell) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := New(format, &out, bogota, "nombre", "kWh", "inicio")
	require.NoError(t, err)
	for _, row := range rows {
		require.NoError(t, w.Row(row...))
	}
	require.NoError(t, w.Close())
	return out.Bytes()
}

func TestCSV(t *testing.T) {
	at := time.Date(2026, 5, 1, 12, 0, 0, 0, bogota)
	out := write(t, "csv", []Cell{Text("=1+1"), Number("0.420001"), Instant(at)}, []Cell{Text("a,\"b\""), {}, {}}, []Cell{Text("-5"), Number("-5"), {}})
	require.Equal(t, "nombre,kWh,inicio\r\n'=1+1,0.420001,2026-05-01T17:00:00Z\r\n\"a,\"\"b\"\"\",,\r\n'-5,-5,\r\n", string(out))
}

// TestEscapeFormulas uses OWASP's list of formulas and ways to hide them.
func TestEscapeFormulas(t *testing.T) {
	for _, formula := range []string{
		"=1+1", "+1", "-2+3+cmd|' /C calc'!A0", "@SUM(1)", "\tx", "\rx", "\nx", " =1+1", "   -1", "\u00a0=1", "\u3000=1", "\u2003@x", "\u0085=1", "\x01=1", "\x00+1",
		"\ufeff=1", "\u200b=1", "\u2060-1", "\u00ad=1", "\u180e=1", "\u115f=1", "\u2800=1", "\ufe0f=1", "\u202e=1",
		"\uff1d1+1", "\uff0b1", "\uff0d1", "\uff20x", "\ufe661", "\ufe62x", "\ufe631", "\ufe6bx", "\u207c1", "\u208b1", "\u22121", " \uff1d1",
	} {
		require.Equal(t, "'"+formula, escapeFormulas(formula), "%q", formula)
		require.Equal(t, formula, Plain(escapeFormulas(formula)), "%q", formula)
	}
	for _, plain := range []string{"", "a", "Sala 1", "1-2", "a=b", "x@usc.edu.co", "(−5)", "ñ=1", " a", "\u200bSala", "'", "'a", "—=1", "a b;c", "3;4"} {
		require.Equal(t, plain, escapeFormulas(plain), "%q", plain)
		require.Equal(t, plain, Plain(plain), "%q", plain)
	}
	require.Equal(t, "a;'=1+1;b;' -2", escapeFormulas("a;=1+1;b; -2"), "a file of commas, divided at semicolons")
	require.Equal(t, "a\n'=1", escapeFormulas("a\n=1"))
	require.Equal(t, "'\t'=1", escapeFormulas("\t=1"))
}

func TestNumbersAreNumbers(t *testing.T) {
	for _, n := range []string{"0", "-0.5", "12.000001", "1e-07", "-2E5"} {
		require.Equal(t, n, csvText(Number(n)))
	}
	for _, n := range []string{"-", "=1", "-1+2", "0x1p-2", "+5", "-cmd"} {
		require.Equal(t, escapeFormulas(n), csvText(Number(n)), "anything but a number is written as a text")
	}
	require.Equal(t, "NaN", csvText(Number("NaN")))
}

func TestXLSX(t *testing.T) {
	at := time.Date(2026, 5, 1, 12, 0, 0, 0, bogota)
	file, err := excelize.OpenReader(bytes.NewReader(write(t, "xlsx", []Cell{Text("=1+1"), Number("0.420001"), Instant(at.UTC())}, []Cell{Text(" <&\"'ñ\x01> "), {}, Instant(at.Add(1500 * time.Millisecond))})))
	require.NoError(t, err)
	rows, err := file.GetRows("Sheet1")
	require.NoError(t, err)
	require.Equal(t, [][]string{{"nombre", "kWh", "inicio"}, {"=1+1", "0.420001", "2026-05-01 12:00:00"}, {" <&\"'ñ\ufffd> ", "", "2026-05-01 12:00:01"}}, rows)
	kind, err := file.GetCellType("Sheet1", "A2")
	require.NoError(t, err)
	require.Equal(t, excelize.CellTypeInlineString, kind, "a text is no formula")
	kind, err = file.GetCellType("Sheet1", "B2")
	require.NoError(t, err)
	require.Equal(t, excelize.CellTypeUnset, kind, "a number has no type of its own")
	panes, err := file.GetPanes("Sheet1")
	require.NoError(t, err)
	require.True(t, panes.Freeze)
}

func TestLongTextOfXLSX(t *testing.T) {
	file, err := excelize.OpenReader(bytes.NewReader(write(t, "xlsx", []Cell{Text("a" + strings.Repeat("ñ", 40_000))})))
	require.NoError(t, err)
	cell, err := file.GetCellValue("Sheet1", "A2")
	require.NoError(t, err)
	require.Equal(t, "a"+strings.Repeat("ñ", (maxTextBytes-1)/2), cell)
}

func TestColumnNames(t *testing.T) {
	for i, name := range map[int]string{0: "A", 25: "Z", 26: "AA", 51: "AZ", 52: "BA", 701: "ZZ", 702: "AAA"} {
		require.Equal(t, name, columnName(i))
	}
}

// TestLongXLSX checks that a table continues in a second sheet when the first one is full.
func TestLongXLSX(t *testing.T) {
	var out bytes.Buffer
	w, err := newXLSX(&out, bogota, []string{"n"})
	require.NoError(t, err)
	w.row = maxRows - 1 // as if the rows before had been written
	require.NoError(t, w.Row(Number("1")))
	require.NoError(t, w.Row(Number("2")))
	require.NoError(t, w.Close())
	file, err := excelize.OpenReader(&out)
	require.NoError(t, err)
	last, err := file.GetCellValue("Sheet1", "A1048576")
	require.NoError(t, err)
	next, err := file.GetCellValue("Sheet2", "A2")
	require.NoError(t, err)
	require.Equal(t, []string{"1", "2"}, []string{last, next})
}

// TestLongTablesNeedLittleMemory checks that a writer keeps no rows: a long table needs as much memory as a short one.
func TestLongTablesNeedLittleMemory(t *testing.T) {
	for _, format := range []string{"csv", "xlsx"} {
		w, err := New(format, io.Discard, bogota, "a", "b", "c")
		require.NoError(t, err)
		held := func(rows int) uint64 {
			for i := range rows {
				require.NoError(t, w.Row(Text("equipo "+strconv.Itoa(i)), Number(strconv.Itoa(i)), Instant(time.UnixMilli(int64(i)))))
			}
			runtime.GC()
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			return m.HeapAlloc
		}
		const megabyte = 1 << 20
		first := held(1000)
		require.Less(t, held(200_000), first+2*megabyte, format)
		require.NoError(t, w.Close())
	}
}

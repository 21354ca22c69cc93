package sheet

import (
	"bytes"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"
)

var bogota = time.FixedZone("Bogota", -5*60*60)

func write(t *testing.T, format string, rows ...[]any) []byte {
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
	out := write(t, "csv", []any{"=1+1", Number("0.420001"), at}, []any{"a,\"b\"", nil, nil})
	require.Equal(t, "nombre,kWh,inicio\r\n'=1+1,0.420001,2026-05-01T17:00:00Z\r\n\"a,\"\"b\"\"\",,\r\n", string(out))
}

// TestTextsAreNoFormulas: a text never begins a formula, a number stays one whatever its sign.
func TestTextsAreNoFormulas(t *testing.T) {
	for _, text := range []string{
		"=1+1", "+1", "-2+3+cmd|' /C calc'!A0", "@SUM(A1)", " =1+1", "\u00a0=1", "\u3000=1", "\ufeff=1", "\u200b=1", "\x00=1", "\x1f@a", "\t=1", "\t1", "\r1", "\n1",
		"＝1+1", "＋1", "－1", "＠a", "  ＝1",
	} {
		require.Equal(t, "'"+text, textOf(text), "%q", text)
	}
	for _, text := range []string{"", "Bloque 4", "a=1", "'=1", "1-2", "é", " Sala", "¡=", "中"} {
		require.Equal(t, text, textOf(text), "%q", text)
	}
	require.Equal(t, "-0.5", textOf(Number("-0.5")))
}

func TestXLSX(t *testing.T) {
	at := time.Date(2026, 5, 1, 12, 0, 0, 0, bogota)
	file, err := excelize.OpenReader(bytes.NewReader(write(t, "xlsx", []any{"=1+1", Number("0.420001"), at.UTC()})))
	require.NoError(t, err)
	rows, err := file.GetRows("Sheet1")
	require.NoError(t, err)
	require.Equal(t, [][]string{{"nombre", "kWh", "inicio"}, {"=1+1", "0.420001", "2026-05-01 12:00:00"}}, rows)
	kind, err := file.GetCellType("Sheet1", "A2")
	require.NoError(t, err)
	require.NotEqual(t, excelize.CellTypeFormula, kind, "a text is no formula")
}

// TestLongXLSX goes on in a second sheet where Excel's first is full.
func TestLongXLSX(t *testing.T) {
	var out bytes.Buffer
	w, err := newXLSX(&out, bogota, []string{"n"})
	require.NoError(t, err)
	w.row = mostRows - 1 // as if so many were written; rows in between may be left out
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

package pdf_test

import (
	"bytes"
	"compress/zlib"
	"context"
	"fmt"
	"io"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/adapters/pdf"
	"github.com/holotwin/holotwin/modules/advice/report"
)

func page() report.Document {
	return report.Document{
		ID: "rep_1", Language: "es", Title: "Recomendaciones de energía: Salón Ñandú", Made: time.Date(2026, 5, 26, 12, 0, 0, 0, time.UTC),
		MadeAt: "2026-05-26 12:00 UTC", Text: []string{"Apague el televisor al salir."}, Figures: []report.Figure{{Label: "Consumo informado", Value: "21,4 kWh"}},
		Chart: report.Chart{Title: "Consumo de los últimos días", Unit: "kWh", Bars: []report.Bar{{Label: "lunes", Text: "3,5", Value: 3.5}, {Label: "martes", Text: "0", Value: 0}}},
		Note:  "De dónde vienen las cifras.",
	}
}

func TestAReportIsOnePageWithWordsAndBars(t *testing.T) {
	drawn, err := pdf.New().Render(context.Background(), page())
	require.NoError(t, err)
	require.Equal(t, 1, pages(drawn))
	content := inflate(t, drawn)
	require.Contains(t, content, glyphs("Salón Ñandú"))
	require.Contains(t, content, glyphs("21,4 kWh"))
	require.GreaterOrEqual(t, strings.Count(content, " re f"), 4, "the band, a card and two bars")
}

func TestTheSameReportGivesTheSameBytes(t *testing.T) {
	a, err := pdf.New().Render(context.Background(), page())
	require.NoError(t, err)
	b, err := pdf.New().Render(context.Background(), page())
	require.NoError(t, err)
	require.Equal(t, a, b)
}

func TestALongReportStaysOnOnePage(t *testing.T) {
	r := page()
	r.Title = strings.Repeat("Laboratorio de una facultad con un nombre largo ", 8)
	for i := range 30 {
		name := fmt.Sprintf("Equipo %d de un laboratorio con un nombre muy largo", i)
		r.Text = append(r.Text, name+": "+strings.Repeat("apagar al terminar y revisar. ", 12))
		r.Chart.Bars = append(r.Chart.Bars, report.Bar{Label: name, Text: "1.234,5", Value: float64(i)})
	}
	drawn, err := pdf.New().Render(context.Background(), r)
	require.NoError(t, err)
	require.Equal(t, 1, pages(drawn))
	require.Contains(t, inflate(t, drawn), glyphs("De dónde vienen"), "the note is still on the page")
}

func pages(document []byte) int {
	return len(regexp.MustCompile(`/Type /Page\b`).FindAll(document, -1))
}

// glyphs returns a text as the document encodes it: two bytes per character.
func glyphs(text string) string {
	var b strings.Builder
	for _, r := range text {
		b.WriteByte(byte(r >> 8))
		b.WriteByte(byte(r))
	}
	return b.String()
}

// inflate returns the decompressed streams of a document.
func inflate(t *testing.T, document []byte) string {
	t.Helper()
	var all bytes.Buffer
	for rest := document; ; {
		_, after, found := bytes.Cut(rest, []byte("stream\n"))
		if !found {
			return all.String()
		}
		if z, err := zlib.NewReader(bytes.NewReader(after)); err == nil {
			_, _ = io.Copy(&all, z)
		}
		rest = after
	}
}

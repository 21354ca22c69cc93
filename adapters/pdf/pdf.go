// Package pdf renders reports as one-page PDF documents.
package pdf

import (
	"bytes"
	"context"
	"strings"

	"codeberg.org/go-pdf/fpdf"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"

	"github.com/holotwin/holotwin/modules/advice/report"
)

// Renderer renders on A4 in the Go typeface, which has every accent of both languages.
type Renderer struct{}

// New returns a renderer.
func New() Renderer { return Renderer{} }

var _ report.Renderer = Renderer{}

// Measures in mm.
const (
	width, height = 210.0, 297.0
	margin        = 18.0
	inner         = width - 2*margin
	chartHeight   = 62.0
	footer        = 16.0
)

// Colours of text, secondary text, bars and backgrounds.
var (
	ink        = [3]int{28, 36, 43}
	secondary  = [3]int{96, 108, 118}
	accent     = [3]int{0, 112, 96}
	background = [3]int{238, 244, 242}
)

// Render returns a report as PDF. The same report gives the same bytes.
func (Renderer) Render(_ context.Context, r report.Document) ([]byte, error) {
	d := fpdf.New("P", "mm", "A4", "")
	d.SetCreationDate(r.Made)
	d.SetModificationDate(r.Made)
	d.SetCatalogSort(true)
	d.SetTitle(r.Title, true)
	d.SetCreator("HoloTwin", true)
	d.SetLang(string(r.Language))
	d.AddUTF8FontFromBytes("go", "", goregular.TTF)
	d.AddUTF8FontFromBytes("go", "B", gobold.TTF)
	d.SetMargins(margin, margin, margin)
	d.SetAutoPageBreak(false, 0)
	d.AddPage()
	p := page{d}
	p.head(r)
	p.figures(r.Figures)
	p.chart(r.Chart)
	p.tables(r.Tables)
	p.text(r.Text)
	p.foot(r.Note)
	var out bytes.Buffer
	err := d.Output(&out)
	return out.Bytes(), err
}

// page is a document with its one page open.
type page struct{ *fpdf.Fpdf }

func (p page) ink(c [3]int)  { p.SetTextColor(c[0], c[1], c[2]) }
func (p page) fill(c [3]int) { p.SetFillColor(c[0], c[1], c[2]) }

func (p page) head(r report.Document) {
	p.fill(accent)
	p.Rect(0, 0, width, 5, "F")
	p.SetXY(margin, 14)
	p.SetFont("go", "B", 10)
	p.ink(accent)
	p.CellFormat(inner/2, 6, "HoloTwin", "", 0, "L", false, 0, "")
	p.SetFont("go", "", 9)
	p.ink(secondary)
	p.CellFormat(inner/2, 6, r.MadeAt, "", 1, "R", false, 0, "")
	p.SetXY(margin, 23)
	p.ink(ink)
	p.SetFont("go", "B", p.sizeFor(r.Title, 20, 12, 2))
	p.MultiCell(inner, 9, p.firstLines(r.Title, 2), "", "L", false)
	p.SetY(p.GetY() + 4)
}

// sizeFor returns the largest font size, between from and to, at which a text takes at most lines lines.
func (p page) sizeFor(text string, from, to float64, lines int) float64 {
	for size := from; size > to; size-- {
		p.SetFont("go", "B", size)
		if len(p.SplitText(text, inner)) <= lines {
			return size
		}
	}
	return to
}

// firstLines returns a text's first lines in the current font.
func (p page) firstLines(text string, lines int) string {
	split := p.SplitText(text, inner)
	if len(split) <= lines {
		return text
	}
	kept := strings.Join(split[:lines], " ")
	for len(p.SplitText(kept+" …", inner)) > lines {
		kept = kept[:strings.LastIndexByte(kept, ' ')]
	}
	return kept + " …"
}

// figures draws up to four numbers side by side.
func (p page) figures(all []report.Figure) {
	if len(all) == 0 {
		return
	}
	const gap, tall = 4.0, 20.0
	all = all[:min(4, len(all))]
	each := (inner - gap*float64(len(all)-1)) / float64(len(all))
	y := p.GetY()
	for i, f := range all {
		x := margin + float64(i)*(each+gap)
		p.fill(background)
		p.Rect(x, y, each, tall, "F")
		p.SetXY(x+3, y+2.5)
		p.SetFont("go", "", 7.5)
		p.ink(secondary)
		p.MultiCell(each-6, 3.4, f.Label, "", "L", false)
		p.SetXY(x+3, y+tall-8.5)
		p.ink(ink)
		p.SetFont("go", "B", p.fit(f.Value, each-6, 13))
		p.CellFormat(each-6, 6, f.Value, "", 0, "L", false, 0, "")
	}
	p.SetXY(margin, y+tall+7)
}

// fit returns the largest font size at which a text fits a width on one line.
func (p page) fit(text string, wide, from float64) float64 {
	for size := from; size > 5; size -= 0.5 {
		p.SetFont("go", "B", size)
		if p.GetStringWidth(text) <= wide {
			return size
		}
	}
	return 5
}

// text draws the paragraphs as large as the page allows.
func (p page) text(paragraphs []string) {
	room := height - footer - p.GetY() - 4
	size := 10.5
	for ; size > 6 && p.heightOf(paragraphs, size) > room; size -= 0.5 {
	}
	p.SetFont("go", "", size)
	p.ink(ink)
	line := lineOf(size)
	for _, paragraph := range paragraphs {
		left := int((height - footer - p.GetY() - 2) / line)
		if left < 1 {
			return
		}
		p.SetX(margin)
		p.MultiCell(inner, line, p.firstLines(paragraph, left), "", "L", false)
		p.SetY(p.GetY() + line*0.55)
	}
}

func lineOf(size float64) float64 { return size * 0.47 }

// heightOf returns the height of paragraphs at a font size, in mm.
func (p page) heightOf(paragraphs []string, size float64) float64 {
	p.SetFont("go", "", size)
	sum := 0.0
	for _, paragraph := range paragraphs {
		sum += (float64(len(p.SplitText(paragraph, inner))) + 0.55) * lineOf(size)
	}
	return sum
}

func (p page) foot(note string) {
	p.SetXY(margin, height-footer)
	p.SetDrawColor(accent[0], accent[1], accent[2])
	p.Line(margin, height-footer, width-margin, height-footer)
	p.SetXY(margin, height-footer+2)
	p.SetFont("go", "", 7)
	p.ink(secondary)
	p.MultiCell(inner, 3.2, p.firstLines(note, 3), "", "L", false)
}

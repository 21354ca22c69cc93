package pdf

import (
	"github.com/holotwin/holotwin/modules/advice/report"
)

// rowHeight of a table, mm.
const rowHeight = 5.2

// tables draws tables below each other, with a wide first column and the others aligned right.
func (p page) tables(all []report.Table) {
	for _, t := range all {
		p.SetX(margin)
		p.SetFont("go", "B", 10)
		p.ink(ink)
		p.CellFormat(inner, 6.5, t.Title, "", 1, "L", false, 0, "")
		for i, row := range t.Rows {
			p.row(row, i%2 == 0)
		}
		p.SetY(p.GetY() + 3)
	}
}

func (p page) row(cells []string, shaded bool) {
	const first = 0.56
	p.fill(background)
	p.SetX(margin)
	for i, text := range cells {
		wide, align := inner*first, "L"
		if i > 0 {
			wide, align = inner*(1-first)/float64(len(cells)-1), "R"
		}
		p.ink(ink)
		p.SetFont("go", "", 8.5)
		p.CellFormat(wide, rowHeight, p.truncate(text, wide-2), "", 0, align, shaded, 0, "")
	}
	p.SetXY(margin, p.GetY()+rowHeight)
}

// truncate cuts a text to a width on one line.
func (p page) truncate(text string, wide float64) string {
	if p.GetStringWidth(text) <= wide {
		return text
	}
	runes := []rune(text)
	for len(runes) > 0 && p.GetStringWidth(string(runes)+"…") > wide {
		runes = runes[:len(runes)-1]
	}
	return string(runes) + "…"
}

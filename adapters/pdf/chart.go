package pdf

import (
	"github.com/holotwin/holotwin/modules/advice/report"
)

const (
	// Up to maxNumbered bars have numbers and labels. With more, only every labelEvery-th has a label. At most maxBars are drawn.
	maxNumbered, labelEvery, maxBars = 14, 5, 60
)

// chart draws bars from a line at zero, with their numbers on top.
func (p page) chart(c report.Chart) {
	if len(c.Bars) == 0 {
		return
	}
	bars := c.Bars[:min(maxBars, len(c.Bars))]
	p.SetX(margin)
	p.SetFont("go", "B", 10)
	p.ink(ink)
	p.CellFormat(inner, 6, c.Title+" ("+c.Unit+")", "", 1, "L", false, 0, "")
	top := p.GetY() + 5
	base := top + chartHeight - 14
	highest := 0.0
	for _, b := range bars {
		highest = max(highest, b.Value)
	}
	slot := inner / float64(len(bars))
	for i, b := range bars {
		x := margin + float64(i)*slot
		tall := 0.0
		if highest > 0 {
			tall = max(0, b.Value) / highest * (base - top)
		}
		if len(bars) > maxNumbered {
			b.Text = ""
			if i%labelEvery != 0 {
				b.Label = ""
			}
		}
		p.bar(b, x, slot, base, tall)
	}
	p.SetDrawColor(secondary[0], secondary[1], secondary[2])
	p.Line(margin, base, width-margin, base)
	p.SetXY(margin, top+chartHeight-3)
}

// missing marks where nothing was measured: an empty, dashed box, unlike a bar of zero.
func (p page) missing(x, wide, base float64) {
	const tall = 3.0
	p.SetDrawColor(secondary[0], secondary[1], secondary[2])
	p.SetDashPattern([]float64{0.6, 0.6}, 0)
	p.Rect(x, base-tall, wide, tall, "D")
	p.SetDashPattern([]float64{}, 0)
}

func (p page) bar(b report.Bar, x, slot, base, tall float64) {
	const widest = 16.0
	wide := min(slot*0.62, widest)
	if b.Missing {
		p.missing(x+(slot-wide)/2, wide, base)
	} else {
		p.fill(accent)
		p.Rect(x+(slot-wide)/2, base-tall, wide, tall, "F")
	}
	if b.Text != "" {
		p.ink(ink)
		p.SetFont("go", "B", p.fit(b.Text, slot-1, 8))
		p.SetXY(x, base-tall-4.5)
		p.CellFormat(slot, 4, b.Text, "", 0, "C", false, 0, "")
	}
	if b.Label == "" {
		return
	}
	p.ink(secondary)
	p.SetFont("go", "", 7)
	lines := p.SplitText(b.Label, slot-1)
	if p.GetStringWidth(b.Label) < slot {
		lines = []string{b.Label}
	}
	for i, line := range lines[:min(3, len(lines))] {
		p.SetXY(x, base+1.5+float64(i)*3)
		p.CellFormat(slot, 3, line, "", 0, "C", false, 0, "")
	}
}

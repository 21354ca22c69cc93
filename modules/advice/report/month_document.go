package report

import (
	"context"
	"slices"

	"github.com/holotwin/holotwin/modules/advice"
	"github.com/holotwin/holotwin/modules/advice/savings"
	"github.com/holotwin/holotwin/modules/advice/text"
)

// MonthPDF draws a month as one page.
func (reporter *Reporter) MonthPDF(ctx context.Context, l text.Language, m Month) ([]byte, error) {
	now := advice.Now(reporter.clock)
	r := Document{
		Language: l, Title: text.MonthTitle(l, m.Space.Name, m.From), Made: now, MadeAt: now.Format("2006-01-02 15:04 UTC"), Note: text.MonthNote(l),
		Figures: m.figures(l), Tables: m.tables(l), Chart: Chart{Title: text.ChartMonth(l), Unit: "kWh"},
	}
	for _, d := range m.Days {
		bar := Bar{Label: d.Start.In(m.From.Location()).Format("02"), Text: l.Amount(d.KWh), Value: d.KWh, Missing: !d.Known}
		if bar.Missing {
			bar.Text = ""
		}
		r.Chart.Bars = append(r.Chart.Bars, bar)
	}
	r.Text = text.MonthText(l, text.MonthFacts{
		KWh: m.Beside.KWh, Before: m.Beside.Before, Share: m.Beside.Share, Comparable: m.Beside.Comparable, Coverage: m.Coverage, PeakKW: m.PeakKW, PeakAt: m.PeakAt.In(m.From.Location()),
	})
	if slices.ContainsFunc(m.Open, func(a advice.Advice) bool { return a.RestsOnHours() }) {
		r.Text = append(r.Text, text.MarkedHours(l))
	}
	r.Text = append(r.Text, text.Priced(l, m.tariff().Words(), m.lastRate().FootprintFactor.Words()))
	return reporter.renderer.Render(ctx, r)
}

func (m Month) figures(l text.Language) []Figure {
	return []Figure{
		{text.LabelMonthKWh(l), l.Amount(m.KWh) + " kWh"},
		{text.LabelWithTariff(l, text.LabelMonthCost(l), m.tariff().Words()), l.Number(m.Cost, 0) + " " + m.Currency},
		{text.LabelWithFactor(l, text.LabelMonthCO2(l), m.lastRate().FootprintFactor.Words()), l.Amount(m.CO2Kg) + " kg"},
		{text.LabelMonthPeak(l), text.KilowattsOrNone(l, m.PeakKW)},
	}
}

func (m Month) tables(l text.Language) []Table {
	var devices, open, proven [][]string
	for _, d := range m.Devices {
		devices = append(devices, []string{d.Name, l.Amount(d.KWh) + " kWh", l.Number(100*d.KWh/m.KWh, 1) + " %"})
	}
	for _, r := range m.Open {
		open = append(open, []string{
			text.Marked(r.Text(l).Title, r.RestsOnHours()), l.AtLeast(r.Finding.Saving.Low) + " kWh", l.Money(r.Money.CostLow, r.Money.Currency), text.Confidence(l, r.Finding.Confidence),
		})
	}
	for _, v := range m.Proven {
		saved := text.VerdictShort(l, string(v.Verdict))
		if v.Verdict == savings.Saved {
			saved = l.Energy(v.Saving.Avoided) + " kWh"
		}
		proven = append(proven, []string{v.Text(l).Title, saved, text.Between(l, v.Saving.Low, v.Saving.High, v.Verdict == savings.Saved)})
	}
	var tables []Table
	for _, t := range []Table{
		{text.TableDevices(l), devices}, {text.TableOpen(l), open}, {text.TableProven(l), proven},
	} {
		if len(t.Rows) > 0 {
			tables = append(tables, t)
		}
	}
	return tables
}

package advice

import (
	"context"
	"slices"

	"github.com/holotwin/holotwin/modules/advice/words"
)

// MonthPDF draws a month as one page.
func (a *Advisor) MonthPDF(ctx context.Context, l words.Language, m Month) ([]byte, error) {
	now := Now(a.Clock)
	r := Report{
		Language: l, Title: words.MonthTitle(l, m.Space.Name, m.From), Made: now, MadeAt: now.Format("2006-01-02 15:04 UTC"), Note: words.MonthNote(l),
		Figures: m.figures(l), Tables: m.tables(l), Chart: Chart{Title: words.ChartMonth(l), Unit: "kWh"},
	}
	for _, d := range m.Days {
		bar := Bar{Label: d.Start.In(m.From.Location()).Format("02"), Text: l.Amount(d.KWh), Value: d.KWh, Missing: !d.Known}
		if bar.Missing {
			bar.Text = ""
		}
		r.Chart.Bars = append(r.Chart.Bars, bar)
	}
	r.Text = words.MonthText(l, words.MonthFacts{
		KWh: m.Beside.KWh, Before: m.Beside.Before, Share: m.Beside.Share, Comparable: m.Beside.Comparable, Coverage: m.Coverage, PeakKW: m.PeakKW, PeakAt: m.PeakAt.In(m.From.Location()),
	})
	if slices.ContainsFunc(m.Open, func(a Advice) bool { return a.RestsOnHours() }) {
		r.Text = append(r.Text, words.MarkedHours(l))
	}
	r.Text = append(r.Text, words.Priced(l, m.tariff().Words(), m.lastRate().FootprintFactor.Words()))
	return a.Reports.Render(ctx, r)
}

func (m Month) figures(l words.Language) []ReportFigure {
	return []ReportFigure{
		{words.LabelMonthKWh(l), l.Amount(m.KWh) + " kWh"},
		{words.LabelWithTariff(l, words.LabelMonthCost(l), m.tariff().Words()), l.Number(m.Cost, 0) + " " + m.Currency},
		{words.LabelWithFactor(l, words.LabelMonthCO2(l), m.lastRate().FootprintFactor.Words()), l.Amount(m.CO2Kg) + " kg"},
		{words.LabelMonthPeak(l), words.KilowattsOrNone(l, m.PeakKW)},
	}
}

func (m Month) tables(l words.Language) []ReportTable {
	var devices, open, proven [][]string
	for _, d := range m.Devices {
		devices = append(devices, []string{d.Name, l.Amount(d.KWh) + " kWh", l.Number(100*d.KWh/m.KWh, 1) + " %"})
	}
	for _, r := range m.Open {
		open = append(open, []string{
			words.Marked(r.Text(l).Title, r.RestsOnHours()), l.AtLeast(r.Finding.Saving.Low) + " kWh", l.Money(r.Money.CostLow, r.Money.Currency), words.Confidence(l, r.Finding.Confidence),
		})
	}
	for _, v := range m.Proven {
		saved := words.VerdictShort(l, string(v.Verdict))
		if v.Verdict == Saved {
			saved = l.Energy(v.Saving.Avoided) + " kWh"
		}
		proven = append(proven, []string{v.Text(l).Title, saved, words.Between(l, v.Saving.Low, v.Saving.High, v.Verdict == Saved)})
	}
	var tables []ReportTable
	for _, t := range []ReportTable{
		{words.TableDevices(l), devices}, {words.TableOpen(l), open}, {words.TableProven(l), proven},
	} {
		if len(t.Rows) > 0 {
			tables = append(tables, t)
		}
	}
	return tables
}

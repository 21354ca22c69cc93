package advice

import (
	"context"
	"time"

	"github.com/holotwin/holotwin/modules/advice/figure"
	"github.com/holotwin/holotwin/modules/advice/words"
)

// reportLife is how long a report may be fetched; of each caller the newest mostReports are kept, some 24 kB each.
const (
	reportLife  = 30 * 24 * time.Hour
	mostReports = 100
)

// KeepReport makes a report of an answer and keeps it for thirty days, unless its caller makes too many.
func (a *Advisor) KeepReport(ctx context.Context, caller Caller, l words.Language, out Counsel) (Report, error) {
	now := Now(a.Clock)
	r := Report{
		ID: a.NewID("rep"), By: caller.Subject, Language: l, Title: words.ReportTitle(l, out.Visit.Room), Made: now, MadeAt: now.Format("2006-01-02 15:04 UTC"),
		Text: out.paragraphs(l), Figures: out.figures(l), Chart: out.chart(l), Note: words.ReportNote(l),
	}
	if out.Known != nil {
		r.Space = out.Known.ID
	}
	return r, a.Archive.KeepReport(ctx, r, now.Add(-reportLife), mostReports)
}

// ReportPDF draws a report that was kept. Errors: ErrForbidden, ErrNotFound.
func (a *Advisor) ReportPDF(ctx context.Context, caller Caller, id string) ([]byte, error) {
	if !caller.MayRead() {
		return nil, ErrForbidden{}
	}
	r, found, err := a.Archive.Report(ctx, id)
	if err != nil {
		return nil, err
	}
	if found && r.Space != "" {
		c, err := a.Directory.Campus(ctx)
		if err != nil {
			return nil, err
		}
		found = c.Sees(caller, r.Space)
	}
	if !found || r.Made.Before(Now(a.Clock).Add(-reportLife)) {
		return nil, ErrNotFound{"report", id}
	}
	return a.Reports.Render(ctx, r)
}

// figures are the report's numbers.
func (out Counsel) figures(l words.Language) []ReportFigure {
	list := []ReportFigure{{words.LabelReported(l), l.Amount(out.Visit.KWh) + " kWh"}}
	if out.TypicalKWh > 0 {
		list = append(list, ReportFigure{words.LabelTypical(l), l.Amount(out.TypicalKWh) + " kWh"})
	}
	if k := out.Known; k != nil && k.DayCount > 0 {
		list = append(list, ReportFigure{words.LabelMeasured(l), l.Amount(k.DayKWh) + " kWh"})
	}
	low, cost, currency, tariff := 0.0, 0.0, "", Tariff{}
	for _, s := range out.Standing {
		tariff = s.Money.Of()
		low, cost, currency = low+figure.Promise(s.Finding.Saving.Low), cost+figure.PromisedMoney(s.Money.CostLow), s.Money.Currency
	}
	if low > 0 {
		list = append(list, ReportFigure{words.LabelSaving(l), l.AtLeast(low) + " kWh"})
	}
	if cost >= 1 {
		list = append(list, ReportFigure{words.LabelWithTariff(l, words.LabelMoney(l), tariff.Words()), l.Money(cost, currency)})
	}
	return list
}

// chart draws the last days of a room of the campus, and of any other what its devices typically use.
func (out Counsel) chart(l words.Language) Chart {
	if k := out.Known; k != nil && len(k.Days) > 0 {
		c := Chart{Title: words.ChartDays(l), Unit: "kWh"}
		for _, d := range k.Days {
			c.Bars = append(c.Bars, Bar{Label: d.Date, Text: l.Amount(d.KWh), Value: d.KWh})
		}
		return c
	}
	c := Chart{Title: words.ChartDevices(l, dayHours), Unit: "kWh"}
	for _, d := range out.Devices {
		if kwh := d.Typical.dayKWh(); kwh > 0 {
			c.Bars = append(c.Bars, Bar{Label: d.Name, Text: l.Amount(kwh), Value: kwh})
		}
	}
	if len(c.Bars) == 0 {
		c.Bars = []Bar{{Label: out.Visit.Room, Text: l.Amount(out.Visit.KWh), Value: out.Visit.KWh}}
		c.Title = words.LabelReported(l)
	}
	return c
}

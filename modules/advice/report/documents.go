package report

import (
	"context"
	"time"

	"github.com/holotwin/holotwin/modules/advice"
	"github.com/holotwin/holotwin/modules/advice/figure"
	"github.com/holotwin/holotwin/modules/advice/text"
)

// documentLife is how long a document can be fetched; maxDocuments is how many are stored for each caller, the newest, some 24 kB each.
const (
	documentLife = 30 * 24 * time.Hour
	maxDocuments = 100
)

// StoreDocument creates a document of the advice for a room. It is stored for documentLife, or until its caller has created maxDocuments
// newer ones.
func (reporter *Reporter) StoreDocument(ctx context.Context, caller advice.Caller, l text.Language, out RoomAdvice) (Document, error) {
	now := advice.Now(reporter.clock)
	r := Document{
		ID: reporter.newID("rep"), By: caller.Subject, Language: l, Title: text.ReportTitle(l, out.Question.Room), Made: now, MadeAt: now.Format("2006-01-02 15:04 UTC"),
		Text: out.paragraphs(l), Figures: out.figures(l), Chart: out.chart(l), Note: text.ReportNote(l),
	}
	if out.Measured != nil {
		r.Space = out.Measured.ID
	}
	return r, reporter.archive.KeepReport(ctx, r, now.Add(-documentLife), maxDocuments)
}

// DocumentPDF draws a stored document. Errors: ErrForbidden, ErrNotFound.
func (reporter *Reporter) DocumentPDF(ctx context.Context, caller advice.Caller, id string) ([]byte, error) {
	if !caller.MayRead() {
		return nil, advice.ErrForbidden{}
	}
	r, found, err := reporter.archive.Report(ctx, id)
	if err != nil {
		return nil, err
	}
	if found && r.Space != "" {
		c, err := reporter.directory.Campus(ctx)
		if err != nil {
			return nil, err
		}
		found = c.Sees(caller, r.Space)
	}
	if !found || r.Made.Before(advice.Now(reporter.clock).Add(-documentLife)) {
		return nil, advice.ErrNotFound{Kind: "report", ID: id}
	}
	return reporter.renderer.Render(ctx, r)
}

// figures returns the document's numbers.
func (out RoomAdvice) figures(l text.Language) []Figure {
	list := []Figure{{text.LabelReported(l), l.Amount(out.Question.KWh) + " kWh"}}
	if out.TypicalKWh > 0 {
		list = append(list, Figure{text.LabelTypical(l), l.Amount(out.TypicalKWh) + " kWh"})
	}
	if k := out.Measured; k != nil && k.DayCount > 0 {
		list = append(list, Figure{text.LabelMeasured(l), l.Amount(k.DayKWh) + " kWh"})
	}
	low, cost, currency, tariff := 0.0, 0.0, "", advice.Tariff{}
	for _, s := range out.Recommendations {
		tariff = s.Money.NamedTariff()
		low, cost, currency = low+figure.Promise(s.Finding.Saving.Low), cost+figure.PromisedMoney(s.Money.CostLow), s.Money.Currency
	}
	if low > 0 {
		list = append(list, Figure{text.LabelSaving(l), l.AtLeast(low) + " kWh"})
	}
	if cost >= 1 {
		list = append(list, Figure{text.LabelWithTariff(l, text.LabelMoney(l), tariff.Words()), l.Money(cost, currency)})
	}
	return list
}

// chart shows the last days if the room is one of the campus, or else the typical use of its devices.
func (out RoomAdvice) chart(l text.Language) Chart {
	if k := out.Measured; k != nil && len(k.Days) > 0 {
		c := Chart{Title: text.ChartDays(l), Unit: "kWh"}
		for _, d := range k.Days {
			c.Bars = append(c.Bars, Bar{Label: d.Date, Text: l.Amount(d.KWh), Value: d.KWh})
		}
		return c
	}
	c := Chart{Title: text.ChartDevices(l, dayHours), Unit: "kWh"}
	for _, d := range out.Devices {
		if kwh := d.Typical.dayKWh(); kwh > 0 {
			c.Bars = append(c.Bars, Bar{Label: d.Name, Text: l.Amount(kwh), Value: kwh})
		}
	}
	if len(c.Bars) == 0 {
		c.Bars = []Bar{{Label: out.Question.Room, Text: l.Amount(out.Question.KWh), Value: out.Question.KWh}}
		c.Title = text.LabelReported(l)
	}
	return c
}

package advice

import (
	"cmp"
	"context"
	"errors"
	"math"
	"slices"
	"time"

	"github.com/holotwin/holotwin/modules/advice/history"
	"github.com/holotwin/holotwin/modules/advice/words"
)

// Month is a space's month: its days, what used most, and what was and could be saved.
type Month struct {
	Space    Space
	From, To time.Time // To is the present hour where the month runs
	Complete bool
	Days     []MonthDay
	// KWh is what was measured, BeforeKWh what was in as many days of the month before; NaN where nothing was.
	KWh, BeforeKWh, Cost, CO2Kg float64
	Currency                    string
	PeakKW                      float64
	PeakAt                      time.Time
	// Coverage is the measured part of the time, 0 to 1.
	Coverage float64
	Devices  []DeviceMonth
	// Open are the best recommendations that are open or accepted, Proven what was saved by those done.
	Open   []Advice
	Proven []Verification
}

// MonthDay is a local day: kWh, money, kg of CO2, its highest quarter hour in kW and the measured part of it, 0 to 1.
type MonthDay struct {
	Date                     string // YYYY-MM-DD
	KWh, Cost, CO2Kg, PeakKW float64
	Coverage                 float64
	hours                    int
}

// DeviceMonth is a device's part of the month, kWh.
type DeviceMonth struct {
	ID, Name string
	KWh      float64
}

// Of a month's report.
const (
	shownDevices, shownAdvice = 5, 5
	// candidates are the devices with the highest usual use, among which the month's highest are sought.
	candidates = 30
)

// MonthOf sums a space's month, in its own zone, up; "" is the caller's own space or the first site. Errors: ErrForbidden, ErrNotFound, ErrNothingMeasured.
func (a *Advisor) MonthOf(ctx context.Context, caller Caller, space string, year int, month time.Month) (Month, error) {
	if !caller.MayRead() {
		return Month{}, ErrForbidden{}
	}
	c, err := a.campus(ctx)
	if err != nil {
		return Month{}, err
	}
	if space == "" {
		if space = caller.Space; space == "" && len(c.children[""]) > 0 {
			space = c.children[""][0]
		}
	}
	if !c.sees(caller, space) {
		return Month{}, ErrNotFound{"space", space}
	}
	zone := c.zone(space)
	m := Month{Space: c.spaces[space], From: time.Date(year, month, 1, 0, 0, 0, 0, zone), BeforeKWh: math.NaN()}
	m.To = m.From.AddDate(0, 1, 0)
	now := history.HourOf(a.now(), zone).In(zone)
	m.Complete = !now.Before(m.To)
	m.To = earliest(m.To, now)
	if !m.From.Before(m.To) {
		return m, ErrNothingMeasured{Target{m.Space.Kind, space}}
	}
	err = a.fillMonth(ctx, c, &m)
	if err == nil {
		err = errors.Join(a.fillDevices(ctx, c, &m), a.fillAdvice(ctx, c, caller, &m))
	}
	return m, err
}

// fillMonth reads the days, and the same days of the month before.
func (a *Advisor) fillMonth(ctx context.Context, c *campus, m *Month) error {
	t := Target{m.Space.Kind, m.Space.ID}
	uses, err := a.Consumption.Hours(ctx, t, m.From, m.To)
	if err != nil {
		return err
	}
	rates, err := a.Prices.Rates(ctx, m.Space.ID, m.From, m.To)
	if err != nil {
		return err
	}
	m.Currency = rateAt(rates, m.From).Currency
	zone := c.zone(m.Space.ID)
	days := make(map[string]*MonthDay)
	for at := m.From; at.Before(m.To); at = at.Add(time.Hour) {
		date := at.In(zone).Format(time.DateOnly)
		if days[date] == nil {
			days[date] = &MonthDay{Date: date}
			m.Days = append(m.Days, MonthDay{Date: date})
		}
		days[date].hours++
	}
	for _, u := range uses {
		d, rate := days[u.Start.In(zone).Format(time.DateOnly)], rateAt(rates, u.Start)
		if d == nil {
			continue
		}
		d.KWh, d.Cost, d.CO2Kg = d.KWh+u.KWh, d.Cost+u.KWh*rate.Price, d.CO2Kg+u.KWh*rate.Footprint
		highest := max(u.PeakKW, u.KWh)
		d.PeakKW = max(d.PeakKW, highest)
		if highest > m.PeakKW {
			m.PeakKW, m.PeakAt = highest, u.Start
		}
		d.Coverage += u.Coverage
	}
	for i := range m.Days {
		d := days[m.Days[i].Date]
		m.Coverage += d.Coverage / m.To.Sub(m.From).Hours()
		d.Coverage /= float64(d.hours)
		m.Days[i] = *d
		m.KWh, m.Cost, m.CO2Kg = m.KWh+m.Days[i].KWh, m.Cost+m.Days[i].Cost, m.CO2Kg+m.Days[i].CO2Kg
	}
	if m.Coverage == 0 {
		return ErrNothingMeasured{t}
	}
	before, err := a.Consumption.Hours(ctx, t, m.From.AddDate(0, -1, 0), earliest(m.From, m.To.AddDate(0, -1, 0)))
	if len(before) > 0 {
		m.BeforeKWh = 0
	}
	for _, u := range before {
		m.BeforeKWh += u.KWh
	}
	return err
}

// fillDevices finds the devices that used most, among those that usually do.
func (a *Advisor) fillDevices(ctx context.Context, c *campus, m *Month) error {
	analyses, err := a.Analyses.Analyses(ctx)
	if err != nil {
		return err
	}
	inside := c.inside(Target{m.Space.Kind, m.Space.ID})
	analyses = slices.DeleteFunc(analyses, func(x Analysis) bool {
		return x.Target.Level != OfDevice || !inside[x.Target] || len(c.behind[x.Target.ID]) > 0
	})
	slices.SortStableFunc(analyses, func(x, y Analysis) int { return cmp.Compare(y.UseKWh, x.UseKWh) })
	for _, x := range analyses[:min(candidates, len(analyses))] {
		uses, err := a.Consumption.Hours(ctx, x.Target, m.From, m.To)
		if err != nil {
			return err
		}
		d := DeviceMonth{ID: x.Target.ID, Name: c.devices[x.Target.ID].Name}
		for _, u := range uses {
			d.KWh += u.KWh
		}
		if d.KWh > 0 {
			m.Devices = append(m.Devices, d)
		}
	}
	slices.SortFunc(m.Devices, func(x, y DeviceMonth) int { return cmp.Or(cmp.Compare(y.KWh, x.KWh), cmp.Compare(x.ID, y.ID)) })
	m.Devices = m.Devices[:min(shownDevices, len(m.Devices))]
	return nil
}

// fillAdvice reads what stands recommended, and what was saved.
func (a *Advisor) fillAdvice(ctx context.Context, c *campus, caller Caller, m *Month) error {
	all, err := a.List(ctx, caller, Query{Space: m.Space.ID})
	if err != nil {
		return err
	}
	for _, r := range all.Items {
		switch r.Status {
		case Open, Accepted:
			if len(m.Open) < shownAdvice {
				m.Open = append(m.Open, r)
			}
		case Done, Verified:
			if len(m.Proven) >= shownAdvice {
				continue
			}
			v, err := a.verification(ctx, c, r.Recommendation)
			if err != nil {
				return err
			}
			m.Proven = append(m.Proven, v)
		case Dismissed:
		}
	}
	return nil
}

// MonthPDF draws a month as one page.
func (a *Advisor) MonthPDF(ctx context.Context, l words.Language, m Month) ([]byte, error) {
	now := a.now()
	r := Report{
		Language: l, Title: words.MonthTitle(l, m.Space.Name, m.From), Made: now, MadeAt: now.Format("2006-01-02 15:04 UTC"), Note: words.MonthNote(l),
		Figures: m.figures(l), Tables: m.tables(l), Chart: Chart{Title: words.ChartMonth(l), Unit: "kWh"},
	}
	for _, d := range m.Days {
		r.Chart.Bars = append(r.Chart.Bars, Bar{Label: d.Date[len("2006-01-"):], Text: l.Amount(d.KWh), Value: d.KWh})
	}
	r.Text = words.MonthText(l, words.MonthFacts{
		KWh: m.KWh, Before: m.BeforeKWh, Complete: m.Complete, Coverage: m.Coverage, PeakKW: m.PeakKW, PeakAt: m.PeakAt.In(m.From.Location()),
	})
	return a.Reports.Render(ctx, r)
}

func (m Month) figures(l words.Language) []ReportFigure {
	return []ReportFigure{
		{words.LabelMonthKWh(l), l.Amount(m.KWh) + " kWh"},
		{words.LabelMonthCost(l), l.Number(m.Cost, 0) + " " + m.Currency},
		{words.LabelMonthCO2(l), l.Amount(m.CO2Kg) + " kg"},
		{words.LabelMonthPeak(l), l.Amount(m.PeakKW) + " kW"},
	}
}

func (m Month) tables(l words.Language) []ReportTable {
	var devices, open, proven [][]string
	for _, d := range m.Devices {
		devices = append(devices, []string{d.Name, l.Amount(d.KWh) + " kWh", l.Number(100*d.KWh/m.KWh, 1) + " %"})
	}
	for _, r := range m.Open {
		open = append(open, []string{r.Text(l).Title, l.AtLeast(r.Finding.Saving.Low) + " kWh", l.Money(r.Money.CostLow, r.Money.Currency)})
	}
	for _, v := range m.Proven {
		saved := words.VerdictShort(l, string(v.Verdict))
		if v.Verdict == Saved {
			saved = l.Amount(v.Saving.Avoided) + " kWh"
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

package httpadvice

import (
	"time"

	"github.com/holotwin/holotwin/modules/advice/rules"
)

// Proof is where a recommendation was seen; it is exported since it is embedded in what the document shows.
type Proof struct {
	LastSeen *string `json:"last_seen" format:"date-time" doc:"The end of the last span; null where there is none"`
	Spans    []Span  `json:"spans" nullable:"false" doc:"The stretches of hours that count, oldest first; their kWh add up to the figure wasted. Empty where it has no instants of its own, such as a clock that is off"`
	Days     []Day   `json:"days" nullable:"false" doc:"The local dates of the window, oldest first, with what each was taken for"`
	Worst    []Hour  `json:"worst" nullable:"false" doc:"The hours of the span with the most kWh, with some on both sides; empty where whole days are weighed"`
}

// Span is a stretch of whole hours.
type Span struct {
	From string  `json:"from" format:"date-time"`
	To   string  `json:"to" format:"date-time"`
	KWh  float64 `json:"kwh" doc:"What was wasted in it; 0 for what saves no energy by itself, such as a peak"`
}

// Day is a local date.
type Day struct {
	Date     string   `json:"date" format:"date"`
	Kind     string   `json:"kind" enum:"working,closed,holiday,vacation" doc:"What it was taken for: working opens, closed never opens in that week, holiday is a public one, vacation lies outside terms or is closed in the calendar"`
	Measured bool     `json:"measured" doc:"Some of it was measured"`
	Seen     bool     `json:"seen"`
	Asked    bool     `json:"asked" doc:"It looks like a working day, and the calendar is asked: until somebody answers it counts as one"`
	KWh      *float64 `json:"kwh" doc:"Wasted on it; null where it was seen but is not told day by day"`
}

// Hour is what one hour used.
type Hour struct {
	Start       string   `json:"start" format:"date-time"`
	KWh         *float64 `json:"kwh" doc:"null where it was not measured"`
	ExpectedKWh *float64 `json:"expected_kwh" doc:"What it would have used without the waste; null outside the span"`
	WastedKWh   float64  `json:"wasted_kwh"`
}

func proofOf(p rules.Proof) Proof {
	out := Proof{Spans: []Span{}, Days: []Day{}, Worst: []Hour{}, LastSeen: lastSeen(p)}
	for _, s := range p.Spans {
		out.Spans = append(out.Spans, Span{From: instant(s.From), To: instant(s.To), KWh: rounded(s.KWh, energyDecimals)})
	}
	for _, d := range p.Days {
		out.Days = append(out.Days, Day{Date: dateOf(d.Date), Kind: string(d.Kind), Measured: d.Measured, Seen: d.Seen, Asked: d.Asked, KWh: d.KWh})
	}
	for i, h := range p.Worst.Hours {
		hour := Hour{Start: instant(p.Worst.From.Add(time.Duration(i) * time.Hour)), WastedKWh: rounded(h.Wasted, energyDecimals)}
		if h.Known {
			used, expected := rounded(h.Used, energyDecimals), rounded(h.Used-h.Wasted, energyDecimals)
			hour.KWh = &used
			if h.Wasted > 0 {
				hour.ExpectedKWh = &expected
			}
		}
		out.Worst = append(out.Worst, hour)
	}
	return out
}

// lastSeen is when the last span ends.
func lastSeen(p rules.Proof) *string {
	last := p.LastSeen()
	if last.IsZero() {
		return nil
	}
	text := instant(last)
	return &text
}

// dateOf is a date in days since 1970-01-01 as YYYY-MM-DD.
func dateOf(days int) string { return dayOf(days).Format(time.DateOnly) }

func dayOf(days int) time.Time { return time.Unix(0, 0).UTC().AddDate(0, 0, days) }

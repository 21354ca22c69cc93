package httpadvice

import (
	"time"

	"github.com/holotwin/holotwin/modules/advice/rules"
)

// Proof is when the waste was detected. It is exported because huma documents only exported embedded structs.
type Proof struct {
	LastSeen *string `json:"last_seen" format:"date-time" doc:"The end of the last span; null if there is none"`
	Spans    []Span  `json:"spans" nullable:"false" doc:"The periods with waste, oldest first; their kWh add up to the figure wasted. Empty if the finding has no instants of its own, for example a wrong clock"`
	Days     []Day   `json:"days" nullable:"false" doc:"The local dates of the window, oldest first, and how each was classified"`
	Worst    []Hour  `json:"worst" nullable:"false" doc:"The hours of the span with the most kWh, and some hours before and after it; empty if the rule compares whole days"`
}

// Span is a period of whole hours.
type Span struct {
	From string  `json:"from" format:"date-time"`
	To   string  `json:"to" format:"date-time"`
	KWh  float64 `json:"kwh" doc:"Energy wasted in the span; 0 if the measure saves no energy by itself, for example for a peak"`
}

// Day is a local date.
type Day struct {
	Date     string   `json:"date" format:"date"`
	Kind     string   `json:"kind" enum:"working,closed,holiday,vacation" doc:"working: open on this day; closed: never open on this weekday; holiday: a public holiday; vacation: outside the terms or closed in the calendar"`
	Measured bool     `json:"measured" doc:"True if part of the day was measured"`
	Seen     bool     `json:"seen"`
	Asked    bool     `json:"asked" doc:"True if the day is closed but looks like a working day, so there is a question about it; it counts as a working day until a person answers"`
	KWh      *float64 `json:"kwh" doc:"Energy wasted on the day; null if waste was detected but is not split by day"`
}

// Hour is the energy use of an hour.
type Hour struct {
	Start       string   `json:"start" format:"date-time"`
	KWh         *float64 `json:"kwh" doc:"null if the hour was not measured"`
	ExpectedKWh *float64 `json:"expected_kwh" doc:"Expected use without the waste; null outside the span"`
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

// lastSeen returns the end of the last span; nil if there is none.
func lastSeen(p rules.Proof) *string {
	last := p.LastSeen()
	if last.IsZero() {
		return nil
	}
	text := instant(last)
	return &text
}

// dateOf formats a date, in days since 1970-01-01, as YYYY-MM-DD.
func dateOf(days int) string { return dayOf(days).Format(time.DateOnly) }

func dayOf(days int) time.Time { return time.Unix(0, 0).UTC().AddDate(0, 0, days) }

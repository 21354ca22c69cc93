package remote

import (
	"context"
	"math"
	"time"

	"github.com/holotwin/holotwin/modules/advice"
	"github.com/holotwin/holotwin/modules/advice/history"
	"github.com/holotwin/holotwin/modules/advice/inputs"
	"github.com/holotwin/holotwin/platform/peer"
)

// placeAsked asks for what is known of a space or a device in a range.
type placeAsked struct {
	ID   string
	Span span
}

// wireAmbient are hours as columns; NaN is not measured.
type wireAmbient struct {
	Start                  []int64
	Temperature, Occupancy []float64
}

type wireSpan struct {
	Span  span
	State string
}

// wireCalendar are hours as columns.
type wireCalendar struct {
	Open    []bool
	Day     []byte
	Assumed bool
}

var (
	ambientCall  = peer.Call[placeAsked, wireAmbient]{Module: ofEnergy, Name: "ambient"}
	statesCall   = peer.Call[placeAsked, []wireSpan]{Module: ofEnergy, Name: "states"}
	calendarCall = peer.Call[placeAsked, wireCalendar]{Module: ofEnergy, Name: "calendar"}
)

// Conditions implements the advice module's ports Ambience, States and Calendar.
type Conditions struct{ Client *peer.Client }

var (
	_ advice.Ambience = Conditions{}
	_ inputs.States   = Conditions{}
	_ advice.Calendar = Conditions{}
)

// AmbientHours returns the hourly means of a space's own readings, for a site filled from the weather service.
func (c Conditions) AmbientHours(ctx context.Context, space string, from, to time.Time) ([]advice.AmbientHour, error) {
	answer, err := askForAdvice(ctx, c.Client, ambientCall, placeAsked{space, spanOf(from, to)})
	if err != nil {
		return nil, err
	}
	hours := make([]advice.AmbientHour, len(answer.Start))
	for i := range hours {
		hours[i] = advice.AmbientHour{Start: instantOf(answer.Start[i]), Temperature: valueOf(answer.Temperature[i]), Occupancy: valueOf(answer.Occupancy[i])}
	}
	return hours, nil
}

func valueOf(sent float64) *float64 {
	if math.IsNaN(sent) {
		return nil
	}
	return &sent
}

func numberOf(value *float64) float64 {
	if value == nil {
		return math.NaN()
	}
	return *value
}

// Spans returns the states of a device.
func (c Conditions) Spans(ctx context.Context, device string, from, to time.Time) ([]history.Span, error) {
	answer, err := askForAdvice(ctx, c.Client, statesCall, placeAsked{device, spanOf(from, to)})
	if err != nil {
		return nil, err
	}
	spans := make([]history.Span, len(answer))
	for i, s := range answer {
		spans[i] = history.Span{From: s.Span.from(), To: s.Span.to(), State: history.State(s.State)}
	}
	return spans, nil
}

// CalendarHours returns the calendar's state of each hour. assumed is true if the space has no opening hours of its own.
func (c Conditions) CalendarHours(ctx context.Context, space string, from, to time.Time) (hours []history.CalendarHour, assumed bool, err error) {
	answer, err := askForAdvice(ctx, c.Client, calendarCall, placeAsked{space, spanOf(from, to)})
	if err != nil {
		return nil, false, err
	}
	hours = make([]history.CalendarHour, len(answer.Open))
	for i := range hours {
		hours[i] = history.CalendarHour{Open: answer.Open[i], Day: history.DayKind(answer.Day[i])}
	}
	return hours, answer.Assumed, nil
}

// answerConditions makes a server answer with the conditions that the energy module knows.
func answerConditions(s *peer.Server, ambience advice.Ambience, states inputs.States, calendar advice.Calendar) {
	ambientCall.Answer(s, func(ctx context.Context, asked placeAsked) (wireAmbient, error) {
		hours, err := ambience.AmbientHours(ctx, asked.ID, asked.Span.from(), asked.Span.to())
		var sent wireAmbient
		for _, h := range hours {
			sent.Start = append(sent.Start, msOf(h.Start))
			sent.Temperature, sent.Occupancy = append(sent.Temperature, numberOf(h.Temperature)), append(sent.Occupancy, numberOf(h.Occupancy))
		}
		return sent, err
	})
	statesCall.Answer(s, func(ctx context.Context, asked placeAsked) ([]wireSpan, error) {
		spans, err := states.Spans(ctx, asked.ID, asked.Span.from(), asked.Span.to())
		sent := make([]wireSpan, len(spans))
		for i, p := range spans {
			sent[i] = wireSpan{spanOf(p.From, p.To), string(p.State)}
		}
		return sent, err
	})
	calendarCall.Answer(s, func(ctx context.Context, asked placeAsked) (wireCalendar, error) {
		hours, assumed, err := calendar.CalendarHours(ctx, asked.ID, asked.Span.from(), asked.Span.to())
		sent := wireCalendar{Open: make([]bool, len(hours)), Day: make([]byte, len(hours)), Assumed: assumed}
		for i, h := range hours {
			sent.Open[i], sent.Day[i] = h.Open, byte(h.Day)
		}
		return sent, err
	})
}

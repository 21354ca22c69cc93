package remote

import (
	"context"
	"time"

	"github.com/holotwin/holotwin/modules/advice"
	"github.com/holotwin/holotwin/modules/advice/history"
	"github.com/holotwin/holotwin/platform/peer"
)

// useAsked asks for the use of a target in a range.
type useAsked struct {
	Target advice.Target
	Span   span
}

type besideAsked struct {
	Target advice.Target
	Span   span
	Days   int
}

type measuredAnswer struct {
	Span  span
	Found bool
}

// wireHours are hours of use as columns: a year is thousands of hours, and columns of numbers are fast to encode.
type wireHours struct {
	Start                            []int64
	KWh, Estimated, Coverage, PeakKW []float64
}

// wireDay is advice.DayUse.
type wireDay struct {
	Start                           int64
	Known                           bool
	KWh, Cost, CO2Kg                float64
	ExactKWh, ExactCost, ExactCO2Kg string
	PeakKW, Coverage, Weight        float64
}

var (
	measuredCall = peer.Call[advice.Target, measuredAnswer]{Module: ofEnergy, Name: "measured"}
	hoursCall    = peer.Call[useAsked, wireHours]{Module: ofEnergy, Name: "hours"}
	daysCall     = peer.Call[useAsked, []wireDay]{Module: ofEnergy, Name: "days"}
	totalCall    = peer.Call[useAsked, wireDay]{Module: ofEnergy, Name: "total"}
	besideCall   = peer.Call[besideAsked, advice.Beside]{Module: ofEnergy, Name: "beside"}
)

// Consumption implements the advice module's port.
type Consumption struct{ Client *peer.Client }

var _ advice.Consumption = Consumption{}

// Measured returns the start of a target's first measured hour and the end of its last one.
func (c Consumption) Measured(ctx context.Context, t advice.Target) (from, to time.Time, found bool, err error) {
	answer, err := askForAdvice(ctx, c.Client, measuredCall, t)
	if err != nil || !answer.Found {
		return time.Time{}, time.Time{}, false, err
	}
	return answer.Span.from(), answer.Span.to(), true, nil
}

// Hours returns a target's energy, one item per hour with data.
func (c Consumption) Hours(ctx context.Context, t advice.Target, from, to time.Time) ([]history.Use, error) {
	answer, err := askForAdvice(ctx, c.Client, hoursCall, useAsked{t, spanOf(from, to)})
	if err != nil {
		return nil, err
	}
	return answer.uses(), nil
}

func (w wireHours) uses() []history.Use {
	uses := make([]history.Use, len(w.Start))
	for i := range uses {
		uses[i] = history.Use{Start: instantOf(w.Start[i]), KWh: w.KWh[i], Estimated: w.Estimated[i], Coverage: w.Coverage[i], PeakKW: w.PeakKW[i]}
	}
	return uses
}

func hoursOf(uses []history.Use) wireHours {
	n := len(uses)
	columns := make([]float64, 4*n)
	w := wireHours{Start: make([]int64, n), KWh: columns[:n], Estimated: columns[n : 2*n], Coverage: columns[2*n : 3*n], PeakKW: columns[3*n:]}
	for i, u := range uses {
		w.Start[i], w.KWh[i], w.Estimated[i], w.Coverage[i], w.PeakKW[i] = msOf(u.Start), u.KWh, u.Estimated, u.Coverage, u.PeakKW
	}
	return w
}

// Days returns a target's use and cost, one item per day.
func (c Consumption) Days(ctx context.Context, t advice.Target, from, to time.Time) ([]advice.DayUse, error) {
	answer, err := askForAdvice(ctx, c.Client, daysCall, useAsked{t, spanOf(from, to)})
	if err != nil {
		return nil, err
	}
	days := make([]advice.DayUse, len(answer))
	for i, d := range answer {
		days[i] = d.use()
	}
	return days, nil
}

// Total returns a target's use in a range within one month.
func (c Consumption) Total(ctx context.Context, t advice.Target, from, to time.Time) (advice.DayUse, error) {
	answer, err := askForAdvice(ctx, c.Client, totalCall, useAsked{t, spanOf(from, to)})
	if err != nil {
		return advice.DayUse{}, err
	}
	return answer.use(), nil
}

func (w wireDay) use() advice.DayUse {
	return advice.DayUse{
		Start: instantOf(w.Start), Known: w.Known, KWh: w.KWh, Cost: w.Cost, CO2Kg: w.CO2Kg,
		Exact:  advice.ExactUse{KWh: w.ExactKWh, Cost: w.ExactCost, CO2Kg: w.ExactCO2Kg},
		PeakKW: w.PeakKW, Coverage: w.Coverage, Weight: w.Weight,
	}
}

func dayOf(u advice.DayUse) wireDay {
	return wireDay{
		Start: msOf(u.Start), Known: u.Known, KWh: u.KWh, Cost: u.Cost, CO2Kg: u.CO2Kg,
		ExactKWh: u.Exact.KWh, ExactCost: u.Exact.Cost, ExactCO2Kg: u.Exact.CO2Kg,
		PeakKW: u.PeakKW, Coverage: u.Coverage, Weight: u.Weight,
	}
}

// Beside compares a range with an earlier one, the given number of days before.
func (c Consumption) Beside(ctx context.Context, t advice.Target, from, to time.Time, days int) (advice.Beside, error) {
	return askForAdvice(ctx, c.Client, besideCall, besideAsked{t, spanOf(from, to), days})
}

// answerConsumption makes a server answer with the consumption of the energy module.
func answerConsumption(s *peer.Server, use advice.Consumption) {
	measuredCall.Answer(s, func(ctx context.Context, t advice.Target) (measuredAnswer, error) {
		from, to, found, err := use.Measured(ctx, t)
		return measuredAnswer{spanOf(from, to), found}, err
	})
	hoursCall.Answer(s, func(ctx context.Context, asked useAsked) (wireHours, error) {
		uses, err := use.Hours(ctx, asked.Target, asked.Span.from(), asked.Span.to())
		return hoursOf(uses), err
	})
	daysCall.Answer(s, func(ctx context.Context, asked useAsked) ([]wireDay, error) {
		days, err := use.Days(ctx, asked.Target, asked.Span.from(), asked.Span.to())
		sent := make([]wireDay, len(days))
		for i, d := range days {
			sent[i] = dayOf(d)
		}
		return sent, err
	})
	totalCall.Answer(s, func(ctx context.Context, asked useAsked) (wireDay, error) {
		total, err := use.Total(ctx, asked.Target, asked.Span.from(), asked.Span.to())
		return dayOf(total), err
	})
	besideCall.Answer(s, func(ctx context.Context, asked besideAsked) (advice.Beside, error) {
		return use.Beside(ctx, asked.Target, asked.Span.from(), asked.Span.to(), asked.Days)
	})
}

package remote

import (
	"context"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/usage"
	"github.com/holotwin/holotwin/platform/peer"
)

type monthEndAsked struct {
	Caller energy.Caller
	ID     string
	At     energy.Instant
}

type monthEndAnswer struct {
	Energy energy.Energy
	Known  bool
}

var monthEndCall = peer.Call[monthEndAsked, monthEndAnswer]{Module: ofAdvice, Name: "month-end"}

// Outlook implements the energy module's forecast port. While advice is away there is no forecast: an overview shows what was
// measured without it.
type Outlook struct{ Client *peer.Client }

var _ usage.MonthForecaster = Outlook{}

// MonthEnd returns the expected energy of a month, with the digits that the forecast shows. The bool is false if there is no forecast.
func (o Outlook) MonthEnd(ctx context.Context, caller energy.Caller, id string, at energy.Instant) (energy.Energy, bool, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	answer, err := ask(ctx, o.Client, monthEndCall, monthEndAsked{caller, id, at})
	if peer.IsAway(err) {
		return 0, false, nil
	}
	return answer.Energy, answer.Known, err
}

// AnswerOutlook makes a server answer with the forecast of the advice module.
func AnswerOutlook(s *peer.Server, forecaster usage.MonthForecaster) {
	monthEndCall.Answer(s, func(ctx context.Context, asked monthEndAsked) (monthEndAnswer, error) {
		e, known, err := forecaster.MonthEnd(ctx, asked.Caller, asked.ID, asked.At)
		return monthEndAnswer{e, known}, err
	})
}

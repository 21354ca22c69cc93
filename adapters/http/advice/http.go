// Package httpadvice serves the advice module over HTTP. Each file handles the subject that it is named after: it decodes the request,
// calls the module and encodes the answer.
package httpadvice

import (
	"context"
	"errors"
	"time"

	"github.com/holotwin/holotwin/modules/advice"
	"github.com/holotwin/holotwin/modules/advice/figure"
	"github.com/holotwin/holotwin/modules/advice/outlook"
	"github.com/holotwin/holotwin/modules/advice/questions"
	"github.com/holotwin/holotwin/modules/advice/recommendations"
	"github.com/holotwin/holotwin/modules/advice/report"
	"github.com/holotwin/holotwin/modules/advice/savings"
	"github.com/holotwin/holotwin/modules/advice/scenario"
	"github.com/holotwin/holotwin/modules/advice/schedule"
	"github.com/holotwin/holotwin/modules/advice/text"
	"github.com/holotwin/holotwin/platform/httpserver"
	"github.com/holotwin/holotwin/platform/problem"
)

// Handlers answer the advice module's routes.
type Handlers struct {
	Asker      *questions.Asker
	Forecaster *outlook.Forecaster
	Catalog    *recommendations.Catalog
	Verifier   *savings.Verifier
	Simulator  *scenario.Simulator
	Reporter   *report.Reporter
	Scheduler  *schedule.Scheduler
}

// Register adds the routes.
func (h *Handlers) Register(api *httpserver.API) {
	h.registerList(api)
	h.registerTotals(api)
	h.registerStatus(api)
	h.registerQuestions(api)
	h.registerEvidence(api)
	h.registerRoomAdvice(api)
	h.registerDocuments(api)
	h.registerBaseline(api)
	h.registerVerification(api)
	h.registerForecast(api)
	h.registerScenarios(api)
	h.registerRuns(api)
	h.registerAnomalies(api)
	h.registerJobs(api)
	h.registerMonth(api)
	h.registerComparison(api)
}

// callerOf returns the caller of a request.
func callerOf(ctx context.Context) advice.Caller {
	p := httpserver.PrincipalOf(ctx)
	return advice.Caller{Subject: p.Subject, Role: advice.Role(p.Role), Space: p.Space}
}

func languageOf(ctx context.Context) text.Language {
	return text.LanguageOf(httpserver.Language(ctx))
}

// problemOf returns the problem for an error of the module; nil for any other error.
func problemOf(err error) *problem.Problem {
	var invalid advice.ErrInvalid
	var transition advice.ErrTransition
	switch {
	case errors.As(err, &invalid):
		fields := make([]problem.Field, len(invalid.Flaws))
		for i, f := range invalid.Flaws {
			fields[i] = problem.Field{Field: f.Field, Rule: problem.Rule(f.Rule), Params: f.Args}
		}
		return problem.Invalid(fields...)
	case errors.As(err, &transition):
		return problem.New(problem.Conflict).With("from", string(transition.From)).With("to", string(transition.To))
	case errors.As(err, &scenario.ErrTooManyRuns{}):
		return problem.New(problem.Overloaded).After(5)
	case errors.As(err, &advice.ErrNothingMeasured{}):
		return problem.Invalid(problem.Field{Field: "from", Rule: problem.NotMeasured})
	case errors.As(err, &advice.ErrNotFound{}):
		return problem.New(problem.NotFound)
	case errors.As(err, &advice.ErrForbidden{}):
		return problem.New(problem.Forbidden)
	}
	return nil
}

// IDInput holds the id in the path.
type IDInput struct {
	ID string `path:"id" minLength:"1" maxLength:"64"`
}

// RemoveInput names an object to remove.
type RemoveInput struct {
	IDInput
	httpserver.DryRunInput
}

// instant is a point in time as RFC 3339 text, UTC.
func instant(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.999Z07:00") }

// rounded rounds a computed number in the same way as the texts do, so that its digits do not look more exact than the measurements.
func rounded(v float64, decimals int) float64 {
	return figure.Round(v, decimals)
}

// Decimals of the numbers in answers.
const (
	kwhDecimals   = 3
	moneyDecimals = 2
	otherDecimals = 4
	// energyDecimals keep energy in kWh exact to the mWh.
	energyDecimals = 6
)

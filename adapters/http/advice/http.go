// Package httpadvice is the advice module over HTTP: each file decodes, calls and encodes the subject that it is
// named after, and nothing else.
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

// callerOf is on whose behalf a request runs.
func callerOf(ctx context.Context) advice.Caller {
	p := httpserver.PrincipalOf(ctx)
	return advice.Caller{Subject: p.Subject, Role: advice.Role(p.Role), Space: p.Space}
}

func languageOf(ctx context.Context) text.Language {
	return text.LanguageOf(httpserver.Language(ctx))
}

// problemOf says which problem an error of the module is; nil for one that is not the module's.
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

// IDInput names a recommendation or report in the path.
type IDInput struct {
	ID string `path:"id" minLength:"1" maxLength:"64"`
}

// instant is a point in time as RFC 3339 text, UTC.
func instant(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.999Z07:00") }

// rounded keeps a number that was computed to so many decimals that nobody takes the rest for measured, by the rule of the words.
func rounded(v float64, decimals int) float64 {
	return figure.Round(v, decimals)
}

// Decimals of what leaves.
const (
	kwhDecimals   = 3
	moneyDecimals = 2
	otherDecimals = 4
	// energyDecimals are to the mWh.
	energyDecimals = 6
)

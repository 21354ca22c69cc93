package httpserver

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"github.com/holotwin/holotwin/platform/problem"
)

// Diagnosis is what a check of the installation found, in the caller's language.
type Diagnosis struct {
	Check  string `json:"check" doc:"What was checked, such as disk, clock or books"`
	Level  string `json:"level" enum:"ok,warning,fault"`
	Text   string `json:"text"`
	Action string `json:"action" doc:"What to do; empty if nothing is"`
}

// SelfChecks are the checks that this process runs in the background.
type SelfChecks struct {
	// Warnings returns the names of those that found something.
	Warnings func() []string
	// Diagnosis returns what each of them found last, in a language.
	Diagnosis func(language string) []Diagnosis
}

// WithSelfChecks sets the checks that /health/ready and /api/diagnostico report. It must be called before Operations.
func (a *API) WithSelfChecks(checks SelfChecks) { a.selfChecks = checks }

// DiagnosisBody is what the checks found last.
type DiagnosisBody struct {
	Items []Diagnosis `json:"items"`
}

type diagnosisOutput struct{ Body DiagnosisBody }

// registerDiagnosis adds /api/diagnostico.
func (a *API) registerDiagnosis() {
	Register(a, nil, huma.Operation{
		OperationID: "diagnosis", Method: "GET", Path: "/api/diagnostico", Summary: "Diagnóstico · Diagnosis",
		Description: "What the checks of the process that answers found last, every five minutes: database, clock, disk, journal, brokers, certificates, files, and whether totals equal their readings. " +
			"`holotwin doctor` runs the same checks at once. Only for administrators of the whole campus.",
		Tags: []string{"operations"}, Metadata: Allow(Admin),
	}, func(ctx context.Context, _ *struct{}) (*diagnosisOutput, error) {
		if PrincipalOf(ctx).Space != "" {
			return nil, problem.New(problem.Forbidden)
		}
		out := &diagnosisOutput{Body: DiagnosisBody{Items: []Diagnosis{}}}
		if a.selfChecks.Diagnosis != nil {
			out.Body.Items = append(out.Body.Items, a.selfChecks.Diagnosis(Language(ctx))...)
		}
		return out, nil
	})
}

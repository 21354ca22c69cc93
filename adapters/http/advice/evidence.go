package httpadvice

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/holotwin/holotwin/modules/advice"
	"github.com/holotwin/holotwin/modules/advice/text"
	"github.com/holotwin/holotwin/platform/httpserver"
)

func (h *Handlers) registerEvidence(api *httpserver.API) {
	httpserver.Register(api, problemOf, huma.Operation{
		OperationID: "getEvidence", Method: http.MethodGet, Path: "/api/recomendaciones/{id}/evidencia", Tags: []string{"advice"},
		Summary:     "Datos de una recomendación · Evidence of a recommendation",
		Description: "Reads the inputs and runs the rule again. `reproduced` is true if the inputs and the result are unchanged.",
		Metadata:    httpserver.Heavy(httpserver.Readers(), httpserver.Medium), Errors: []int{404},
	}, h.evidence)
}

// EvidenceBody is everything that a recommendation was computed from.
type EvidenceBody struct {
	ID      string  `json:"id"`
	Rule    string  `json:"rule"`
	Cause   string  `json:"cause,omitempty"`
	Version int     `json:"version"`
	Window  Period  `json:"window" doc:"The hours that the rule used"`
	Inputs  Inputs  `json:"inputs"`
	Formula string  `json:"formula"`
	Results Results `json:"results"`
	Proof
	Hash    string `json:"hash" doc:"SHA-256 of the rule, its version and its inputs in a canonical form"`
	HashNow string `json:"hash_now" doc:"The same hash for the current inputs"`
	// Reproduced is false if past data changed after the analysis.
	Reproduced bool    `json:"reproduced"`
	History    []Event `json:"history" doc:"Changes of its status"`
}

// Inputs describes the data that the rule read.
type Inputs struct {
	Level    string `json:"level"`
	TargetID string `json:"id"`
	From     string `json:"from" format:"date-time"`
	To       string `json:"to" format:"date-time"`
	AsOf     string `json:"as_of" format:"date-time" doc:"The hour of the analysis: its tariff and the calendar from then on were used"`
	Hours    int    `json:"hours"`
	Measured int    `json:"measured_hours"`
	TimeZone string `json:"time_zone"`
	Assumed  bool   `json:"hours_assumed" doc:"True if the space has no opening hours, so a typical week was assumed"`
	Series   string `json:"series" doc:"Path of the series of the readings"`
}

// Results are the computed figures.
type Results struct {
	Figures    []Figure `json:"figures"`
	Saving     Saving   `json:"saving"`
	Confidence float64  `json:"confidence"`
}

// Event is a change of status.
type Event struct {
	At   string `json:"at" format:"date-time"`
	From string `json:"from"`
	To   string `json:"to"`
	By   string `json:"by" doc:"The user's id; holotwin for an automatic change"`
	// Email is only for callers who may decide on recommendations.
	Email string `json:"by_email,omitempty" doc:"The user's address; absent for viewers, for automatic changes and for removed users"`
	Note  string `json:"note,omitempty"`
}

type evidenceOutput struct{ Body EvidenceBody }

func (h *Handlers) evidence(ctx context.Context, in *IDInput) (*evidenceOutput, error) {
	e, err := h.Catalog.Evidence(ctx, callerOf(ctx), in.ID)
	if err != nil {
		return nil, err
	}
	b, f := e.Basis, e.Finding
	out := &evidenceOutput{Body: EvidenceBody{
		ID: e.ID, Rule: string(f.Kind), Cause: f.Cause, Version: b.Version, Window: Period{From: instant(f.From), To: instant(f.To)},
		Inputs: Inputs{
			Level: string(e.Target.Level), TargetID: e.Target.ID, From: instant(b.From), To: instant(b.To), AsOf: instant(b.AsOf),
			Hours: b.Hours, Measured: b.Measured, TimeZone: e.Zone, Assumed: b.Assumed, Series: seriesPath(e.Advice),
		},
		Formula: text.Formula(languageOf(ctx), f.Formula),
		Proof:   proofOf(f.Proof),
		Results: Results{Figures: evidenceOf(e.Advice).Figures, Saving: savingOf(e.Advice), Confidence: f.Confidence},
		Hash:    b.Hash, HashNow: e.HashNow, Reproduced: e.Reproduced, History: []Event{},
	}}
	for _, event := range e.Events {
		out.Body.History = append(out.Body.History, Event{At: instant(event.At), From: string(event.From), To: string(event.To), By: event.By, Email: e.Emails[event.By], Note: event.Note})
	}
	return out, nil
}

func seriesPath(a advice.Advice) string {
	return "/api/consumo/serie?level=" + string(a.Target.Level) + "&id=" + a.Target.ID +
		"&from=" + instant(a.Basis.From) + "&to=" + instant(a.Basis.To) + "&bucket=hour"
}

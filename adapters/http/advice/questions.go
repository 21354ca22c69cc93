package httpadvice

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/holotwin/holotwin/modules/advice/questions"
	"github.com/holotwin/holotwin/modules/advice/text"
	"github.com/holotwin/holotwin/platform/httpserver"
)

func (h *Handlers) registerQuestions(api *httpserver.API) {
	tags := []string{"advice"}
	httpserver.Register(api, problemOf, huma.Operation{
		OperationID: "answerQuestion", Method: http.MethodPost, Path: "/api/recomendaciones/preguntas/{id}", Tags: tags,
		Summary: "Responder si un espacio estuvo abierto · Answer whether a space was open",
		Description: "Answers a question about closed days that look like working days (`questions` of the list). `opened: true` adds to the calendar that the space was open on them; with `false`, the energy used on them counts as waste. " +
			"With `days`, the answer applies only to these days. The recommendations are computed again. Sending the same answer again changes nothing; a different answer replaces it.",
		Metadata: httpserver.Managers(), Errors: []int{404},
	}, h.answerQuestion)
	httpserver.RegisterRemoval(api, problemOf, huma.Operation{
		OperationID: "takeAnswerBack", Path: "/api/recomendaciones/preguntas/{id}", Tags: tags,
		Summary:     "Deshacer la respuesta · Withdraw the answer",
		Description: "Removes the calendar entries of the answer. The question is then open again.",
		Metadata:    httpserver.Managers(), Errors: []int{404},
	}, h.withdrawal, h.withdrawAnswer)
}

// Question is a question about closed days in the calendar.
type Question struct {
	ID      string   `json:"id" example:"pre_k3v5q6m7x2c4b1a0"`
	SpaceID string   `json:"space_id"`
	Days    []string `json:"days" nullable:"false" doc:"YYYY-MM-DD, ascending"`
	Text    string   `json:"text"`
	Detail  string   `json:"detail" doc:"The reason for the question"`
}

func questionsOf(all []questions.Question, l text.Language) []Question {
	out := make([]Question, len(all))
	for i, q := range all {
		out[i] = Question{ID: q.ID, SpaceID: q.Space, Days: datesOf(q.Dates)}
		days := make([]time.Time, len(q.Dates))
		for k, date := range q.Dates {
			days[k] = dayOf(date)
		}
		out[i].Text, out[i].Detail = text.Question(l, q.Name, days, q.Of)
	}
	return out
}

func datesOf(days []int) []string {
	out := make([]string, len(days))
	for i, day := range days {
		out[i] = dateOf(day)
	}
	return out
}

type answerInput struct {
	IDInput
	Body struct {
		Opened bool     `json:"opened"`
		Days   []string `json:"days,omitempty" maxItems:"400" doc:"The days that the answer applies to, YYYY-MM-DD; default: all days of the question"`
	}
}

// AnsweredBody is a stored answer.
type AnsweredBody struct {
	ID              string   `json:"id"`
	SpaceID         string   `json:"space_id"`
	Opened          bool     `json:"opened"`
	Days            []string `json:"days" nullable:"false"`
	CalendarEntries []string `json:"calendar_entries" nullable:"false" doc:"The ids of the calendar entries that the answer created, of kind open"`
}

type answeredOutput struct{ Body AnsweredBody }

func (h *Handlers) answerQuestion(ctx context.Context, in *answerInput) (*answeredOutput, error) {
	a, err := h.Asker.Answer(ctx, callerOf(ctx), languageOf(ctx), in.ID, in.Body.Opened, in.Body.Days)
	if err != nil {
		return nil, err
	}
	return &answeredOutput{Body: AnsweredBody{
		ID: a.Question, SpaceID: a.Space, Opened: a.Opened, Days: datesOf(a.Dates), CalendarEntries: append([]string{}, a.Entries...),
	}}, nil
}

func (h *Handlers) withdrawal(ctx context.Context, in *RemoveInput) (httpserver.Removal, error) {
	deletes, err := h.Asker.Withdrawal(ctx, callerOf(ctx), in.ID)
	return httpserver.NewRemoval(deletes), err
}

func (h *Handlers) withdrawAnswer(ctx context.Context, in *RemoveInput) error {
	return h.Asker.Withdraw(ctx, callerOf(ctx), in.ID)
}

package httpadvice

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/holotwin/holotwin/modules/advice/baseline"
	"github.com/holotwin/holotwin/platform/httpserver"
)

func (h *Handlers) registerBaseline(api *httpserver.API) {
	httpserver.Register(api, problemOf, huma.Operation{
		OperationID: "getBaseline", Method: http.MethodGet, Path: "/api/linea-base", Tags: []string{"advice"},
		Summary:     "Línea base · Baseline",
		Description: "The use of a device or space that calendar and weather predict, and how accurate the prediction is for hours that were not used for the fit. If there is no baseline, `disqualified` lists the reasons.",
		Metadata:    httpserver.Heavy(httpserver.Readers(), httpserver.Medium), Errors: []int{404},
	}, h.baseline)
}

type baselineInput struct {
	ID    string `query:"id" required:"true" minLength:"1" maxLength:"64" doc:"The id of a device or space"`
	Hours int    `query:"hours" minimum:"1" maximum:"336" default:"336" doc:"Number of recent hours to return"`
}

// BaselineBody is a fitted baseline, or the reasons why there is none.
type BaselineBody struct {
	ID           string         `json:"id"`
	Level        string         `json:"level"`
	Model        *string        `json:"model" enum:"towt,mean_by_hour_of_week" doc:"towt: time of week and temperature; mean_by_hour_of_week: the mean of each hour of the week; null if disqualified"`
	From         *string        `json:"from" format:"date-time"`
	To           *string        `json:"to" format:"date-time"`
	CVRMSE       *float64       `json:"cvrmse" doc:"Error on test hours that were not used for the fit: every fourth fortnight if there is a full year of data, or else the first and the last quarter"`
	NMBE         *float64       `json:"nmbe"`
	R2           *float64       `json:"r2"`
	N            int            `json:"n" doc:"Number of test hours"`
	TrainCVRMSE  *float64       `json:"train_cvrmse"`
	TrainN       int            `json:"train_n"`
	Disqualified []string       `json:"disqualified" doc:"too_few_days, coverage_low, no_variation"`
	Notes        []string       `json:"notes" doc:"temperature_missing"`
	Hours        []BaselineHour `json:"hours" doc:"The most recent hours, at most two weeks"`
}

// BaselineHour is the measured and the expected use of an hour.
type BaselineHour struct {
	Start       string   `json:"start" format:"date-time"`
	KWh         *float64 `json:"kwh"`
	ExpectedKWh *float64 `json:"expected_kwh"`
	Low         *float64 `json:"low" doc:"low and high enclose eight of ten hours of the fit, widened by the additional error on the test hours"`
	High        *float64 `json:"high"`
}

type baselineOutput struct{ Body BaselineBody }

func (h *Handlers) baseline(ctx context.Context, in *baselineInput) (*baselineOutput, error) {
	e, err := h.Forecaster.Baseline(ctx, callerOf(ctx), in.ID)
	if err != nil {
		return nil, err
	}
	body := BaselineBody{
		ID: e.Target.ID, Level: string(e.Target.Level), Disqualified: codesOf(e.Fit.Disqualified), Notes: codesOf(e.Fit.Notes), Hours: []BaselineHour{},
	}
	if !e.To.IsZero() {
		from, to := instant(e.From), instant(e.To)
		body.From, body.To = &from, &to
	}
	if e.Fit.Model != nil {
		model := string(e.Fit.Model.Name())
		test := e.Fit.Test
		body.Model, body.N, body.TrainN = &model, test.N, e.Fit.Train.N
		body.CVRMSE, body.NMBE, body.R2 = roundedNumber(test.CVRMSE), roundedNumber(test.NMBE), roundedNumber(test.R2)
		body.TrainCVRMSE = roundedNumber(e.Fit.Train.CVRMSE)
	}
	for _, hour := range e.Hours[max(0, len(e.Hours)-in.Hours):] {
		body.Hours = append(body.Hours, BaselineHour{Start: instant(hour.Start), KWh: roundedEnergy(hour.Actual), ExpectedKWh: roundedEnergy(hour.Expected), Low: roundedEnergy(hour.Low), High: roundedEnergy(hour.High)})
	}
	return &baselineOutput{Body: body}, nil
}

func codesOf(codes []baseline.Code) []string {
	out := make([]string, len(codes))
	for i, c := range codes {
		out[i] = string(c)
	}
	return out
}

func roundedNumber(v float64) *float64 {
	v = rounded(v, otherDecimals)
	return &v
}

func roundedEnergy(v *float64) *float64 {
	if v == nil {
		return nil
	}
	return roundedNumber(*v)
}

package httpenergy

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/holotwin/holotwin/modules/energy/campus"
	"github.com/holotwin/holotwin/modules/energy/usage"
	"github.com/holotwin/holotwin/platform/httpserver"
)

func (h *Handlers) registerOverview(api *httpserver.API) {
	httpserver.Register(api, problemOf, huma.Operation{
		OperationID: "overview", Method: http.MethodGet, Path: "/api/consumo/resumen", Tags: []string{"energy"},
		Summary: "Resumen de hoy y del mes · Summary of today and the month",
		Description: "In the site's local time. `same_days_last_month` ends at the same day and time of last month. `projected_month_kwh` comes from `/api/pronostico`; if that has no forecast, it is the month so far plus, for each remaining hour, the mean of that hour of the week over the last four weeks. " +
			"Unknown values are null.",
		Metadata: httpserver.Heavy(httpserver.Readers(), httpserver.Light), Errors: []int{404},
	}, h.overview)
}

type overviewInput struct {
	Level string `query:"level" enum:"site,building,floor,room,device" default:"site"`
	ID    string `query:"id" maxLength:"64" doc:"The id of the space or device; optional if there is only one site"`
	AsOfInput
}

// Overview is the summary of a space or device at an instant.
type Overview struct {
	AsOf              instant      `json:"as_of" doc:"The instant up to which all figures are computed"`
	Today             step         `json:"today"`
	MonthToDate       step         `json:"month_to_date"`
	SameDaysLastMonth step         `json:"same_days_last_month"`
	Comparison        ComparedSums `json:"comparison" doc:"The month to date compared with the same days of last month, using only hours measured in both"`
	ProjectedMonthKWh *kwh         `json:"projected_month_kwh" nullable:"true" doc:"null if less than a week was measured"`
	ProjectedBy       *string      `json:"projected_by" nullable:"true" enum:"forecast,usual_week" doc:"How the projection was computed"`
	Pricing
	LoadFactor *float64    `json:"load_factor" nullable:"true" doc:"Mean ÷ peak of the month to date, 0 to 1"`
	BaseLoadKW *kilowatts  `json:"base_load_kw" nullable:"true" doc:"5th percentile of the quarter hours of the last four weeks"`
	TopDevices []topDevice `json:"top_devices" nullable:"false" doc:"The devices with the highest use in the month to date"`
}

type topDevice struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	KWh  kwh    `json:"kwh"`
}

func (h *Handlers) overview(ctx context.Context, in *overviewInput) (*output[Overview], error) {
	at, err := in.at(ctx, h, in.ID)
	if err != nil {
		return nil, err
	}
	s, err := h.Overviews.Overview(ctx, callerOf(ctx), campus.Level(in.Level), in.ID, at)
	if err != nil {
		return nil, err
	}
	steps := stepsOf([]usage.Step{s.Today, s.MonthToDate, s.SameLastMonth}, "")
	out := Overview{
		AsOf: instant(s.At), Pricing: pricingOf(s.Pricing), Today: steps[0], MonthToDate: steps[1], SameDaysLastMonth: steps[2], Comparison: sumsOf(s.Comparison), TopDevices: make([]topDevice, len(s.Top)),
	}
	if s.Projected {
		out.ProjectedMonthKWh, out.ProjectedBy = pointer(kwh(s.ProjectedMonth)), pointer(projectedBy(s))
	}
	if s.LoadFactorKnown {
		out.LoadFactor = &s.LoadFactor
	}
	if s.BaseLoadKnown {
		out.BaseLoadKW = pointer(kilowatts(s.BaseLoad))
	}
	for i, d := range s.Top {
		out.TopDevices[i] = topDevice{ID: d.ID, Name: d.Name, KWh: kwh(d.Energy)}
	}
	return &output[Overview]{out}, nil
}

func projectedBy(s usage.Overview) string {
	if s.Forecast {
		return "forecast"
	}
	return "usual_week"
}

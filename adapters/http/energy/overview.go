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
		Summary: "Resumen de hoy y del mes · Today and the month summed up",
		Description: "In the site's local time. `same_days_last_month` runs to the same day and time of day; `projected_month_kwh` is that of `/api/pronostico` or, where nothing is told there, the month so far and the mean of each hour of the week over the last four weeks. " +
			"What is not known is null.",
		Metadata: httpserver.Heavy(httpserver.Readers(), httpserver.Light), Errors: []int{404},
	}, h.overview)
}

type overviewInput struct {
	Level string `query:"level" enum:"site,building,floor,room,device" default:"site"`
	ID    string `query:"id" maxLength:"64" doc:"The space's or device's id; the only site may be left out"`
	AsOfInput
}

// Overview is how a space or device stands at this moment.
type Overview struct {
	AsOf              instant      `json:"as_of" doc:"The instant of which all figures are"`
	Today             step         `json:"today"`
	MonthToDate       step         `json:"month_to_date"`
	SameDaysLastMonth step         `json:"same_days_last_month"`
	Comparison        ComparedSums `json:"comparison" doc:"The month to date beside the same days of the last month, of what was measured in both"`
	ProjectedMonthKWh *kwh         `json:"projected_month_kwh" nullable:"true" doc:"null where less than a week is known"`
	ProjectedBy       *string      `json:"projected_by" nullable:"true" enum:"forecast,usual_week" doc:"Who tells it"`
	Pricing
	LoadFactor *float64    `json:"load_factor" nullable:"true" doc:"Mean ÷ peak of the month to date, 0 to 1"`
	BaseLoadKW *kilowatts  `json:"base_load_kw" nullable:"true" doc:"5th percentile of the quarter hours of the last four weeks"`
	TopDevices []topDevice `json:"top_devices" nullable:"false" doc:"Those that used most in the month to date"`
}

type topDevice struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	KWh  kwh    `json:"kwh"`
}

func (h *Handlers) overview(ctx context.Context, in *overviewInput) (*one[Overview], error) {
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
	return &one[Overview]{out}, nil
}

func projectedBy(s usage.Overview) string {
	if s.Forecast {
		return "forecast"
	}
	return "usual_week"
}

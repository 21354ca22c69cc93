package httpenergy

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/platform/httpserver"
	"github.com/holotwin/holotwin/platform/problem"
)

// maxAmbientHours limits an answer to a little more than a year.
const maxAmbientHours = 400 * 24

func (h *Handlers) registerAmbientHours(api *httpserver.API) {
	httpserver.Register(api, problemOf, huma.Operation{
		OperationID: "ambientHours", Method: http.MethodGet, Path: "/api/ambiente/horas", Tags: []string{"energy"},
		Summary:     "Ambiente por horas · Ambient conditions by the hour",
		Description: "The hourly means of a space's readings. For a site, hours without a sensor temperature are filled from the weather service: past weather or the forecast. Hours without data are absent. The range is at most 400 days; the default is the last week.",
		Metadata:    httpserver.Heavy(httpserver.Readers(), httpserver.Light), Errors: []int{404},
	}, h.ambientHours)
}

type ambientHoursInput struct {
	RangeInput
	SpaceID string `query:"space_id" required:"true" minLength:"1" maxLength:"64"`
}

type ambientHour struct {
	Start        instant  `json:"start"`
	TemperatureC *float64 `json:"temperature_c"`
	Occupancy    *float64 `json:"occupancy" doc:"Persons"`
}

type ambientHoursOutput struct {
	Body struct {
		Items []ambientHour `json:"items" nullable:"false"`
	}
}

func (h *Handlers) ambientHours(ctx context.Context, in *ambientHoursInput) (*ambientHoursOutput, error) {
	from, to, err := in.spanBefore(ctx, h, defaultSpan, in.SpaceID)
	if err != nil {
		return nil, err
	}
	if to.Time().Sub(from.Time()) > maxAmbientHours*time.Hour {
		return nil, problem.Invalid(problem.Bad("from", problem.MaxItems, "max", strconv.Itoa(maxAmbientHours)))
	}
	hours, err := h.Conditions.HoursOf(ctx, callerOf(ctx), energy.SpaceID(in.SpaceID), from, to)
	if err != nil {
		return nil, err
	}
	out := &ambientHoursOutput{}
	out.Body.Items = make([]ambientHour, 0, len(hours))
	for _, hour := range hours {
		if hour.Temperature != nil || hour.Occupancy != nil {
			out.Body.Items = append(out.Body.Items, ambientHour{Start: instant(hour.Start), TemperatureC: hour.Temperature, Occupancy: hour.Occupancy})
		}
	}
	return out, nil
}

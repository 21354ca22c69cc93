package httpenergy

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/holotwin/holotwin/modules/energy/campus"
	"github.com/holotwin/holotwin/platform/httpserver"
)

func (h *Handlers) registerProfile(api *httpserver.API) {
	httpserver.Register(api, problemOf, huma.Operation{
		OperationID: "profile", Method: http.MethodGet, Path: "/api/consumo/perfil", Tags: []string{"energy"},
		Summary:     "Perfil de carga · Load profile",
		Description: "The mean load by hour of day and day of week, in the site's local time. The default range is the last four weeks. An hour without data is null, never zero.",
		Metadata:    httpserver.Heavy(httpserver.Readers(), httpserver.Medium), Errors: []int{404},
	}, h.profile)
}

type profileInput struct {
	RangeInput
	Level string `query:"level" enum:"site,building,floor,room,device" default:"site"`
	ID    string `query:"id" maxLength:"64" doc:"The id of the space or device; optional if there is only one site"`
}

// profileHour is one of the 168 hours of the week.
type profileHour struct {
	Day      string     `json:"day" enum:"mon,tue,wed,thu,fri,sat,sun"`
	Hour     int        `json:"hour" doc:"0 to 23, in the site's local time"`
	MeanKW   *kilowatts `json:"mean_kw" nullable:"true"`
	Coverage float64    `json:"coverage" doc:"Measured share, 0 to 1, weighted by the usual load of each device at that time"`
}

type profileOutput struct {
	Body struct {
		Items []profileHour `json:"items" doc:"From Monday 00:00 to Sunday 23:00"`
	}
}

// defaultProfile is the length of the range if the request has no from.
const defaultProfile = 28 * 24 * time.Hour

func (h *Handlers) profile(ctx context.Context, in *profileInput) (*profileOutput, error) {
	from, to, err := in.spanBefore(ctx, h, defaultProfile, in.ID)
	if err != nil {
		return nil, err
	}
	found, err := h.Reports.Profile(ctx, callerOf(ctx), campus.Level(in.Level), in.ID, from, to)
	if err != nil {
		return nil, err
	}
	out := &profileOutput{}
	for day := range len(found) {
		weekday := time.Weekday((day + 1) % len(found)) // a week begins on Monday
		for hour, mean := range found[weekday] {
			item := profileHour{Day: strings.ToLower(weekday.String()[:3]), Hour: hour, Coverage: mean.Coverage}
			if mean.Known {
				item.MeanKW = pointer(kilowatts(mean.Mean))
			}
			out.Body.Items = append(out.Body.Items, item)
		}
	}
	return out, nil
}

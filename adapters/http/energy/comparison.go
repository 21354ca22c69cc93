package httpenergy

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/holotwin/holotwin/modules/energy/campus"
	"github.com/holotwin/holotwin/modules/energy/usage"
	"github.com/holotwin/holotwin/platform/httpserver"
)

func (h *Handlers) registerComparison(api *httpserver.API) {
	httpserver.Register(api, problemOf, huma.Operation{
		OperationID: "comparison", Method: http.MethodGet, Path: "/api/consumo/comparacion", Tags: []string{"energy"},
		Summary: "Consumo frente a un periodo anterior · Consumption beside an earlier period",
		Description: "Sets a range beside the days before it, the same weekdays of the week before, or those of 52 weeks before, at the same local times. Only what was measured in both is compared, each device with itself; " +
			"`share` says how much of the expected energy that is, and below 0.8 there is no `change`.",
		Metadata: httpserver.Heavy(httpserver.Readers(), httpserver.Medium), Errors: []int{404},
	}, h.comparison)
}

type comparisonInput struct {
	RangeInput
	Level   string `query:"level" enum:"site,building,floor,room,device" default:"site"`
	ID      string `query:"id" maxLength:"64" doc:"The space's or device's id; the only site may be left out"`
	Earlier string `query:"earlier" enum:"period,week,year" default:"period" doc:"period: as many days before as the range has; week: 7 days before; year: 364 days before, so that weekdays meet"`
}

// ComparedSums are what was used in a range and an earlier one.
type ComparedSums struct {
	KWh        kwh      `json:"kwh" doc:"Of what was measured in both"`
	EarlierKWh kwh      `json:"earlier_kwh" doc:"Of what was measured in both"`
	Change     *float64 `json:"change" nullable:"true" doc:"kwh ÷ earlier_kwh − 1; null where less than 0.8 of the energy is compared, or nothing was used earlier"`
	Share      float64  `json:"share" doc:"Part of the expected energy of all devices that is compared, 0 to 1"`
}

// Comparison is a range beside an earlier one.
type Comparison struct {
	From        instant `json:"from"`
	To          instant `json:"to" doc:"As far as the range has passed"`
	EarlierFrom instant `json:"earlier_from"`
	EarlierTo   instant `json:"earlier_to"`
	ComparedSums
	Devices []comparedDevice `json:"devices" nullable:"false" doc:"Those that were compared, the most energy first"`
	Missing []missing        `json:"missing" nullable:"false" doc:"Those that were not measured in both all the time, the greatest share first"`
}

type comparedDevice struct {
	DeviceID   string `json:"device_id"`
	Name       string `json:"name"`
	KWh        kwh    `json:"kwh"`
	EarlierKWh kwh    `json:"earlier_kwh"`
}

func (h *Handlers) comparison(ctx context.Context, in *comparisonInput) (*one[Comparison], error) {
	from, to, err := in.spanBefore(ctx, h, defaultSpan, in.ID)
	if err != nil {
		return nil, err
	}
	const day, week, year = 24 * time.Hour, 7, 364
	days := map[string]int{"week": week, "year": year}[in.Earlier]
	if days == 0 { // an hour more or less where clocks change
		days = max(1, int((to.Time().Sub(from.Time())+day-2*time.Hour)/day))
	}
	c, err := h.Reports.Compare(ctx, callerOf(ctx), campus.Level(in.Level), in.ID, from, to, days)
	if err != nil {
		return nil, err
	}
	return &one[Comparison]{comparisonOf(c)}, nil
}

func comparisonOf(c usage.Comparison) Comparison {
	out := Comparison{
		From: instant(c.From), To: instant(c.To), EarlierFrom: instant(c.EarlierFrom), EarlierTo: instant(c.EarlierTo),
		ComparedSums: sumsOf(c), Missing: missingOf(c.Missing), Devices: make([]comparedDevice, len(c.Devices)),
	}
	for i, d := range c.Devices {
		out.Devices[i] = comparedDevice{DeviceID: string(d.Device), Name: d.Name, KWh: kwh(d.Energy), EarlierKWh: kwh(d.Earlier)}
	}
	return out
}

func sumsOf(c usage.Comparison) ComparedSums {
	out := ComparedSums{KWh: kwh(c.Energy), EarlierKWh: kwh(c.Earlier), Share: c.Share}
	if c.ChangeKnown {
		out.Change = &c.Change
	}
	return out
}

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
		Summary: "Consumo frente a un periodo anterior · Consumption compared with an earlier period",
		Description: "Compares a range with the days before it, with the same weekdays one week before, or with those 52 weeks before, at the same local times. Each device is compared with itself, using only hours measured in both ranges; " +
			"`share` is the compared share of the expected energy. If it is below 0.8, `change` is null.",
		Metadata: httpserver.Heavy(httpserver.Readers(), httpserver.Medium), Errors: []int{404},
	}, h.comparison)
}

type comparisonInput struct {
	RangeInput
	Level   string `query:"level" enum:"site,building,floor,room,device" default:"site"`
	ID      string `query:"id" maxLength:"64" doc:"The id of the space or device; optional if there is only one site"`
	Earlier string `query:"earlier" enum:"period,week,year" default:"period" doc:"period: the same number of days directly before; week: 7 days before; year: 364 days before, so that weekdays match"`
}

// ComparedSums is the energy used in a range and in an earlier one.
type ComparedSums struct {
	KWh        kwh      `json:"kwh" doc:"Only energy measured in both ranges"`
	EarlierKWh kwh      `json:"earlier_kwh" doc:"Only energy measured in both ranges"`
	Change     *float64 `json:"change" nullable:"true" doc:"kwh ÷ earlier_kwh − 1; null if share is below 0.8 or earlier_kwh is 0"`
	Share      float64  `json:"share" doc:"Compared share of the expected energy of all devices, 0 to 1"`
}

// Comparison compares a range with an earlier one.
type Comparison struct {
	From        instant `json:"from"`
	To          instant `json:"to" doc:"End of the range, or now if the range has not ended"`
	EarlierFrom instant `json:"earlier_from"`
	EarlierTo   instant `json:"earlier_to"`
	ComparedSums
	Devices []comparedDevice `json:"devices" nullable:"false" doc:"The compared devices, highest energy first"`
	Missing []missing        `json:"missing" nullable:"false" doc:"Devices with gaps in either range, largest share first"`
}

type comparedDevice struct {
	DeviceID   string `json:"device_id"`
	Name       string `json:"name"`
	KWh        kwh    `json:"kwh"`
	EarlierKWh kwh    `json:"earlier_kwh"`
}

func (h *Handlers) comparison(ctx context.Context, in *comparisonInput) (*output[Comparison], error) {
	from, to, err := in.spanBefore(ctx, h, defaultSpan, in.ID)
	if err != nil {
		return nil, err
	}
	const day, week, year = 24 * time.Hour, 7, 364
	days := map[string]int{"week": week, "year": year}[in.Earlier]
	if days == 0 { // a day has 23 to 25 hours when the clocks change
		days = max(1, int((to.Time().Sub(from.Time())+day-2*time.Hour)/day))
	}
	c, err := h.Reports.Compare(ctx, callerOf(ctx), campus.Level(in.Level), in.ID, from, to, days)
	if err != nil {
		return nil, err
	}
	return &output[Comparison]{comparisonOf(c)}, nil
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

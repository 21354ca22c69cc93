package httpenergy

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/ledger"
	"github.com/holotwin/holotwin/platform/httpserver"
)

func (h *Handlers) registerCorrections(api *httpserver.API) {
	const path = "/consumo/{device_id}/{timestamp}"
	tags := []string{"energy"}
	httpserver.Register(api, problemOf, huma.Operation{
		OperationID: "getReading", Method: http.MethodGet, Path: path, Tags: tags,
		Summary:     "Una lectura y sus correcciones · A reading and its corrections",
		Description: "`reading` is absent if it was withdrawn.",
		Metadata:    httpserver.Readers(), Errors: []int{404},
	}, h.readingHistory)
	httpserver.Register(api, problemOf, huma.Operation{
		OperationID: "correctReading", Method: http.MethodPut, Path: path, Tags: tags,
		Summary:     "Corregir una lectura · Correct a reading",
		Description: "Totals are updated immediately. The old value is kept with the reason, the user and the time. If the device sends the old value again, nothing changes. Correcting a withdrawn reading restores it. An interval keeps its length unless the body sets another; 409 `overlapping` if it then overlaps another interval.",
		Metadata:    httpserver.Managers(), Errors: []int{404, 409},
	}, h.correctReading)
	httpserver.Register(api, problemOf, huma.Operation{
		OperationID: "withdrawReading", Method: http.MethodDelete, Path: path, Tags: tags, DefaultStatus: 200,
		Summary:     "Retirar una lectura · Withdraw a reading",
		Description: "The reading no longer counts, even if the device sends it again; its old value is kept. After an interval is withdrawn, another reading may count its time. After a power reading is withdrawn, the energy between the powers before and after it is not computed.",
		Metadata:    httpserver.Managers(), Errors: []int{404},
		Responses: map[string]*huma.Response{"200": httpserver.JSONOrDryRun[correction, httpserver.Removal](api, "The correction")},
	}, httpserver.WithDryRun(h.withdrawal, h.withdrawReading))
}

// KeyInput names a reading.
type KeyInput struct {
	DeviceID  string `path:"device_id" maxLength:"64"`
	Timestamp string `path:"timestamp" maxLength:"40" doc:"RFC 3339; without an offset, the site's time zone is used"`
}

// correction is a correction in an answer.
type correction struct {
	Before *reading `json:"before,omitempty" doc:"The old value; absent if the reading was withdrawn before"`
	After  *reading `json:"after,omitempty" doc:"The new value; absent if the reading is now withdrawn"`
	Ruling string   `json:"ruling,omitempty" enum:"count,restart" doc:"How a quarantined reading was settled"`
	Reason string   `json:"reason"`
	By     string   `json:"by" doc:"The user who made it"`
	MadeAt instant  `json:"made_at"`
}

func correctionOf(c ledger.Correction, show func(energy.Reading) reading) correction {
	return correction{
		Ruling: rulings[c.Ruling], Before: readingOrNone(c.Before, show), After: readingOrNone(c.After, show), Reason: c.Reason, By: c.By, MadeAt: instant(c.Made),
	}
}

var rulings = map[ledger.Ruling]string{ledger.AcceptStep: "count", ledger.RestartCounter: "restart"}

func readingOrNone(r *energy.Reading, show func(energy.Reading) reading) *reading {
	if r == nil {
		return nil
	}
	return pointer(show(*r))
}

type historyOutput struct {
	Body struct {
		Reading     *reading     `json:"reading,omitempty"`
		Corrections []correction `json:"corrections"`
	}
}

func (h *Handlers) readingHistory(ctx context.Context, in *KeyInput) (*historyOutput, error) {
	current, made, err := h.Ledger.History(ctx, callerOf(ctx), in.DeviceID, in.Timestamp)
	if err != nil {
		return nil, err
	}
	out := &historyOutput{}
	out.Body.Reading = readingOrNone(current, h.showReadings(ctx))
	out.Body.Corrections = make([]correction, len(made))
	for i, c := range made {
		out.Body.Corrections[i] = correctionOf(c, h.showReadings(ctx))
	}
	return out, nil
}

type correctInput struct {
	KeyInput
	Body struct {
		KWh           *kwh     `json:"kwh,omitempty" doc:"Energy used in the interval; send exactly one of kwh, register_kwh, power_w"`
		RegisterKWh   *kwh     `json:"register_kwh,omitempty" doc:"Value of the register"`
		PowerW        *watts   `json:"power_w,omitempty" doc:"Power at the instant"`
		KVArh         *kwh     `json:"kvarh,omitempty" doc:"Reactive energy, instead of kwh for a device that measures it"`
		RegisterKVArh *kwh     `json:"register_kvarh,omitempty" doc:"Value of the register of reactive energy"`
		IntervalS     *seconds `json:"interval_s,omitempty" doc:"Length of the interval that ends at the timestamp, s; default: the device's interval_s, or else 900"`
		Reason        string   `json:"reason" minLength:"1" maxLength:"500" doc:"Why; kept with the correction"`
	}
}

func (h *Handlers) correctReading(ctx context.Context, in *correctInput) (*output[correction], error) {
	b := in.Body
	draft := ledger.Draft{
		Device: energy.Known(energy.DeviceID(in.DeviceID)), At: timestampOf(&in.Timestamp),
		KWh: energy.Optional((*energy.Energy)(b.KWh)), Register: energy.Optional((*energy.Energy)(b.RegisterKWh)), Power: energy.Optional((*energy.Power)(b.PowerW)),
		KVArh: energy.Optional((*energy.Energy)(b.KVArh)), RegisterKVArh: energy.Optional((*energy.Energy)(b.RegisterKVArh)),
	}
	if b.IntervalS != nil {
		draft.Span = b.IntervalS.ms
	}
	made, err := h.Ledger.Correct(ctx, callerOf(ctx), draft, in.Body.Reason)
	return &output[correction]{correctionOf(made, h.showReadings(ctx))}, err
}

type withdrawInput struct {
	KeyInput
	Reason string `query:"reason" maxLength:"500" doc:"Why; kept with the correction"`
	httpserver.DryRunInput
}

func (h *Handlers) withdrawal(ctx context.Context, in *withdrawInput) (httpserver.Removal, error) {
	r, err := h.Ledger.Withdrawal(ctx, callerOf(ctx), in.DeviceID, in.Timestamp)
	return removalOf(r), err
}

func (h *Handlers) withdrawReading(ctx context.Context, in *withdrawInput) (*huma.StreamResponse, error) {
	made, err := h.Ledger.Withdraw(ctx, callerOf(ctx), in.DeviceID, in.Timestamp, in.Reason)
	if err != nil {
		return nil, err
	}
	return httpserver.JSON(correctionOf(made, h.showReadings(ctx))), nil
}

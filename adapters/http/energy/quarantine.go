package httpenergy

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/ledger"
	"github.com/holotwin/holotwin/platform/httpserver"
)

func (h *Handlers) registerQuarantine(api *httpserver.API) {
	tags := []string{"energy"}
	httpserver.Register(api, problemOf, huma.Operation{
		OperationID: "listQuarantined", Method: http.MethodGet, Path: "/api/consumo/cuarentena", Tags: tags,
		Summary:     "Lecturas en cuarentena · Quarantined readings",
		Description: "Register readings whose step could not be decoded. They do not count until a person settles them.",
		Metadata:    httpserver.Readers(), Errors: []int{404},
	}, h.listQuarantined)
	httpserver.Register(api, problemOf, huma.Operation{
		OperationID: "settleQuarantined", Method: http.MethodPost, Path: "/api/consumo/cuarentena/{device_id}/{timestamp}", Tags: tags,
		Summary: "Resolver una lectura en cuarentena · Settle a quarantined reading",
		Description: "`count`: the step is real and counts; `restart`: the counter started again here, for example after a meter was replaced; `discard`: the reading is withdrawn. " +
			"The decision is kept with the user, the time and the reason, like every correction. 409 `overlapping` if an interval reading already counts part of the step's time.",
		Metadata: httpserver.Managers(), Errors: []int{404, 409},
	}, h.settleQuarantined)
}

// held is a reading that a person must settle.
type held struct {
	Reading reading  `json:"reading"`
	Before  register `json:"before" doc:"The previous register value, which the step starts from"`
	StepKWh kwh      `json:"step_kwh" doc:"The energy that would be counted"`
	MostKWh kwh      `json:"most_kwh" doc:"The maximum that the device can have used in that time"`
	Why     string   `json:"why" enum:"impossible_step,long_silence,fallen,overlapping"`
	Message string   `json:"message"`
}

// register is the value of a counter at an instant.
type register struct {
	Timestamp   instant `json:"timestamp"`
	RegisterKWh kwh     `json:"register_kwh"`
}

var doubtTexts = map[ledger.Doubt]bilingual{
	ledger.Impossible: {
		"El contador avanzó más de lo que el dispositivo puede consumir en ese tiempo.",
		"The register advanced by more than the device can use in that time.",
	},
	ledger.Fallen: {
		"El contador muestra menos que antes. Si se reinició en cero, cuente el valor que muestra (count). Si volvió a un valor anterior o se cambió el medidor, continúe desde aquí sin contar nada (restart).",
		"The register shows less than before. If it restarted at zero, count the value that it shows (count). If it continued from an older value or the meter was replaced, continue from here and count nothing (restart).",
	},
	ledger.TimeCovered: {
		"Una lectura de intervalo ya cuenta parte del tiempo desde la lectura anterior: retírela antes de contar el valor, o continúe desde aquí (restart).",
		"An interval reading already counts part of the time since the previous reading: withdraw it before you count the value, or continue from here (restart).",
	},
	ledger.LongSilence: {
		"El dispositivo estuvo tanto tiempo sin enviar datos que no se sabe cuándo se consumió la energía.",
		"The device did not report for so long that it is unknown when the energy was used.",
	},
}

type quarantineInput struct {
	PageInput
	DeviceID string `query:"device_id" maxLength:"64"`
	SpaceID  string `query:"space_id" maxLength:"64" doc:"Only devices in this space and the spaces inside it"`
}

func (h *Handlers) listQuarantined(ctx context.Context, in *quarantineInput) (*listOutput[held], error) {
	after, err := decodeCursor(in.Cursor)
	if err != nil {
		return nil, err
	}
	all, err := h.Ledger.Quarantined(ctx, callerOf(ctx), ledger.ReadingsQuery{
		Device: energy.DeviceID(in.DeviceID), Space: energy.SpaceID(in.SpaceID), After: after, Limit: in.Limit + 1,
	})
	if err != nil {
		return nil, err
	}
	language, read := httpserver.Language(ctx), h.showReadings(ctx)
	show := func(one ledger.QuarantinedReading) held {
		return held{
			Reading: read(one.Reading), Before: register{instant(one.Before.At), kwh(one.Before.Value)},
			StepKWh: kwh(one.Step()), MostKWh: kwh(one.MaxEnergy), Why: string(one.Reason), Message: doubtTexts[one.Reason].in(language),
		}
	}
	return &listOutput[held]{pageUpTo(in.Limit, all, show, func(one ledger.QuarantinedReading) string { return encodeCursor(one.Reading.Key()) })}, nil
}

type settleInput struct {
	KeyInput
	Body struct {
		Ruling string `json:"ruling" enum:"count,restart,discard"`
		Reason string `json:"reason" minLength:"1" maxLength:"500" doc:"Why; kept with the ruling"`
	}
}

func (h *Handlers) settleQuarantined(ctx context.Context, in *settleInput) (*output[correction], error) {
	var made ledger.Correction
	var err error
	switch in.Body.Ruling {
	case "count":
		made, err = h.Ledger.Settle(ctx, callerOf(ctx), in.DeviceID, in.Timestamp, ledger.AcceptStep, in.Body.Reason)
	case "restart":
		made, err = h.Ledger.Settle(ctx, callerOf(ctx), in.DeviceID, in.Timestamp, ledger.RestartCounter, in.Body.Reason)
	default:
		made, err = h.Ledger.Withdraw(ctx, callerOf(ctx), in.DeviceID, in.Timestamp, in.Body.Reason)
	}
	return &output[correction]{correctionOf(made, h.showReadings(ctx))}, err
}

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
		Description: "Register readings whose step could not be decoded: they count nothing until somebody settles them.",
		Metadata:    httpserver.Readers(), Errors: []int{404},
	}, h.quarantined)
	httpserver.Register(api, problemOf, huma.Operation{
		OperationID: "settleQuarantined", Method: http.MethodPost, Path: "/api/consumo/cuarentena/{device_id}/{timestamp}", Tags: tags,
		Summary: "Resolver una lectura en cuarentena · Settle a quarantined reading",
		Description: "`count`: the step was made, and is counted; `restart`: the counter began again here, as with another meter; `discard`: the reading is withdrawn. " +
			"Kept with who, when and why, like every correction. 409 `overlapping` where the step is of a time that an interval counts.",
		Metadata: httpserver.Managers(), Errors: []int{404, 409},
	}, h.settle)
}

// held is a reading that waits for a person.
type held struct {
	Reading reading  `json:"reading"`
	Before  register `json:"before" doc:"What it is subtracted from"`
	StepKWh kwh      `json:"step_kwh" doc:"What would be counted"`
	MostKWh kwh      `json:"most_kwh" doc:"What the device can have used meanwhile"`
	Why     string   `json:"why" enum:"impossible_step,long_silence,fallen,overlapping"`
	Message string   `json:"message"`
}

// register is what a counter stood at.
type register struct {
	Timestamp   instant `json:"timestamp"`
	RegisterKWh kwh     `json:"register_kwh"`
}

var doubtWords = map[ledger.Doubt]words{
	ledger.Impossible: {
		"El contador avanzó más de lo que el equipo puede usar en ese tiempo.",
		"The counter went further than the device can use in that time.",
	},
	ledger.Fallen: {
		"El contador muestra menos que antes: pudo empezar de nuevo (count cuenta lo que muestra), seguir desde un valor anterior o ser otro (restart no cuenta nada).",
		"The counter shows less than before: it may have begun again (count counts what it shows), gone on from an older value or be another (restart counts nothing).",
	},
	ledger.TimeTold: {
		"Un intervalo ya cuenta parte del tiempo desde la lectura anterior: retírelo antes de contar el paso, o siga desde aquí con restart.",
		"An interval counts a part of the time since the reading before already: withdraw it before you count the step, or go on from here with restart.",
	},
	ledger.LongSilence: {
		"El equipo calló tanto tiempo que no se sabe cuándo se usó la energía.",
		"The device was silent for so long that nobody can say when the energy was used.",
	},
}

type quarantineInput struct {
	PageInput
	DeviceID string `query:"device_id" maxLength:"64"`
	SpaceID  string `query:"space_id" maxLength:"64" doc:"Those in it and in what lies within it"`
}

func (h *Handlers) quarantined(ctx context.Context, in *quarantineInput) (*listOutput[held], error) {
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
	show := func(one ledger.Held) held {
		return held{
			Reading: read(one.Reading), Before: register{instant(one.Before.At), kwh(one.Before.Value)},
			StepKWh: kwh(one.Step()), MostKWh: kwh(one.Most), Why: string(one.Why), Message: doubtWords[one.Why].in(language),
		}
	}
	return &listOutput[held]{pageUpTo(in.Limit, all, show, func(one ledger.Held) string { return encodeCursor(one.Reading.Key()) })}, nil
}

type settleInput struct {
	KeyInput
	Body struct {
		Ruling string `json:"ruling" enum:"count,restart,discard"`
		Reason string `json:"reason" minLength:"1" maxLength:"500" doc:"Why; kept with the ruling"`
	}
}

func (h *Handlers) settle(ctx context.Context, in *settleInput) (*one[correction], error) {
	var made ledger.Correction
	var err error
	switch in.Body.Ruling {
	case "count":
		made, err = h.Ledger.Settle(ctx, callerOf(ctx), in.DeviceID, in.Timestamp, ledger.CountStep, in.Body.Reason)
	case "restart":
		made, err = h.Ledger.Settle(ctx, callerOf(ctx), in.DeviceID, in.Timestamp, ledger.BeginAgain, in.Body.Reason)
	default:
		made, err = h.Ledger.Withdraw(ctx, callerOf(ctx), in.DeviceID, in.Timestamp, in.Body.Reason)
	}
	return &one[correction]{correctionOf(made, h.showReadings(ctx))}, err
}

package httpadvice

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/holotwin/holotwin/modules/advice/scenario"
	"github.com/holotwin/holotwin/platform/httpserver"
)

func (h *Handlers) registerRuns(api *httpserver.API) {
	tags := []string{"advice"}
	httpserver.Register(api, problemOf, huma.Operation{
		OperationID: "startSimulation", Method: http.MethodPost, Path: "/api/simulaciones/{id}/inicio", Tags: tags, DefaultStatus: 202,
		Summary: "Reproducir un escenario · Play a scenario",
		Description: "Plays the hours of a stored scenario, from the first hour, as events of kind `simulation` on `GET /api/eventos`. Each event has the values before and after the changes, and the totals so far. " +
			"A scenario has one run at a time: a new run replaces the previous one.",
		Metadata: httpserver.Managers(), Errors: []int{404, 422, 503},
	}, h.startRun)
	httpserver.Register(api, problemOf, huma.Operation{
		OperationID: "stopSimulation", Method: http.MethodPost, Path: "/api/simulaciones/{id}/fin", Tags: tags, DefaultStatus: 204,
		Summary: "Detener la reproducción · Stop playing", Metadata: httpserver.Managers(), Errors: []int{404},
	}, h.stopRun)
}

type startRunInput struct {
	IDInput
	Body struct {
		HoursPerSecond int `json:"hours_per_second,omitempty" minimum:"1" maximum:"500" doc:"Default 24: one day per second"`
	}
}

// RunBody is a started run.
type RunBody struct {
	RunID          string `json:"run_id"`
	SimulationID   string `json:"simulation_id"`
	Hours          int    `json:"hours" doc:"Number of hours that will be played"`
	HoursPerSecond int    `json:"hours_per_second"`
}

type runOutput struct{ Body RunBody }

func (h *Handlers) startRun(ctx context.Context, in *startRunInput) (*runOutput, error) {
	perSecond := in.Body.HoursPerSecond
	if perSecond == 0 {
		perSecond = scenario.DefaultHoursPerSecond
	}
	run, err := h.Simulator.StartRun(ctx, callerOf(ctx), in.ID, perSecond)
	if err != nil {
		return nil, err
	}
	return &runOutput{RunBody{RunID: run.ID, SimulationID: run.Scenario, Hours: run.Hours, HoursPerSecond: run.PerSecond}}, nil
}

func (h *Handlers) stopRun(ctx context.Context, in *IDInput) (*struct{}, error) {
	return nil, h.Simulator.StopRun(ctx, callerOf(ctx), in.ID)
}

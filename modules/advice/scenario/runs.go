package scenario

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"time"

	"github.com/holotwin/holotwin/modules/advice"
	"github.com/holotwin/holotwin/modules/advice/whatif"
)

// Run is a scenario played hour by hour.
type Run struct {
	ID, Scenario string
	// Hours is the total number of hours to play, PerSecond the speed in hours a second.
	Hours, PerSecond int
}

// RunState is the state of a run.
type RunState string

// The states.
const (
	RunRunning  RunState = "running"
	RunFinished RunState = "finished"
)

// RunStep is one hour of a run, with the sums so far.
type RunStep struct {
	Run, Scenario string
	Space         string // the space of the scope, or the scope itself
	State         RunState
	Start         time.Time
	// BeforeKWh is the measured use of the hour, AfterKWh the use with the changes; NaN if nothing was measured.
	BeforeKWh, AfterKWh float64
	// BeforeTotal and AfterTotal are the sums so far, kWh. Share is the played part of the run, 0 to 1.
	BeforeTotal, AfterTotal, Share float64
}

// Event returns the event of a step. What was not measured is null in it.
func (s RunStep) Event() (advice.LiveEvent, error) {
	data, err := json.Marshal(struct {
		Scenario string    `json:"simulation_id"`
		Run      string    `json:"run_id"`
		State    RunState  `json:"state"`
		Start    time.Time `json:"start"`
		Before   *float64  `json:"before_kwh"`
		After    *float64  `json:"after_kwh"`
		Sum      float64   `json:"before_total_kwh"`
		SumAfter float64   `json:"after_total_kwh"`
		Share    float64   `json:"progress"`
	}{s.Scenario, s.Run, s.State, s.Start.UTC(), measured(s.BeforeKWh), measured(s.AfterKWh), s.BeforeTotal, s.AfterTotal, s.Share})
	if err != nil {
		return advice.LiveEvent{}, fmt.Errorf("encode a step of run %s: %w", s.Run, err)
	}
	return advice.LiveEvent{Kind: "simulation", Space: s.Space, Data: data}, nil
}

// measured returns nil for NaN.
func measured(kwh float64) *float64 {
	if math.IsNaN(kwh) {
		return nil
	}
	return &kwh
}

// Limits of runs.
const (
	MaxHoursPerSecond     = 500
	DefaultHoursPerSecond = 24
	// maxRuns is the maximum number of runs that a process plays at a time.
	maxRuns = 20
	// runTick is how often steps are published.
	runTick = 250 * time.Millisecond
)

// ErrTooManyRuns is returned if this process already plays maxRuns runs.
type ErrTooManyRuns struct{}

func (ErrTooManyRuns) Error() string { return "too many runs" }

// playback is a run that is being played.
type playback struct {
	run           Run
	space         string
	start         []time.Time
	before, after []float64
	next          int
	due           float64 // hours that should have been played by now
	sums          [2]float64
}

// StartRun plays a stored scenario to all subscribers, from its first hour on. Errors: ErrForbidden, ErrNotFound, ErrInvalid,
// ErrNothingMeasured, ErrTooManyRuns.
func (sim *Simulator) StartRun(ctx context.Context, caller advice.Caller, id string, perSecond int) (Run, error) {
	if !caller.MayManage() {
		return Run{}, advice.ErrForbidden{}
	}
	if perSecond < 1 || perSecond > MaxHoursPerSecond {
		return Run{}, advice.ErrInvalid{Flaws: []advice.Flaw{{Field: "hours_per_second", Rule: "maximum", Args: map[string]any{"max": MaxHoursPerSecond}}}}
	}
	kept, err := sim.Stored(ctx, caller, []string{id})
	if err != nil {
		return Run{}, err
	}
	p, err := sim.prepareRun(ctx, caller, kept[0])
	if err != nil {
		return Run{}, err
	}
	p.run.PerSecond = perSecond
	if err := sim.runs.BeginRun(ctx, id, p.run.ID); err != nil {
		return Run{}, err
	}
	select {
	case sim.started <- p:
		return p.run, nil
	default:
		return Run{}, ErrTooManyRuns{}
	}
}

// StopRun stops the run of a stored scenario, in any process. Errors: ErrForbidden, ErrNotFound.
func (sim *Simulator) StopRun(ctx context.Context, caller advice.Caller, id string) error {
	if !caller.MayManage() {
		return advice.ErrForbidden{}
	}
	if _, err := sim.Stored(ctx, caller, []string{id}); err != nil {
		return err
	}
	return sim.runs.EndRun(ctx, id)
}

// prepareRun replays the same hours as when the scenario was stored.
func (sim *Simulator) prepareRun(ctx context.Context, caller advice.Caller, kept Stored) (playback, error) {
	c, err := sim.directory.Campus(ctx)
	if err != nil {
		return playback{}, err
	}
	s := kept.Scenario
	s.From, s.To = kept.Simulation.From, kept.Simulation.To
	r, err := sim.replayOf(ctx, c, caller, s)
	if err != nil {
		return playback{}, err
	}
	changes, _, err := r.measures(c, s)
	if err != nil {
		return playback{}, err
	}
	scope := 0
	for i, t := range r.targets {
		if t == r.scope {
			scope = i
		}
	}
	out := whatif.Replay(r.hours, r.nodes, scope, changes)
	return playback{
		run:   Run{ID: sim.newID("run"), Scenario: kept.ID, Hours: len(out.Before)},
		space: c.SpaceOf(r.scope), start: r.hours.Start, before: out.Before, after: out.After,
	}, nil
}

// PlayRuns plays started runs until ctx ends. A run whose steps cannot be published is stopped, and failed is called.
func (sim *Simulator) PlayRuns(ctx context.Context, failed func(error)) {
	tick := time.NewTicker(runTick)
	defer tick.Stop()
	var all []playback
	for {
		select {
		case <-ctx.Done():
			return
		case p := <-sim.started:
			all = append(all, p)
		case <-tick.C:
			still := all[:0]
			for _, p := range all {
				steps := p.stepsDue()
				mine, err := sim.runs.PublishRun(ctx, steps)
				if err != nil && ctx.Err() == nil {
					failed(err)
				}
				if err == nil && mine && p.next < p.run.Hours {
					still = append(still, p)
				}
			}
			all = still
		}
	}
}

// stepsDue returns the steps that are due.
func (p *playback) stepsDue() []RunStep {
	p.due += float64(p.run.PerSecond) * runTick.Seconds()
	var steps []RunStep
	for ; p.next < p.run.Hours && float64(p.next) < p.due; p.next++ {
		b, after := p.before[p.next], p.after[p.next]
		if !math.IsNaN(b) && !math.IsNaN(after) {
			p.sums[0], p.sums[1] = p.sums[0]+b, p.sums[1]+after
		}
		step := RunStep{
			Run: p.run.ID, Scenario: p.run.Scenario, Space: p.space, State: RunRunning, Start: p.start[p.next], BeforeKWh: b, AfterKWh: after,
			BeforeTotal: p.sums[0], AfterTotal: p.sums[1], Share: float64(p.next+1) / float64(p.run.Hours),
		}
		if p.next == p.run.Hours-1 {
			step.State = RunFinished
		}
		steps = append(steps, step)
	}
	return steps
}

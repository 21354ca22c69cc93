package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"go.uber.org/fx"
	"go.uber.org/zap"

	"github.com/holotwin/holotwin/adapters/demo"
	gormenergy "github.com/holotwin/holotwin/adapters/gorm/energy"
	"github.com/holotwin/holotwin/modules/advice/outlook"
	"github.com/holotwin/holotwin/modules/advice/schedule"
	"github.com/holotwin/holotwin/modules/energy/campus"
	"github.com/holotwin/holotwin/modules/energy/conditions"
	"github.com/holotwin/holotwin/modules/energy/ledger"
	"github.com/holotwin/holotwin/modules/energy/rulebook"
	"github.com/holotwin/holotwin/platform/clock"
	"github.com/holotwin/holotwin/platform/config"
	"github.com/holotwin/holotwin/platform/supervise"
)

type demoCommand struct{}

// Run serves at once, and meanwhile loads the campus of the demo and keeps it up to date.
func (demoCommand) Run() error {
	settings, err := loadToServe()
	if err != nil {
		return err
	}
	if err := requireRuns(settings, config.Auth, config.Energy, config.Advice); err != nil {
		return err
	}
	settings.Demo = true
	return serve(settings, fx.Invoke(runDemo))
}

// carryEvery is how often the demo checks whether its devices have new readings.
const carryEvery = 5 * time.Second

func runDemo(life fx.Lifecycle, c config.Config, log *zap.Logger, supervisor *supervise.Supervisor, catalog *campus.Catalog, rules *rulebook.Rules, ledger *ledger.Ledger, conditions *conditions.Recorder, store *gormenergy.Store, scheduler *schedule.Scheduler, forecaster *outlook.Forecaster) {
	loader := demo.Loader{Catalog: catalog, Rules: rules, Ledger: ledger, Conditions: conditions, Moments: store, Zone: c.Zone, KeptDays: c.RawRetentionDays}
	life.Append(fx.StartHook(func() {
		supervisor.Once("demo", func(ctx context.Context) {
			reached := clock.System{}.Now().Truncate(time.Minute)
			if err := beginDemo(ctx, log, loader, scheduler, forecaster, reached); err != nil && ctx.Err() == nil {
				log.Error("could not load the demo's campus; will retry", zap.Error(err))
			}
			carryOn := func(ctx context.Context) error {
				now := clock.System{}.Now().Truncate(time.Minute)
				if !now.After(reached) {
					return errNothingDue
				}
				err := loader.CatchUp(ctx, now, func(int, int) {})
				if err == nil {
					reached = now
				}
				return err
			}
			job{name: "demo", every: carryEvery, do: carryOn, failed: "could not add the demo's new readings; will retry"}.run(ctx, log)
		})
	}))
}

// beginDemo creates the campus if there is none, and adds its readings up to now.
func beginDemo(ctx context.Context, log *zap.Logger, loader demo.Loader, scheduler *schedule.Scheduler, forecaster *outlook.Forecaster, now time.Time) error {
	created, err := loader.Create(ctx, now)
	if err != nil {
		return err
	}
	if !created {
		log.Info("there is a campus already; the demo makes no other; if it is the demo's, it gets its new readings")
		return loader.CatchUp(ctx, now, func(int, int) {})
	}
	if err := loader.CatchUp(ctx, now, showProgress); err != nil {
		return err
	}
	if err := errors.Join(scheduler.RunDue(ctx), forecaster.PrepareForecasts(ctx)); err != nil {
		return fmt.Errorf("analyse: %w", err)
	}
	fmt.Fprintln(os.Stdout, "  Campus de lecturas reales cargado · campus of real readings loaded")
	return nil
}

// showProgress draws a bar on one line.
func showProgress(done, total int) {
	percent := int64(done) * 100 / int64(total)
	fmt.Fprintf(os.Stdout, "\r  Cargando lecturas reales · loading real readings %s %3d %%", bar(percent), percent)
	if done == total {
		fmt.Fprintln(os.Stdout)
	}
}

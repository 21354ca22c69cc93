package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"go.uber.org/fx"
	"go.uber.org/zap"

	"github.com/holotwin/holotwin/adapters/demo"
	"github.com/holotwin/holotwin/modules/advice"
	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/platform/clock"
	"github.com/holotwin/holotwin/platform/config"
	"github.com/holotwin/holotwin/platform/supervise"
)

type demoCommand struct{}

// Run serves at once and loads the demo's campus beside it.
func (demoCommand) Run() error {
	settings, err := load()
	if err != nil {
		return err
	}
	return serve(settings, fx.Invoke(loadDemo))
}

func loadDemo(life fx.Lifecycle, c config.Config, log *zap.Logger, supervisor *supervise.Supervisor, catalog *energy.Catalog, ledger *energy.Ledger, conditions *energy.Conditions, advisor *advice.Advisor) {
	life.Append(fx.StartHook(func() {
		supervisor.Once("demo", func(ctx context.Context) {
			loader := demo.Loader{Catalog: catalog, Ledger: ledger, Conditions: conditions, Zone: c.Zone}
			loaded, err := loader.Load(ctx, clock.System{}.Now(), showProgress)
			switch {
			case err != nil:
				log.Error("the demo's campus was not loaded", zap.Error(err))
			case !loaded:
				log.Info("there is a campus already; the demo's was not loaded")
			default:
				if err := errors.Join(advisor.RunDue(ctx), advisor.PrepareForecasts(ctx)); err != nil {
					log.Error("the demo's campus was not analysed", zap.Error(err))
				}
				fmt.Fprintln(os.Stdout, "  Campus de lecturas reales cargado · campus of real readings loaded")
			}
		})
	}))
}

// showProgress draws a bar on one line.
func showProgress(done, total int) {
	percent := int64(done) * 100 / int64(total)
	fmt.Fprintf(os.Stdout, "\r  Cargando lecturas reales · loading real readings %s %3d %%", bar(percent), percent)
	if done == total {
		fmt.Fprintln(os.Stdout)
	}
}

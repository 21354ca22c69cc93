package main

import (
	"context"
	"time"

	"go.uber.org/zap"

	gormenergy "github.com/holotwin/holotwin/adapters/gorm/energy"
	"github.com/holotwin/holotwin/adapters/weather"
	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/platform/config"
)

// newObservatory is nil where no weather is asked for.
func newObservatory(c config.Config, store *gormenergy.Store, catalog *energy.Catalog) *energy.Observatory {
	if c.WeatherURL == config.WeatherOff {
		return nil
	}
	return energy.NewObservatory(weather.New(c.WeatherURL), store, store, catalog, instants{})
}

// observeEvery is how soon a site that is new, or whose weather is due, is noticed. Each is asked for once an hour, whoever
// notices it, and one whose weather did not come some minutes later.
const observeEvery = time.Minute

// observe keeps the weather up to date until ctx ends. A service that is away is logged once, and once when it is back.
func observe(ctx context.Context, log *zap.Logger, observatory *energy.Observatory) {
	failing := false
	for {
		observed, err := observatory.Observe(ctx)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil && !failing:
			log.Warn("the weather cannot be had; it is tried again", zap.Error(err))
			failing = true
		case err == nil && observed > 0 && failing:
			log.Info("the weather can be had again")
			failing = false
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(observeEvery):
		}
	}
}

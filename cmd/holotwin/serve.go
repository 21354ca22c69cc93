package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"time"

	"go.uber.org/dig"
	"go.uber.org/fx"

	"github.com/holotwin/holotwin/platform/config"
)

// Times of starting and stopping.
const (
	startTime = 2 * time.Minute
	// drainTime is how long running requests may take when the server stops.
	drainTime = 15 * time.Second
	stopTime  = 20 * time.Second
	// metricsDrainTime is how long a scrape may take then.
	metricsDrainTime = 2 * time.Second
)

// serve runs the server until SIGINT or SIGTERM, with the parts that a command adds.
func serve(settings config.Config, more ...fx.Option) error {
	app := fx.New(program(settings), fx.NopLogger, fx.Options(more...), fx.StartTimeout(startTime), fx.StopTimeout(stopTime))
	if err := app.Err(); err != nil {
		return dig.RootCause(err)
	}
	interrupts := make(chan os.Signal, 1)
	signal.Notify(interrupts, syscall.SIGINT, syscall.SIGTERM) // before the start: the server may be stopped as soon as it is ready
	ctx, cancel := context.WithTimeout(context.Background(), startTime)
	defer cancel()
	if err := app.Start(ctx); err != nil {
		return dig.RootCause(err)
	}
	select {
	case <-interrupts:
	case <-app.Wait():
	}
	signal.Stop(interrupts) // a second signal ends the process at once
	stopping, cancelStop := context.WithTimeout(context.Background(), stopTime)
	defer cancelStop()
	return app.Stop(stopping)
}

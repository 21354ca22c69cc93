package main

import (
	"go.uber.org/zap"

	"github.com/holotwin/holotwin/adapters/nats"
	"github.com/holotwin/holotwin/platform/config"
	"github.com/holotwin/holotwin/platform/events"
	"github.com/holotwin/holotwin/platform/supervise"
)

// joinBus lets replicas tell each other of what they commit, where a bus is set.
func joinBus(c config.Config, outbox *events.Outbox, supervisor *supervise.Supervisor, log *zap.Logger) error {
	if c.NATSURL == "" {
		return nil
	}
	bus, err := nats.Join(c.NATSURL, outbox, log)
	if err != nil {
		return err
	}
	supervisor.Run("nats", bus.Run)
	return nil
}

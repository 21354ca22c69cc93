package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/holotwin/holotwin/adapters/simulate"
	"github.com/holotwin/holotwin/platform/clock"
)

type simulateCommand struct {
	Rooms    int           `default:"20" help:"How many rooms, each with air conditioning, lights, computers and a sensor; every fourth has a fault."`
	Speed    float64       `default:"60" help:"How many times faster than real time the simulation runs until it reaches the present."`
	Days     float64       `default:"7" help:"How many days ago the simulation begins."`
	Every    time.Duration `default:"5m" help:"How often devices send, in simulated time."`
	Seed     uint64        `default:"1" help:"The same seed and times give the same messages."`
	For      time.Duration `help:"End after this time; without it, Ctrl-C ends the simulation."`
	HTTP     string        `name:"http" placeholder:"URL" help:"A server, http://host:port: the campus is registered there, and readings are sent there unless --mqtt is given."`
	Email    string        `default:"admin@localhost" help:"The user who registers the campus."`
	Password string        `env:"SIMULATE_PASSWORD" help:"The password of that user; better in SIMULATE_PASSWORD, because a list of processes shows flags."`
	MQTT     string        `name:"mqtt" placeholder:"URL" help:"A broker, mqtt://user:password@host:port: devices publish there, each in the dialect of its make; without --http they appear in the inbox."`
	TimeZone string        `name:"time-zone" default:"America/Bogota" help:"The time zone of the campus."`
}

// Run simulates a campus.
func (c simulateCommand) Run() error {
	zone, err := time.LoadLocation(c.TimeZone)
	switch {
	case err != nil:
		return errors.New("--time-zone: no zone of this name")
	case c.HTTP == "" && c.MQTT == "":
		return errors.New("give --http, --mqtt or both: where to send to")
	case c.Rooms < 1 || c.Rooms > 10_000:
		return errors.New("--rooms: 1 to 10000")
	case c.Speed < 1 || c.Every < time.Second || c.Days < 0:
		return errors.New("--speed: at least 1; --every: at least 1s; --days: not negative")
	}
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer cancel()
	if c.For > 0 {
		var end context.CancelFunc
		ctx, end = context.WithTimeout(ctx, c.For)
		defer end()
	}
	sender, leave, err := c.sender(ctx, zone)
	if err != nil {
		return err
	}
	defer leave()
	from := clock.System{}.Now().Add(-time.Duration(c.Days * float64(24*time.Hour)))
	sent, err := simulate.Run(ctx, simulate.Options{Rooms: c.Rooms, Speed: c.Speed, Seed: c.Seed, From: from, Every: c.Every, Zone: zone}, sender, waitingClock{}, func(at time.Time, sent int) {
		fmt.Fprintf(os.Stdout, "\r  %s  %d mensajes · messages ", at.In(zone).Format("2006-01-02 15:04"), sent)
	})
	fmt.Fprintln(os.Stdout)
	if ctx.Err() != nil {
		err = nil
	}
	fmt.Fprintf(os.Stdout, "  %d mensajes enviados · messages sent\n", sent)
	return err
}

func (c simulateCommand) sender(ctx context.Context, zone *time.Location) (simulate.Sender, func(), error) {
	var registrar simulate.Sender
	if c.HTTP != "" {
		server, err := simulate.DialHTTP(ctx, c.HTTP, c.Email, c.Password, c.Every)
		if err != nil {
			return nil, nil, err
		}
		registrar = server
	}
	if c.MQTT == "" {
		return registrar, func() {}, nil
	}
	broker, err := simulate.DialMQTT(c.MQTT, zone, registrar)
	if err != nil {
		return nil, nil, err
	}
	return broker, broker.Close, nil
}

// waitingClock is the system's clock.
type waitingClock struct{ clock.System }

// Wait waits for a while, or until ctx ends.
func (waitingClock) Wait(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

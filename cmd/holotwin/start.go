package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/fx"
	"go.uber.org/zap"

	"github.com/holotwin/holotwin/adapters/mqtt"
	"github.com/holotwin/holotwin/modules/auth"
	"github.com/holotwin/holotwin/platform/config"
	"github.com/holotwin/holotwin/platform/database"
	"github.com/holotwin/holotwin/platform/httpserver"
	"github.com/holotwin/holotwin/platform/supervise"
	"github.com/holotwin/holotwin/platform/tracing"
)

// server has the services that a start needs.
type server struct {
	fx.In `ignore-unexported:"true"`

	Config     config.Config
	Log        *zap.Logger
	Database   *database.Database
	Accounts   *auth.Accounts `optional:"true"`
	API        *httpserver.API
	Supervisor *supervise.Supervisor
	Tracer     *tracing.Tracer
	Broker     *mqtt.Broker `optional:"true"`
	Works      jobServices
	Program    fx.Shutdowner
	Registry   *prometheus.Registry

	listener net.Listener
	metrics  metricsServer
}

// step is a part of the start, and of the stop. Each of the two may be nil.
type step struct {
	name        string
	start, stop func(context.Context) error
}

// steps is the order in which the server starts. It stops in the opposite order.
func (s *server) steps() []step {
	return []step{
		{name: "traces", stop: s.Tracer.Stop}, // after all that makes spans
		{name: "database files", start: s.warnOfExposedFiles, stop: s.closeDatabase},
		{name: "settings", start: s.warnOfSettings},
		{name: "HTTP address", start: s.listen, stop: s.stopListening},
		{name: "metrics address", start: s.listenForMetrics, stop: s.stopListeningForMetrics},
		{name: "schemas", start: func(ctx context.Context) error { return migrate(ctx, s.Config, s.Database) }},
		{name: "rights", start: s.loadStanding},
		{name: "first administrator", start: s.addFirstAdministrator},
		{name: "published passwords", start: s.Works.checkPasswords},
		{name: "background", stop: s.Supervisor.Stop},
		{name: "metrics", start: s.serveMetrics, stop: s.drainMetrics},
		{name: "HTTP", start: s.serveHTTP, stop: s.drain},
		{name: "background jobs", start: s.startJobs},
		{name: "MQTT broker", start: s.startBroker, stop: s.stopBroker},
		{name: "ready", start: s.logReady, stop: s.logStopping},
	}
}

// start ties the steps to the program's life.
func start(life fx.Lifecycle, s server) { life.Append(hookOf(s.steps(), s.Log)) }

// hookOf runs steps in their order, and stops them in the opposite order. If a step fails, those before it are stopped. It is one
// hook for all of them: fx skips the hooks that are left when the time for the stop is used up, and the database must be closed.
func hookOf(steps []step, log *zap.Logger) fx.Hook {
	begun := 0
	stop := func(ctx context.Context) (err error) {
		for ; begun > 0; begun-- {
			if end := steps[begun-1].stop; end != nil {
				err = errors.Join(err, end(ctx))
			}
		}
		return err
	}
	return fx.Hook{OnStop: stop, OnStart: func(ctx context.Context) error {
		for _, step := range steps {
			if step.start != nil {
				log.Debug("starting", zap.String("step", step.name))
				if err := step.start(ctx); err != nil {
					return errors.Join(err, stop(ctx))
				}
			}
			begun++
		}
		return nil
	}}
}

// warnOfExposedFiles logs the files of the database that others can read.
func (s *server) warnOfExposedFiles(context.Context) error {
	for _, file := range s.Database.Exposed {
		s.Log.Warn("other users of this machine can read a file of the database; give it to the user that runs the program", zap.String("file", file))
	}
	return nil
}

// warnOfSettings logs what is likely not meant in the settings.
func (s *server) warnOfSettings(context.Context) error {
	for _, w := range s.Config.Warnings {
		s.Log.Warn("a setting is likely not meant: " + w.Error())
	}
	return nil
}

func (s *server) closeDatabase(context.Context) error { return s.Database.Close() }

func (s *server) listen(context.Context) (err error) {
	if s.listener, err = net.Listen("tcp", s.Config.HTTPAddr); err != nil {
		return fmt.Errorf("HTTP_ADDR: %s cannot be listened on: %s", s.Config.HTTPAddr, listenReason(err))
	}
	return nil
}

// stopListening matters if a later step of the start fails; after serving, the listener is closed already.
func (s *server) stopListening(context.Context) error {
	_ = s.listener.Close()
	return nil
}

func (s *server) addFirstAdministrator(ctx context.Context) error {
	use := auth.ForWork
	if s.Config.Demo {
		use = auth.ForDemo
	}
	if s.Accounts == nil {
		return nil // the process that runs auth makes it
	}
	first, err := s.Accounts.Bootstrap(ctx, s.Config.AdminEmail, s.Config.AdminPassword, use)
	if err != nil || first == nil || first.Password == "" {
		return err
	}
	// To the terminal and not to the log: logs are stored and forwarded.
	fmt.Fprintf(os.Stdout, "\n  Primer administrador · first administrator (se muestra una sola vez · shown once)\n    %s\n    %s\n\n", first.Email, first.Password)
	return nil
}

func (s *server) serveHTTP(context.Context) error {
	s.Supervisor.Once("http", func(context.Context) {
		if err := s.API.Serve(s.listener); err != nil {
			s.Log.Error("the HTTP server has ended; the program ends", zap.Error(err))
			_ = s.Program.Shutdown(fx.ExitCode(1))
		}
	})
	return nil
}

// drain ends the HTTP server after the running requests are answered.
func (s *server) drain(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, drainTime)
	defer cancel()
	return s.API.Shutdown(ctx)
}

func (s *server) startJobs(context.Context) error {
	for _, j := range s.Works.jobs() {
		s.Supervisor.Run(j.name, func(ctx context.Context) { j.run(ctx, s.Log) })
	}
	return nil
}

func (s *server) startBroker(context.Context) error {
	if s.Broker == nil {
		return nil
	}
	if err := s.Broker.Start(); err != nil {
		return err
	}
	s.Log.Info("devices may connect over MQTT", zap.Stringer("address", s.Broker.Address()))
	return nil
}

func (s *server) stopBroker(context.Context) error {
	if s.Broker == nil {
		return nil
	}
	return s.Broker.Stop()
}

func (s *server) logReady(context.Context) error {
	s.Log.Info("ready", zap.String("url", publicURL(s.listener, s.Config.TLSCert != "")), zap.String("database", string(s.Database.Dialect)), zap.String("version", version))
	return nil
}

func (s *server) logStopping(context.Context) error {
	s.Log.Info("stopping")
	return nil
}

func listenReason(err error) string {
	var call *os.SyscallError
	if errors.As(err, &call) {
		return call.Err.Error()
	}
	return "not an address of this machine"
}

func publicURL(l net.Listener, secure bool) string {
	address := l.Addr().(*net.TCPAddr)
	host := address.IP.String()
	if address.IP.IsUnspecified() {
		host = "localhost"
	}
	scheme := "http"
	if secure {
		scheme = "https"
	}
	return scheme + "://" + net.JoinHostPort(host, fmt.Sprint(address.Port))
}

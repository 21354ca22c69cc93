package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"
	"time"

	"go.uber.org/dig"
	"go.uber.org/fx"
	"go.uber.org/zap"

	gormadvice "github.com/holotwin/holotwin/adapters/gorm/advice"
	gormauth "github.com/holotwin/holotwin/adapters/gorm/auth"
	gormenergy "github.com/holotwin/holotwin/adapters/gorm/energy"
	"github.com/holotwin/holotwin/modules/advice"
	"github.com/holotwin/holotwin/modules/auth"
	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/platform/config"
	"github.com/holotwin/holotwin/platform/database"
	"github.com/holotwin/holotwin/platform/events"
	"github.com/holotwin/holotwin/platform/httpserver"
	"github.com/holotwin/holotwin/platform/supervise"
)

// Times of starting and stopping.
const (
	startTime = 2 * time.Minute
	// drainTime is what requests under way are given when the server is told to stop.
	drainTime = 15 * time.Second
	stopTime  = 20 * time.Second
)

// serve runs the server until SIGINT or SIGTERM; more are what a command adds to it.
func serve(settings config.Config, more ...fx.Option) error {
	app := fx.New(parts(settings), fx.NopLogger, fx.Invoke(run, runMQTT, runSignOn), fx.Options(more...), fx.StartTimeout(startTime), fx.StopTimeout(stopTime))
	if err := app.Err(); err != nil {
		return dig.RootCause(err)
	}
	told := make(chan os.Signal, 1)
	signal.Notify(told, syscall.SIGINT, syscall.SIGTERM) // before it starts: whoever sees it ready may stop it at once
	ctx, cancel := context.WithTimeout(context.Background(), startTime)
	defer cancel()
	if err := app.Start(ctx); err != nil {
		return dig.RootCause(err)
	}
	select {
	case <-told:
	case <-app.Wait():
	}
	signal.Stop(told) // a second one ends the process at once
	stopping, cancelStop := context.WithTimeout(context.Background(), stopTime)
	defer cancelStop()
	return app.Stop(stopping)
}

// warnOfExposed names the files of the database that others can read.
func warnOfExposed(log *zap.Logger, db *database.Database) {
	for _, file := range db.Exposed {
		log.Warn("other users of this machine can read a file of the database; give it to the user that runs the program", zap.String("file", file))
	}
}

// keepRefusals counts the refused requests that the audit left out, and forgets those of strangers that are old.
func keepRefusals(log *zap.Logger, supervisor *supervise.Supervisor, refusals *auth.Refusals) {
	supervisor.Run("refused requests", func(ctx context.Context) { countRefusals(ctx, log, refusals) })
	supervisor.Run("old refused requests", func(ctx context.Context) {
		repeat(ctx, forgetStrangersEvery, log, "old refused requests of strangers were not forgotten; it is tried again", refusals.Forget)
	})
}

// keepAdvice analyses, forecasts and plays scenarios in the background.
func keepAdvice(log *zap.Logger, supervisor *supervise.Supervisor, advisor *advice.Advisor) {
	supervisor.Run("advice", func(ctx context.Context) {
		repeat(ctx, adviceEvery, log, "advice was not renewed", advisor.RunDue)
	})
	supervisor.Run("forecasts", func(ctx context.Context) {
		repeat(ctx, adviceEvery, log, "forecasts were not prepared; they are made when they are asked for", advisor.PrepareForecasts)
	})
	supervisor.Run("advice on demand", func(ctx context.Context) {
		advisor.RunAsked(ctx, func(err error) { log.Error("advice was not renewed", zap.Error(err)) })
	})
	supervisor.Run("runs of scenarios", func(ctx context.Context) {
		advisor.PlayRuns(ctx, func(err error) { log.Error("a run of a scenario was ended", zap.Error(err)) })
	})
}

// run ties the server's life to the program's.
func run(life fx.Lifecycle, c config.Config, log *zap.Logger, db *database.Database, accounts *auth.Accounts, sessions *auth.Sessions, api *httpserver.API, books *gormenergy.Store, observatory *energy.Observatory, advisor *advice.Advisor, outbox *events.Outbox, feed *events.Feed, intake *energy.Intake, catalog *energy.Catalog, fleet *energy.Fleet, refusals *auth.Refusals, supervisor *supervise.Supervisor, stop fx.Shutdowner) {
	life.Append(fx.Hook{
		OnStart: func(ctx context.Context) error {
			warnOfExposed(log, db)
			listener, err := net.Listen("tcp", c.HTTPAddr)
			if err != nil {
				return fmt.Errorf("HTTP_ADDR: %s cannot be listened on: %s", c.HTTPAddr, listenReason(err))
			}
			if err := prepare(ctx, c, db, accounts); err != nil {
				return errors.Join(err, listener.Close())
			}
			removePublishedPasswords(ctx, log, supervisor, accounts)
			supervisor.Once("http", func(context.Context) {
				if err := api.Serve(listener); err != nil {
					log.Error("server ended", zap.Error(err))
					_ = stop.Shutdown(fx.ExitCode(1))
				}
			})
			supervisor.Run("posting", func(ctx context.Context) { post(ctx, log, books) })
			supervisor.Run("events", func(ctx context.Context) {
				feed.Run(ctx, func(err error) { log.Error("events cannot be read; readers get them later", zap.Error(err)) })
			})
			if err := joinBus(c, outbox, supervisor, log); err != nil {
				return errors.Join(err, listener.Close())
			}
			supervisor.Run("inbox", func(ctx context.Context) { keepInbox(ctx, log, books, intake) })
			supervisor.Run("old counters", func(ctx context.Context) { relearn(ctx, log, books, catalog) })
			supervisor.Run("old newcomers", func(ctx context.Context) { purgeInbox(ctx, log, intake) })
			supervisor.Run("vitals", func(ctx context.Context) {
				repeat(ctx, vitalsEvery, log, "it was not kept when devices were last heard; it is tried again", fleet.Keep)
			})
			supervisor.Run("old events", func(ctx context.Context) {
				repeat(ctx, forgetEventsEvery, log, "old events were not forgotten; it is tried again", outbox.DeleteOld)
			})
			supervisor.Run("old sessions", func(ctx context.Context) { sweep(ctx, log, sessions) })
			keepRefusals(log, supervisor, refusals)
			supervisor.Run("retention", func(ctx context.Context) { forget(ctx, log, books, retentionOf(c)) })
			if observatory != nil {
				supervisor.Run("weather", func(ctx context.Context) { observe(ctx, log, observatory) })
			}
			keepAdvice(log, supervisor, advisor)
			log.Info("ready", zap.String("url", publicURL(listener)), zap.String("database", string(db.Dialect)), zap.String("version", version))
			return nil
		},
		OnStop: func(ctx context.Context) error {
			log.Info("stopping")
			drain, cancel := context.WithTimeout(ctx, drainTime)
			defer cancel()
			return errors.Join(api.Shutdown(drain), supervisor.Stop(ctx), db.Close())
		},
	})
}

// prepare brings the schema up to date and makes the first administrator.
func prepare(ctx context.Context, c config.Config, db *database.Database, accounts *auth.Accounts) error {
	if err := migrate(ctx, db); err != nil {
		return err
	}
	first, err := accounts.Bootstrap(ctx, c.AdminEmail, c.AdminPassword)
	if err != nil || first == nil {
		return err
	}
	if first.Password != "" {
		// To the terminal and not to the log: a log is kept and sent around.
		fmt.Fprintf(os.Stdout, "\n  Primer administrador · first administrator (se muestra una sola vez · shown once)\n    %s\n    %s\n\n", first.Email, first.Password)
	}
	return nil
}

func listenReason(err error) string {
	var call *os.SyscallError
	if errors.As(err, &call) {
		return call.Err.Error()
	}
	return "not an address of this machine"
}

func publicURL(l net.Listener) string {
	address := l.Addr().(*net.TCPAddr)
	host := address.IP.String()
	if address.IP.IsUnspecified() {
		host = "localhost"
	}
	return fmt.Sprintf("http://%s", net.JoinHostPort(host, fmt.Sprint(address.Port)))
}

// schemas are the modules' migrations, by module.
var schemas = []struct {
	module string
	files  func() fs.FS
}{
	{"events", events.Migrations},
	{"auth", gormauth.Migrations},
	{"energy", gormenergy.Migrations},
	{"advice", gormadvice.Migrations},
}

func migrate(ctx context.Context, db *database.Database) error {
	for _, s := range schemas {
		if err := db.Migrate(ctx, s.module, s.files()); err != nil {
			return err
		}
	}
	return nil
}

func openDatabase(ctx context.Context, c config.Config) (*database.Database, error) {
	return openAudited(ctx, database.Options{URL: c.DBURL, DirectURL: c.DirectDBURL})
}

// openWatchedDatabase logs when the database stops answering, and when it is back.
func openWatchedDatabase(ctx context.Context, c config.Config, log *zap.Logger) (*database.Database, error) {
	return openAudited(ctx, database.Options{URL: c.DBURL, DirectURL: c.DirectDBURL, OnSilence: func(silent bool) {
		if silent {
			log.Error("PostgreSQL has stopped answering; requests get 503, and it is asked until it answers")
			return
		}
		log.Info("PostgreSQL answers again")
	}})
}

// openAudited opens a database whose changes are noted in the users' tables, which are in it.
func openAudited(ctx context.Context, o database.Options) (*database.Database, error) {
	db, err := database.Open(ctx, o)
	if err == nil {
		db.Audit(gormauth.WriteEntry)
	}
	return db, err
}

// checks are what must work before requests are sent here.
func checks(db *database.Database) []httpserver.Check {
	var migrated atomic.Bool // what was migrated stays so, and each look takes a connection
	return []httpserver.Check{
		{Name: "database", Ready: db.Ping},
		{Name: "migrations", Ready: func(ctx context.Context) error {
			if migrated.Load() {
				return nil
			}
			for _, s := range schemas {
				if pending, err := db.Pending(ctx, s.module, s.files()); err != nil || pending {
					return errors.Join(err, fmt.Errorf("%s is not migrated", s.module))
				}
			}
			migrated.Store(true)
			return nil
		}},
	}
}

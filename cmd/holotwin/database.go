package main

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"

	"go.uber.org/zap"

	gormauth "github.com/holotwin/holotwin/adapters/gorm/auth"
	gormrelay "github.com/holotwin/holotwin/adapters/gorm/auth/relay"
	"github.com/holotwin/holotwin/platform/config"
	"github.com/holotwin/holotwin/platform/database"
	"github.com/holotwin/holotwin/platform/httpserver"
	"github.com/holotwin/holotwin/platform/tracing"
)

// migrate brings the schema of each part up to date, in the order of the table.
func migrate(ctx context.Context, c config.Config, db *database.Database) error {
	for _, p := range parts(c) {
		if p.schema == nil {
			continue
		}
		if err := db.Migrate(ctx, p.name, p.schema()); err != nil {
			return err
		}
	}
	return nil
}

func openDatabase(ctx context.Context, c config.Config) (*database.Database, error) {
	return openAudited(ctx, c, database.Options{URL: c.DBURL, DirectURL: c.DirectDBURL})
}

// openWatchedDatabase logs when the database stops answering, and when it is back.
func openWatchedDatabase(ctx context.Context, c config.Config, log *zap.Logger, tracer *tracing.Tracer) (*database.Database, error) {
	return openAudited(ctx, c, database.Options{URL: c.DBURL, DirectURL: c.DirectDBURL, ReadURL: c.ReadDBURL, Traced: tracer.Records(), OnReplica: logReplica(log), OnSilence: func(silent bool) {
		if silent {
			log.Error("PostgreSQL has stopped answering; requests get 503; will retry")
			return
		}
		log.Info("PostgreSQL answers again")
	}})
}

// openAudited opens a database whose changes are recorded in the audit: in that of the auth module, which is in the same database,
// or, without that module, in the relay to it.
func openAudited(ctx context.Context, c config.Config, o database.Options) (*database.Database, error) {
	return audited(c)(database.Open(ctx, o))
}

// audited returns a function that makes an opened database write the audit.
func audited(c config.Config) func(*database.Database, error) (*database.Database, error) {
	return func(db *database.Database, err error) (*database.Database, error) {
		switch {
		case err != nil:
			return nil, err
		case c.Runs(config.Auth):
			db.Audit(gormauth.WriteEntry)
		default:
			db.Audit(gormrelay.WriteEntry)
		}
		return db, nil
	}
}

// checks are the conditions of readiness: what must work before requests are sent to this server.
func checks(c config.Config, db *database.Database) []httpserver.Check {
	var migrated atomic.Bool // a migrated schema stays migrated, and each check takes a connection
	return []httpserver.Check{
		{Name: "database", Ready: db.Ping},
		{Name: "migrations", Ready: func(ctx context.Context) error {
			if migrated.Load() {
				return nil
			}
			err := requireMigrated(ctx, c, db)
			migrated.Store(err == nil)
			return err
		}},
	}
}

func requireMigrated(ctx context.Context, c config.Config, db *database.Database) error {
	for _, p := range parts(c) {
		if p.schema == nil {
			continue
		}
		if pending, err := db.Pending(ctx, p.name, p.schema()); err != nil || pending {
			return errors.Join(err, fmt.Errorf("%s is not migrated", p.name))
		}
	}
	return nil
}

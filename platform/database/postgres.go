package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
	"gorm.io/driver/postgres"
	"gorm.io/gorm"

	"github.com/holotwin/holotwin/platform/certificate"
)

// defaultConnections suits two cores: writes need few connections, because commits are grouped; reports need some.
const defaultConnections = 16

// limits are the time limits of a connection, in ms: a statement that runs longer than its caller waits, or that waits for a lock for
// ever, holds a connection that others need.
var limits = map[string]string{"statement_timeout": "60000", "lock_timeout": "10000", "idle_in_transaction_session_timeout": "60000"}

func openPostgres(ctx context.Context, o Options) (*Database, error) {
	isPooled := o.DirectURL != ""
	config, err := postgresConfig("DB_URL", o.URL)
	if err != nil {
		return nil, err
	}
	var set *limitStatement
	if isPooled {
		set = bearPooler(config)
	}
	primary := openServer(config, o.connections(), o.OnSilence)
	if err := waitUntilReady(ctx, primary.pool); err != nil {
		return nil, errors.Join(fmt.Errorf("DB_URL: PostgreSQL does not answer: %s", Reason(err)), primary.close())
	}
	db, err := primary.gorm(set)
	if err != nil {
		return nil, errors.Join(err, primary.close())
	}
	direct := o.DirectURL
	if !isPooled {
		direct = o.URL
	}
	d := &Database{Write: db, Read: db, Dialect: Postgres, directURL: direct, close: primary.close}
	if o.ReadURL != "" {
		if d.replica, err = openReplica(ctx, o, config, primary); err != nil {
			return nil, errors.Join(err, primary.close())
		}
		d.close = func() error { return errors.Join(d.replica.close(), primary.close()) }
	}
	return d, nil
}

// server is the connections to a PostgreSQL server, and the watch that closes them when it falls silent.
type server struct {
	pool  *sql.DB
	watch *silenceWatch
	// end ends what runs beside the pool.
	end  context.CancelFunc
	runs *sync.WaitGroup
}

func openServer(config *pgx.ConnConfig, connections int, onSilence func(silent bool), options ...stdlib.OptionOpenDB) server {
	watch := newSilenceWatch(config.DialFunc, onSilence)
	s := server{pool: stdlib.OpenDB(withDialer(config, watch.connect), options...), watch: watch, runs: new(sync.WaitGroup)}
	watch.probe = stdlib.OpenDB(withDialer(config, watch.connectProbe))
	watch.probe.SetMaxOpenConns(1)
	s.pool.SetMaxOpenConns(connections)
	s.pool.SetMaxIdleConns(connections)
	s.pool.SetConnMaxIdleTime(5 * time.Minute)
	var watching context.Context
	watching, s.end = context.WithCancel(context.Background())
	s.runs.Go(func() { watch.run(watching) })
	return s
}

// gorm returns the pool for GORM. set is nil without a pooler.
func (s server) gorm(set *limitStatement) (*gorm.DB, error) {
	var used gorm.ConnPool = s.pool
	if set != nil {
		used = boundedPool{s.pool, *set}
	}
	return openGorm(postgres.New(postgres.Config{Conn: used}))
}

func (s server) close() error {
	s.end()
	s.runs.Wait()
	return errors.Join(s.pool.Close(), s.watch.probe.Close())
}

// withDialer returns a configuration that makes connections with dial.
func withDialer(config *pgx.ConnConfig, dial pgconn.DialFunc) pgx.ConnConfig {
	other := config.Copy()
	other.DialFunc = dial
	return *other
}

func postgresPool(url string) (*sql.DB, error) {
	config, err := postgresConfig("DB_URL", url)
	if err != nil {
		return nil, err
	}
	return stdlib.OpenDB(*config), nil
}

// postgresConfig reads the URL of a setting.
func postgresConfig(setting, url string) (*pgx.ConnConfig, error) {
	config, err := pgx.ParseConfig(url)
	if err != nil {
		return nil, errors.New(setting + ": not a PostgreSQL URL")
	}
	config.ConnectTimeout = 3 * time.Second
	for name, value := range limits {
		setDefault(config.RuntimeParams, name, value)
	}
	setDefault(config.RuntimeParams, "application_name", "holotwin")
	setDefault(config.RuntimeParams, "timezone", "UTC")
	return config, nil
}

func setDefault(params map[string]string, name, value string) {
	if _, set := params[name]; !set {
		params[name] = value
	}
}

// waitUntilReady retries until the server answers, because the container of this server may start before that of the database.
func waitUntilReady(ctx context.Context, pool *sql.DB) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	for {
		err := pool.PingContext(ctx)
		if err == nil || !mayRecover(err) {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(250 * time.Millisecond):
		}
	}
}

// mayRecover returns true if the server may only be starting. A refused login is permanent: a wrong password stays wrong.
func mayRecover(err error) bool {
	if _, refused := certificate.Reason(err); refused {
		return false
	}
	var refused *pgconn.PgError
	if errors.As(err, &refused) {
		return refused.Code == "57P03" || refused.Code == "53300" // cannot_connect_now, too_many_connections
	}
	return true
}

package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
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
	config, err := postgresConfig("DB_URL", o.URL)
	if err != nil {
		return nil, err
	}
	schema, err := schemaOf(config, "DB_URL")
	if err != nil {
		return nil, err
	}
	direct := config.Copy()
	if o.Traced {
		config.Tracer = postgresTracer{}
	}
	isPooled, settings := o.DirectURL != "", ""
	if isPooled {
		if direct, err = directConfig(o.DirectURL, schema); err != nil {
			return nil, err
		}
		settings = bearPooler(config)
	}
	primary := openServer(config, connector{settings: settings, enclose: isPooled && schema != ""}, o.connections(), o.OnSilence)
	if err := waitUntilReady(ctx, primary.pool); err != nil {
		return nil, errors.Join(fmt.Errorf("DB_URL: PostgreSQL does not answer: %s", Reason(err)), primary.close())
	}
	if schema != "" && !isPooled {
		if err := checkSchema(ctx, primary.pool, schema); err != nil {
			return nil, errors.Join(err, primary.close())
		}
	}
	db, err := primary.gorm()
	if err != nil {
		return nil, errors.Join(err, primary.close())
	}
	d := &Database{Write: db, Read: db, Dialect: Postgres, Schema: schema, direct: direct, close: primary.close}
	if o.ReadURL != "" {
		if d.replica, err = openReplica(ctx, o, config, schema, primary); err != nil {
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

// openServer opens the connections; how says what is done on each.
func openServer(config *pgx.ConnConfig, how connector, connections int, onSilence func(silent bool), options ...stdlib.OptionOpenDB) server {
	watch := newSilenceWatch(config.DialFunc, onSilence)
	config.OnNotice = noteLostCommit
	how.Connector = stdlib.GetConnector(withDialer(config, watch.connect), options...)
	s := server{pool: sql.OpenDB(how), watch: watch, runs: new(sync.WaitGroup)}
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

// gorm returns the pool for GORM.
func (s server) gorm() (*gorm.DB, error) {
	return openGorm(postgres.New(postgres.Config{Conn: s.pool}))
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

// postgresConfig reads the URL of a setting.
func postgresConfig(setting, url string) (*pgx.ConnConfig, error) {
	config, err := pgx.ParseConfig(url)
	var file *fs.PathError
	switch {
	case errors.As(err, &file):
		return nil, fmt.Errorf("%s: the file %s cannot be read; correct sslrootcert, sslcert or sslkey, or let the user of the program read it", setting, file.Path)
	case err != nil:
		return nil, errors.New(setting + ": not a PostgreSQL URL; use postgresql://user:password@host/database, with special characters of the password as %XX")
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

// OnPostgres calls do with a connection of pgx, without the overhead of database/sql for each statement. What do sends must be one
// statement, or one batch.
func (d *Database) OnPostgres(ctx context.Context, do func(*pgx.Conn) error) (err error) {
	pool, err := d.Write.DB()
	if err != nil {
		return err
	}
	conn, err := pool.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	return conn.Raw(func(driverConn any) error {
		own, ok := driverConn.(*postgresConn)
		if !ok {
			return fmt.Errorf("connection is a %T, not ours", driverConn)
		}
		end, err := own.begin(ctx)
		if err != nil {
			return err
		}
		return end(errors.Join(do(own.Conn.Conn()), own.lostCommit()))
	})
}

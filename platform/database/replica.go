package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"gorm.io/gorm"
)

// A read replica is a standby of the primary. It answers a question only if it has replayed everything that was committed on the primary
// when the question was asked. So an answer is never older than the question, and a caller sees what they wrote, through whichever process.
// The log's positions are compared, not clocks: the primary is asked how far its log is, then the standby how far it has replayed, and only
// then the standby's snapshot begins. If the standby is behind for longer than catchUpTime, is away, is slow, or cancels a query because of
// what it replays, the primary answers.
const (
	// catchUpTime is how long a question waits for the replica. A healthy one is a few milliseconds behind.
	catchUpTime = 50 * time.Millisecond
	// checkTime bounds a check.
	checkTime = 500 * time.Millisecond
	// lookEvery is how often the watch checks the replica. In between, a failed check keeps questions away from it.
	lookEvery = 500 * time.Millisecond
	// lookTime bounds a check by the watch, which may have to connect.
	lookTime = 3 * time.Second
	// announceAfter is how many checks in a row find a new condition before it is announced.
	announceAfter = 3
	// replicaTime bounds a read whose context has no deadline. With a deadline, the replica gets half of the time, so that the primary can
	// still answer.
	replicaTime = 30 * time.Second
)

// errBehind is the error of a replica that has not replayed enough, errBusy of one whose connections are all in use, errPrimary of a primary
// that does not answer, which shows nothing about the replica.
var (
	errBehind  = errors.New("it is behind")
	errBusy    = errors.New("all of its connections are in use")
	errPrimary = errors.New("the primary does not answer")
)

func conditionOf(err error) Condition {
	switch {
	case err == nil:
		return Following
	case errors.Is(err, errBehind):
		return Behind
	case errors.As(err, &errRefused{}):
		return Refused
	}
	return Away
}

// saysNothing returns true for an error that does not change the replica's condition.
func saysNothing(err error) bool { return errors.Is(err, errBusy) || errors.Is(err, errPrimary) }

// replica is the read replica.
type replica struct {
	server
	db *gorm.DB
	// asked is a pool of the primary for its position only, so that the question never waits behind other work.
	asked *sql.DB
	// onChange is called when the condition has changed, with the reason in words.
	onChange func(Condition, string)

	condition atomic.Value // a Condition
	// cluster is the one of all connections to the replica.
	cluster atomic.Int64
	lag     lag
	reads   map[Answer]*atomic.Uint64 // every Answer is in it
}

// askedConnections are enough for positions, which take a fraction of a millisecond.
const askedConnections = 2

// replicaConfig returns the configuration of the read replica, with the schema of DB_URL.
func replicaConfig(url, schema string) (*pgx.ConnConfig, error) {
	config, err := postgresConfig("READ_DB_URL", url)
	if err != nil {
		return nil, err
	}
	if schema != "" {
		if setDefault(config.RuntimeParams, searchPath, schema); config.RuntimeParams[searchPath] != schema {
			return nil, errors.New("READ_DB_URL: its search_path must be that of DB_URL, or be left out")
		}
	}
	return config, nil
}

// openReplica opens the read replica. It need not answer yet. Errors: it answers, and is no copy of the primary.
func openReplica(ctx context.Context, o Options, primaryConfig *pgx.ConnConfig, schema string, primary server) (*replica, error) {
	config, err := replicaConfig(o.ReadURL, schema)
	if err != nil {
		return nil, err
	}
	if o.Traced {
		config.Tracer = postgresTracer{}
	}
	r := &replica{onChange: o.OnReplica, reads: newReads()}
	if r.onChange == nil {
		r.onChange = func(Condition, string) {}
	}
	var how connector // a read is in a transaction
	if o.DirectURL != "" {
		how.settings = bearPooler(config)
	}
	r.server = openServer(config, how, o.connections(), nil, stdlib.OptionAfterConnect(r.identify))
	r.asked = stdlib.OpenDB(withDialer(primaryConfig, primary.watch.connect))
	r.asked.SetMaxOpenConns(askedConnections)
	r.asked.SetMaxIdleConns(askedConnections)
	if r.db, err = r.gorm(); err != nil {
		return nil, errors.Join(err, r.close())
	}
	err = r.look(ctx)
	if refused := (errRefused{}); errors.As(err, &refused) && refused.forGood {
		return nil, errors.Join(fmt.Errorf("READ_DB_URL: %s", refused.reason), r.close())
	}
	r.condition.Store(conditionOf(err))
	watching, end := context.WithCancel(context.Background())
	endServer := r.end
	r.end = func() { end(); endServer() }
	r.runs.Go(func() { r.run(watching) })
	return r, nil
}

func (r *replica) close() error { return errors.Join(r.server.close(), r.asked.Close()) }

// read runs a read on the replica. It returns false if the primary must answer: then read is called again from the beginning.
func (r *replica) read(ctx context.Context, read func(tx *gorm.DB) error) bool {
	answer := r.try(ctx, read)
	if ctx.Err() == nil || answer.ByReplica { // else the caller has gone, and there is no answer
		r.reads[answer].Add(1)
	}
	return answer.ByReplica
}

func (r *replica) try(ctx context.Context, read func(tx *gorm.DB) error) Answer {
	if condition := r.condition.Load().(Condition); condition != Following {
		return Answer{false, string(condition)}
	}
	budget := replicaTime
	if deadline, bounded := ctx.Deadline(); bounded {
		budget = time.Until(deadline) / 2
	}
	ctx, cancel := context.WithTimeout(ctx, budget)
	defer cancel()
	conn, err := r.follow(ctx)
	switch {
	case errors.Is(err, errBusy):
		return busy
	case err != nil && (ctx.Err() != nil || saysNothing(err)):
		return failed
	case err != nil:
		r.condition.Store(conditionOf(err))
		return Answer{false, string(conditionOf(err))}
	}
	defer func() { _ = conn.Close() }()
	if r.snapshot(ctx, conn, read) != nil {
		return failed
	}
	return answered
}

// follow returns a connection on which a query sees all that is committed on the primary by now. Errors: errBusy, errPrimary, errBehind,
// errRefused.
func (r *replica) follow(ctx context.Context) (*sql.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, checkTime)
	defer cancel()
	conn, err := r.connect(ctx)
	if err != nil {
		return nil, err
	}
	primary, err := r.primary(ctx)
	if err == nil {
		err = r.catchUp(ctx, conn, primary)
	}
	if err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return conn, nil
}

func (r *replica) connect(ctx context.Context) (*sql.Conn, error) {
	conn, err := r.pool.Conn(ctx)
	if stats := r.pool.Stats(); errors.Is(err, context.DeadlineExceeded) && stats.InUse == stats.MaxOpenConnections {
		return nil, errBusy
	}
	return conn, err
}

// identify refuses a connection to a server that is no copy of the primary.
func (r *replica) identify(ctx context.Context, conn *pgx.Conn) error {
	var own, primary identity
	if err := conn.QueryRow(ctx, identityQuery).Scan(&own.cluster, &own.database); err != nil {
		return refusal(err)
	}
	if err := r.asked.QueryRowContext(ctx, identityQuery).Scan(&primary.cluster, &primary.database); err != nil {
		return ofPrimary(refusal(err))
	}
	err := requireCopy(primary, own)
	if err == nil {
		r.cluster.Store(own.cluster)
	}
	return err
}

// primary returns how far the primary is. Errors: errPrimary, errRefused.
func (r *replica) primary(ctx context.Context) (position, error) {
	p, _, err := readPosition(ctx, r.asked, primaryPosition)
	if cluster := r.cluster.Load(); err == nil && p.cluster != cluster {
		err = requireCopy(identity{cluster: p.cluster}, identity{cluster: cluster})
	}
	return p, ofPrimary(err)
}

// ofPrimary marks an error as the primary's, unless it is a refusal.
func ofPrimary(err error) error {
	if err == nil || errors.As(err, &errRefused{}) {
		return err
	}
	return fmt.Errorf("%w: %w", errPrimary, err)
}

// catchUp waits until the replica has replayed what the primary had. Errors: errBehind, errRefused.
func (r *replica) catchUp(ctx context.Context, conn *sql.Conn, primary position) error {
	end := time.Now().Add(catchUpTime)
	for pause := time.Millisecond; ; pause *= 2 {
		standby, follows, err := readPosition(ctx, conn, standbyPosition)
		if err != nil {
			return err
		}
		if err := refuse(primary, standby, follows); err != nil {
			return err
		}
		r.lag.note(primary.wal, standby.wal)
		if standby.wal >= primary.wal {
			return nil
		}
		if time.Now().Add(pause).After(end) {
			return errBehind
		}
		if !sleep(ctx, pause) {
			return ctx.Err()
		}
	}
}

// snapshot runs read in one snapshot of the replica.
func (r *replica) snapshot(ctx context.Context, conn *sql.Conn, read func(tx *gorm.DB) error) (err error) {
	tx, err := conn.BeginTx(ctx, &snapshotOptions)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // it only read
	session := r.db.Session(&gorm.Session{NewDB: true, Context: ctx})
	session.Statement.ConnPool = tx
	return read(session)
}

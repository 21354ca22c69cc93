package nats_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	natsgo "github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"
	"gorm.io/gorm"

	"github.com/holotwin/holotwin/adapters/nats"
	"github.com/holotwin/holotwin/platform/database"
	"github.com/holotwin/holotwin/platform/database/databasetest"
	"github.com/holotwin/holotwin/platform/events"
)

// streamServer is a nats-server with JetStream that can be ended and started again with the same files.
type streamServer struct {
	t       *testing.T
	options server.Options
	running *server.Server
}

func startStreamServer(t *testing.T) *streamServer {
	s := &streamServer{t: t, options: server.Options{Host: "127.0.0.1", Port: -1, NoSigs: true, NoLog: true, JetStream: true, StoreDir: t.TempDir()}}
	s.start()
	t.Cleanup(func() { s.end() })
	return s
}

func (s *streamServer) start() {
	s.t.Helper()
	options := s.options
	running, err := server.NewServer(&options)
	require.NoError(s.t, err)
	go running.Start()
	require.True(s.t, running.ReadyForConnections(eventually))
	s.running, s.options.Port = running, options.Port
}

func (s *streamServer) end() {
	s.running.Shutdown()
	s.running.WaitForShutdown()
}

func (s *streamServer) url() string { return fmt.Sprintf("nats://127.0.0.1:%d", s.options.Port) }

// js returns a client of the operator.
func (s *streamServer) js() jetstream.JetStream {
	connection, err := natsgo.Connect(s.url())
	require.NoError(s.t, err)
	s.t.Cleanup(connection.Close)
	js, err := jetstream.New(connection)
	require.NoError(s.t, err)
	return js
}

// process is one process with a database, which may be shared with others.
type process struct {
	t      *testing.T
	db     *database.Database
	outbox *events.Outbox
	bus    *nats.Bus
	ctx    context.Context
	stop   func()
	work   *sync.WaitGroup
	logs   *observer.ObservedLogs
	log    *zap.Logger
}

// start starts a process; it ends with the test, or with stop.
func start(t *testing.T, url string, db *database.Database) *process {
	t.Helper()
	core, logs := observer.New(zapcore.InfoLevel)
	p := &process{t: t, db: db, outbox: events.NewOutbox(db, time.Now), work: &sync.WaitGroup{}, logs: logs, log: zap.New(core)}
	var cancel context.CancelFunc
	p.ctx, cancel = context.WithCancel(context.Background())
	p.stop = func() { cancel(); p.work.Wait() }
	t.Cleanup(p.stop)
	var err error
	p.bus, err = nats.Join(url, "", p.outbox, p.log)
	require.NoError(t, err)
	p.work.Go(func() { p.bus.Run(p.ctx) })
	return p
}

func (p *process) report(err error) { p.log.Error("failed", zap.Error(err)) }

func (p *process) publish() *process {
	publisher := nats.NewPublisher(p.bus, "advice", events.NewSource(p.outbox))
	p.work.Go(func() { publisher.Run(p.ctx, p.report) })
	return p
}

func (p *process) collect(inbox nats.Inbox) *process {
	collector := nats.NewCollector(p.bus, inbox)
	p.work.Go(func() { collector.Run(p.ctx, p.report) })
	return p
}

// read starts a reader of the process's events from a position, nil for now.
func (p *process) read(after *events.Position) *events.Reader {
	p.t.Helper()
	feed := events.NewFeed(p.outbox)
	p.work.Go(func() { feed.Run(p.ctx, func(err error) { p.log.Error("feed", zap.Error(err)) }) })
	reader, err := feed.Read(p.ctx, after)
	require.NoError(p.t, err)
	p.t.Cleanup(reader.Close)
	return reader
}

// names reads n events and returns their devices.
func readNames(t *testing.T, r *events.Reader, n int) (names []string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), eventually)
	defer cancel()
	for len(names) < n {
		all, err := r.Next(ctx)
		require.NoError(t, err)
		require.NotEmpty(t, all, "after %d of %d", len(names), n)
		for _, e := range all {
			names = append(names, e.Device)
		}
	}
	return names
}

// put commits events of devices with these names in one transaction.
func (p *process) put(names ...string) {
	p.t.Helper()
	var all []events.Event
	for _, name := range names {
		all = append(all, events.Event{Kind: "recommendation", Device: name, Space: "sp", Data: `{"id":"` + name + `"}`})
	}
	err := p.db.Transact(context.Background(), func(tx *gorm.DB) error { return p.outbox.Put(tx, all) })
	require.NoError(p.t, err)
	p.outbox.Committed(nil)
}

// received returns how many events the process's database has of other databases.
func (p *process) received() (n int) {
	p.t.Helper()
	require.NoError(p.t, p.db.Read.Raw("SELECT count(*) FROM events_received").Row().Scan(&n))
	return n
}

// failures returns the messages that were logged as warnings or errors.
func (p *process) failures() (messages []string) {
	for _, entry := range p.logs.All() {
		if entry.Level >= zapcore.WarnLevel {
			messages = append(messages, entry.Message)
		}
	}
	return messages
}

func newDatabase(t *testing.T, url string) *database.Database {
	t.Helper()
	db, err := database.Open(t.Context(), database.Options{URL: url, Connections: 12})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	require.NoError(t, db.Migrate(t.Context(), "events", events.Migrations()))
	return db
}

// between runs a test with a source and a receiver of both kinds of databases.
func between(t *testing.T, run func(t *testing.T, source, receiver *database.Database)) {
	t.Run("sqlite to postgres", func(t *testing.T) {
		run(t, newDatabase(t, databasetest.SQLite(t)), newDatabase(t, databasetest.Postgres(t)))
	})
	t.Run("postgres to sqlite", func(t *testing.T) {
		run(t, newDatabase(t, databasetest.Postgres(t)), newDatabase(t, databasetest.SQLite(t)))
	})
}

func numbered(n int) (names []string) {
	for i := range n {
		names = append(names, fmt.Sprint("d", i))
	}
	return names
}

// clumsy is an inbox whose process is killed after it stored some messages, before they are acknowledged, and whose database fails
// sometimes.
type clumsy struct {
	inbox nats.Inbox
	calls *atomic.Int64
	kill  func()
}

func (c *clumsy) Receive(ctx context.Context, source string, all []events.Event) (int, error) {
	n := c.calls.Add(1)
	if n%7 == 3 {
		return 0, errors.New("the database is away")
	}
	stored, err := c.inbox.Receive(ctx, source, all)
	if n == 6 || n == 13 {
		c.kill()
		<-ctx.Done()
	}
	return stored, err
}

// TestEventsOfAnotherDatabaseArriveOnceAndInOrder has two replicas that publish and two that collect. Collectors are killed between
// commit and acknowledgement, their database fails, the server is ended and started again, and an operator deletes the stream.
func TestEventsOfAnotherDatabaseArriveOnceAndInOrder(t *testing.T) {
	between(t, func(t *testing.T, source, receiver *database.Database) {
		bus := startStreamServer(t)
		first, second := start(t, bus.url(), source).publish(), start(t, bus.url(), source).publish()
		begin := first.read(nil)
		serving := start(t, bus.url(), receiver)
		there := serving.read(nil)
		at := there.Position()
		var calls atomic.Int64
		var mu sync.Mutex
		ended := false
		var collect func()
		collect = func() {
			mu.Lock()
			defer mu.Unlock()
			if ended {
				return
			}
			p := start(t, bus.url(), receiver)
			var once sync.Once
			p.collect(&clumsy{inbox: p.outbox, calls: &calls, kill: func() {
				once.Do(func() { go func() { p.stop(); collect() }() })
			}})
		}
		collect()
		collect()
		defer func() { mu.Lock(); ended = true; mu.Unlock() }()
		const rows, perRow = 120, 3
		for i := range rows {
			p := []*process{first, second}[i%2]
			p.put(fmt.Sprint(i, "a"), fmt.Sprint(i, "b"), fmt.Sprint(i, "c"))
			switch i {
			case 30, 90:
				bus.end()
				bus.start()
			case 60:
				require.NoError(t, bus.js().DeleteStream(t.Context(), "HOLOTWIN_EVENTS"))
			}
			if seen := calls.Load(); i%6 == 5 { // several messages, not one of all
				require.Eventually(t, func() bool { return calls.Load() > seen }, eventually, time.Millisecond)
			}
		}
		want := readNames(t, begin, rows*perRow)
		require.Equal(t, want, readNames(t, there, rows*perRow))
		require.Equal(t, want, readNames(t, serving.read(&at), rows*perRow), "they are there for who comes back")
		require.Equal(t, rows*perRow, serving.received())
	})
}

// TestEventsWaitForTheServer starts processes before the server, and ends it with events that were not received. Each outage is one line.
func TestEventsWaitForTheServer(t *testing.T) {
	between(t, func(t *testing.T, source, receiver *database.Database) {
		bus := startStreamServer(t)
		bus.end()
		from := start(t, bus.url(), source).publish()
		to := start(t, bus.url(), receiver)
		reader := to.read(nil)
		from.put("a", "b")
		require.Len(t, from.failures(), 1)
		bus.start()
		js := bus.js()
		require.Eventually(t, func() bool {
			stream, err := js.Stream(t.Context(), "HOLOTWIN_EVENTS")
			return err == nil && stream.CachedInfo().State.Msgs > 0
		}, eventually, 10*time.Millisecond)
		bus.end()
		from.put("c")
		bus.start()
		to.collect(to.outbox)
		require.Equal(t, []string{"a", "b", "c"}, readNames(t, reader, 3))
		require.Len(t, from.failures(), 2)
		require.Len(t, to.failures(), 2)
	})
}

// TestADeletedStreamLosesNothing deletes the stream with events that were not received, and nothing new is committed after that.
func TestADeletedStreamLosesNothing(t *testing.T) {
	between(t, func(t *testing.T, source, receiver *database.Database) {
		bus := startStreamServer(t)
		js := bus.js()
		from, to := start(t, bus.url(), source).publish(), start(t, bus.url(), receiver)
		reader := to.read(nil)
		want := numbered(20)
		for _, name := range want {
			from.put(name)
		}
		require.Eventually(t, func() bool { return lastPublished(t, source) == from.lastNumber() }, eventually, 10*time.Millisecond)
		require.NoError(t, js.DeleteStream(t.Context(), "HOLOTWIN_EVENTS"))
		to.collect(to.outbox)
		require.Equal(t, want, readNames(t, reader, len(want)))
		require.NoError(t, js.DeleteStream(t.Context(), "HOLOTWIN_EVENTS"))
		from.put("after")
		require.Equal(t, []string{"after"}, readNames(t, reader, 1))
		require.Equal(t, len(want)+1, to.received())
	})
}

// TestANewStreamThatIsFullerLosesNothing deletes the stream while a source is away, and another source fills the new one first: the
// numbers of its messages are as far as those of the old.
func TestANewStreamThatIsFullerLosesNothing(t *testing.T) {
	bus := startStreamServer(t)
	source, other := newDatabase(t, databasetest.SQLite(t)), newDatabase(t, databasetest.SQLite(t))
	from, to := start(t, bus.url(), source).publish(), start(t, bus.url(), newDatabase(t, databasetest.SQLite(t)))
	reader := to.read(nil)
	from.put("a")
	from.put("b")
	require.Eventually(t, func() bool { return lastPublished(t, source) == from.lastNumber() }, eventually, 10*time.Millisecond)
	from.stop()
	require.NoError(t, bus.js().DeleteStream(t.Context(), "HOLOTWIN_EVENTS"))
	second := start(t, bus.url(), other).publish()
	for _, name := range numbered(5) {
		second.put(name)
		require.Eventually(t, func() bool { return lastPublished(t, other) == second.lastNumber() }, eventually, 10*time.Millisecond)
	}
	start(t, bus.url(), source).publish().put("c")
	to.collect(to.outbox)
	require.Equal(t, append(numbered(5), "a", "b", "c"), readNames(t, reader, 8))
}

// lastPublished returns the number of the last published row, and lastNumber that of the last stored one.
func lastPublished(t *testing.T, db *database.Database) uint64 {
	t.Helper()
	var position string
	if db.Read.Raw("SELECT position FROM events_source").Row().Scan(&position) != nil {
		return 0
	}
	p, err := events.ParsePosition(position)
	require.NoError(t, err)
	return p.Number
}

func (p *process) lastNumber() (n uint64) {
	p.t.Helper()
	require.NoError(p.t, p.db.Read.Raw("SELECT max(number) FROM events_outbox").Row().Scan(&n))
	return n
}

// TestReceivedEventsAreNotPublishedAgain runs a publisher where events are collected.
func TestReceivedEventsAreNotPublishedAgain(t *testing.T) {
	between(t, func(t *testing.T, source, receiver *database.Database) {
		bus := startStreamServer(t)
		from, both := start(t, bus.url(), source).publish(), start(t, bus.url(), receiver)
		reader := both.read(nil)
		both.collect(both.outbox).publish()
		from.put("a")
		require.Equal(t, []string{"a"}, readNames(t, reader, 1))
		require.Eventually(t, func() bool { return lastPublished(t, receiver) == both.lastNumber() }, eventually, 10*time.Millisecond)
		from.put("b")
		require.Equal(t, []string{"b"}, readNames(t, reader, 1))
		require.Equal(t, 2, both.received())
	})
}

// countingSource counts how often a publisher tries.
type countingSource struct {
	nats.Source
	read atomic.Int64
}

func (c *countingSource) After(ctx context.Context, p events.Position) ([]events.Event, events.Position, error) {
	c.read.Add(1)
	return c.Source.After(ctx, p)
}

// TestWithoutJetStream connects to a server that has none: one line says so, and the notifications work.
func TestWithoutJetStream(t *testing.T) {
	bus := startServer(t)
	source, receiver := newDatabase(t, databasetest.Postgres(t)), newDatabase(t, databasetest.SQLite(t))
	from, to := start(t, bus.ClientURL(), source), start(t, bus.ClientURL(), receiver)
	to.collect(to.outbox)
	counting := &countingSource{Source: events.NewSource(from.outbox)}
	publisher := nats.NewPublisher(from.bus, "advice", counting)
	from.work.Go(func() { publisher.Run(from.ctx, from.report) })
	from.put("a")
	const attempts = 5 // the line comes after the third
	require.Eventually(t, func() bool { return counting.read.Load() > attempts && len(to.failures()) > 0 }, eventually, 10*time.Millisecond)
	for _, p := range []*process{from, to} {
		require.Len(t, p.failures(), 1)
		require.ErrorIs(t, p.logs.FilterMessage("failed").All()[0].Context[0].Interface.(error), nats.ErrNoJetStream)
	}
	replica := start(t, bus.ClientURL(), source)
	reader := replica.read(nil)
	from.put("b")
	require.Equal(t, []string{"b"}, readNames(t, reader, 1))
}

// TestCampusesOnOneServer keeps the events of two campuses apart.
func TestCampusesOnOneServer(t *testing.T) {
	bus := startStreamServer(t)
	var from, to []*process
	var readers []*events.Reader
	for _, name := range []string{"cali", "tunja"} {
		source, receiver := newDatabase(t, databasetest.SQLite(t)), newDatabase(t, databasetest.SQLite(t))
		from = append(from, start(t, bus.url()+"/"+name, source).publish())
		p := start(t, bus.url()+"/"+name, receiver)
		readers = append(readers, p.read(nil))
		to = append(to, p.collect(p.outbox))
	}
	for i, p := range from {
		p.put(fmt.Sprint("of ", i))
	}
	for i, r := range readers {
		require.Equal(t, []string{fmt.Sprint("of ", i)}, readNames(t, r, 1))
	}
	for _, p := range to {
		require.Equal(t, 1, p.received())
	}
}

// TestPermissionsOfTheReadme connects as a user with exactly the permissions that platform/README.md names.
func TestPermissionsOfTheReadme(t *testing.T) {
	bus := startStreamServer(t)
	bus.end()
	allow := func(subjects ...string) *server.SubjectPermission { return &server.SubjectPermission{Allow: subjects} }
	bus.options.Users = []*server.User{{Username: "holotwin", Password: "p", Permissions: &server.Permissions{
		Publish:   allow("holotwin.>", "$JS.API.STREAM.INFO.HOLOTWIN_EVENTS", "$JS.API.STREAM.CREATE.HOLOTWIN_EVENTS", "$JS.API.CONSUMER.*.HOLOTWIN_EVENTS.>", "$JS.API.CONSUMER.MSG.NEXT.HOLOTWIN_EVENTS.>", "$JS.ACK.HOLOTWIN_EVENTS.>"),
		Subscribe: allow("holotwin.>", "_INBOX.>"),
	}}}
	bus.start()
	url := strings.Replace(bus.url(), "nats://", "nats://holotwin:p@", 1)
	source, receiver := newDatabase(t, databasetest.SQLite(t)), newDatabase(t, databasetest.SQLite(t))
	from, to := start(t, url, source).publish(), start(t, url, receiver)
	reader := to.read(nil)
	to.collect(to.outbox)
	from.put("a")
	require.Equal(t, []string{"a"}, readNames(t, reader, 1))
	require.Empty(t, from.failures())
	require.Empty(t, to.failures())
}

package nats_test

import (
	"context"
	"fmt"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"gorm.io/gorm"

	"github.com/holotwin/holotwin/adapters/nats"
	"github.com/holotwin/holotwin/platform/database"
	"github.com/holotwin/holotwin/platform/database/databasetest"
	"github.com/holotwin/holotwin/platform/events"
)

func TestMain(m *testing.M) { databasetest.Main(m) }

func startServer(t *testing.T) *server.Server {
	t.Helper()
	bus, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: -1, NoSigs: true, NoLog: true})
	require.NoError(t, err)
	go bus.Start()
	require.True(t, bus.ReadyForConnections(eventually))
	t.Cleanup(bus.Shutdown)
	return bus
}

// eventually is far longer than any wait takes, also on a busy machine. It only passes if an event never arrives.
const eventually = 5 * time.Minute

// box is an outbox that counts the commits of other processes.
type box struct {
	committed func()
	elsewhere chan struct{}
}

func (b *box) OnCommit(committed func()) { b.committed = committed }

func (b *box) CommittedElsewhere() { b.elsewhere <- struct{}{} }

// TestReplicasNotifyEachOther commits in each of three processes: the two others are notified, and it is not. A process of another campus is
// not notified either.
func TestReplicasNotifyEachOther(t *testing.T) {
	bus := startServer(t)
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	t.Cleanup(func() { cancel(); running.Wait() })
	boxes, before := make([]*box, 3), bus.NumSubscriptions()
	for i := range boxes {
		boxes[i] = &box{elsewhere: make(chan struct{}, 100)}
		joined, err := nats.Join(bus.ClientURL(), "", boxes[i], zap.NewNop())
		require.NoError(t, err)
		running.Go(func() { joined.Run(ctx) })
	}
	other := &box{elsewhere: make(chan struct{}, 100)}
	joined, err := nats.Join(bus.ClientURL(), "cali", other, zap.NewNop())
	require.NoError(t, err)
	running.Go(func() { joined.Run(ctx) })
	require.Eventually(t, func() bool { return bus.NumSubscriptions() >= before+uint32(len(boxes))+1 }, eventually, time.Millisecond)
	for range 20 {
		for i, here := range boxes {
			here.committed()
			for k, there := range boxes {
				if k == i {
					continue
				}
				select {
				case <-there.elsewhere:
				case <-time.After(eventually):
					t.Fatalf("%d was not notified of a commit of %d", k, i)
				}
			}
			require.Empty(t, here.elsewhere, "nobody is notified of their own commits")
		}
	}
	require.Empty(t, other.elsewhere)
}

// TestReplicasReadEachOthersEvents reads in one process what another commits, also while the server is down.
func TestReplicasReadEachOthersEvents(t *testing.T) {
	bus := startServer(t)
	ctx, cancel := context.WithCancel(context.Background())
	db, err := database.Open(ctx, database.Options{URL: databasetest.Postgres(t)})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	require.NoError(t, db.Migrate(ctx, "events", events.Migrations()))
	var running sync.WaitGroup
	t.Cleanup(func() { cancel(); running.Wait() })
	join := func() (*events.Outbox, *events.Feed) {
		outbox := events.NewOutbox(db, time.Now)
		joined, err := nats.Join(bus.ClientURL(), "", outbox, zap.NewNop())
		require.NoError(t, err)
		running.Go(func() { joined.Run(ctx) })
		feed := events.NewFeed(outbox)
		running.Go(func() { feed.Run(ctx, func(err error) { require.NoError(t, err) }) })
		return outbox, feed
	}
	here, _ := join()
	_, there := join()
	reader, err := there.Read(ctx, nil)
	require.NoError(t, err)
	defer reader.Close()
	for i := range 20 {
		if i == 10 {
			bus.Shutdown()
		}
		device := fmt.Sprintf("a%d", i)
		require.NoError(t, db.Transact(ctx, func(tx *gorm.DB) error {
			return here.Put(tx, []events.Event{{Kind: "reading", Device: device, Data: "{}"}})
		}))
		here.Committed(nil)
		waiting, end := context.WithTimeout(ctx, eventually)
		all, err := reader.Next(waiting)
		end()
		require.NoError(t, err)
		require.Len(t, all, 1, device)
		require.Equal(t, device, all[0].Device)
	}
}

func TestJoinRejectsOtherAddresses(t *testing.T) {
	for _, address := range []string{"localhost", "http://localhost:4222", "nats://"} {
		_, err := nats.Join(address, "", events.NewOutbox(nil, time.Now), zap.NewNop())
		require.ErrorIs(t, err, nats.ErrAddress, address)
	}
}

// TestASilentServerBlocksNothing joins a server that accepts connections and never answers: the program starts, commits do not wait,
// and the bus ends with its context.
func TestASilentServerBlocksNothing(t *testing.T) {
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = silent.Close() })
	go func() {
		for {
			if _, err := silent.Accept(); err != nil {
				return
			}
		}
	}()
	outbox := events.NewOutbox(nil, time.Now)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		bus, err := nats.Join("nats://"+silent.Addr().String(), "", outbox, zap.NewNop())
		if err != nil {
			t.Error(err)
			return
		}
		var running sync.WaitGroup
		running.Go(func() { bus.Run(ctx) })
		for range 10_000 {
			outbox.Committed(nil)
		}
		cancel()
		running.Wait()
	}()
	select {
	case <-done:
	case <-time.After(eventually):
		t.Fatal("a call waits for the server")
	}
	cancel()
}

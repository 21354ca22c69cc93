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

// TestReplicasTellEachOther lets a reader of one process hear at once what another committed, also while the server is away.
func TestReplicasTellEachOther(t *testing.T) {
	bus, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: -1, NoSigs: true, NoLog: true})
	require.NoError(t, err)
	go bus.Start()
	require.True(t, bus.ReadyForConnections(time.Minute))
	t.Cleanup(bus.Shutdown)
	ctx, cancel := context.WithCancel(context.Background())
	db, err := database.Open(ctx, database.Options{URL: databasetest.Postgres(t)})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	require.NoError(t, db.Migrate(ctx, "events", events.Migrations()))
	var running sync.WaitGroup
	t.Cleanup(func() { cancel(); running.Wait() })
	join := func() (*events.Outbox, *events.Feed) {
		outbox := events.NewOutbox(db, time.Now)
		joined, err := nats.Join(bus.ClientURL(), outbox, zap.NewNop())
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
	commit := func(device string) {
		require.NoError(t, db.Transact(ctx, func(tx *gorm.DB) error {
			return here.Put(tx, []events.Event{{Kind: "reading", Device: device, Data: "{}"}})
		}))
		here.Committed()
	}
	hear := func(device string) {
		waiting, end := context.WithTimeout(ctx, time.Minute)
		defer end()
		all, err := reader.Next(waiting)
		require.NoError(t, err)
		require.Len(t, all, 1, device)
		require.Equal(t, device, all[0].Device)
	}
	time.Sleep(1500 * time.Millisecond) // the feed has stopped to look often
	const told = 30
	begun := time.Now()
	for i := range told {
		device := fmt.Sprintf("a%d", i)
		commit(device)
		hear(device)
	}
	// A feed that nobody tells looks every two seconds: it would take twice as long at the least.
	require.Less(t, time.Since(begun), told*time.Second, "they are told, and do not wait for the next look")
	bus.Shutdown()
	time.Sleep(1500 * time.Millisecond)
	commit("b")
	hear("b")
}

func TestJoinRefuses(t *testing.T) {
	for _, address := range []string{"localhost", "http://localhost:4222", "nats://"} {
		_, err := nats.Join(address, events.NewOutbox(nil, time.Now), zap.NewNop())
		require.ErrorIs(t, err, nats.ErrAddress, address)
	}
}

// TestASilentServerHoldsUpNobody joins a server that takes connections and says nothing: the program starts, what is committed is told to
// nobody and waits for nobody, and the bus ends with its context.
func TestASilentServerHoldsUpNobody(t *testing.T) {
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
		bus, err := nats.Join("nats://"+silent.Addr().String(), outbox, zap.NewNop())
		if err != nil {
			t.Error(err)
			return
		}
		var running sync.WaitGroup
		running.Go(func() { bus.Run(ctx) })
		for range 10_000 {
			outbox.Committed()
		}
		cancel()
		running.Wait()
	}()
	select {
	case <-done:
	case <-time.After(30 * time.Second):
		t.Fatal("somebody waits for the server")
	}
	cancel()
}

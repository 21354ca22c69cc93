package database_test

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/platform/database"
	"github.com/holotwin/holotwin/platform/database/databasetest/pgserver"
)

// TestQueriesFailWhenServerFreezes freezes PostgreSQL while more queries run than there are connections. All queries fail,
// later ones fail at once, and the server is used again after it answers.
func TestQueriesFailWhenServerFreezes(t *testing.T) {
	t.Parallel()
	server, err := pgserver.Start(context.Background())
	require.NoError(t, err)
	t.Cleanup(func() { _ = server.Thaw(); _ = server.Stop() })
	var fell, rose atomic.Int32
	db, err := database.Open(context.Background(), database.Options{URL: server.URL, Connections: 4, OnSilence: func(silent bool) {
		if silent {
			fell.Add(1)
		} else {
			rose.Add(1)
		}
	}})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	one := func() error {
		var n int
		return db.Read.WithContext(context.Background()).Raw("SELECT 1").Scan(&n).Error
	}
	require.NoError(t, one())

	require.NoError(t, server.Freeze())
	const waiting = 20
	ended := make(chan error, waiting)
	for range waiting {
		go func() { ended <- one() }()
	}
	for range waiting {
		select {
		case err := <-ended:
			require.Error(t, err)
			require.True(t, database.IsUnavailable(err), "%v", err)
		case <-time.After(5 * time.Minute):
			t.Fatal("a query still waits for a server that does not answer")
		}
	}
	require.EqualValues(t, 1, fell.Load())
	require.Zero(t, rose.Load())
	refused := one()
	require.Contains(t, database.Reason(refused), "has not answered")

	require.NoError(t, server.Thaw())
	require.Eventually(t, func() bool { return one() == nil }, 5*time.Minute, 20*time.Millisecond)
	require.Eventually(t, func() bool { return rose.Load() == 1 }, 5*time.Minute, 20*time.Millisecond)
}

// TestLongWorkIsNotCut runs a query for longer than a server may be silent. The server is busy and answers pings.
func TestLongWorkIsNotCut(t *testing.T) {
	t.Parallel()
	server, err := pgserver.Start(context.Background())
	require.NoError(t, err)
	t.Cleanup(func() { _ = server.Stop() })
	db, err := database.Open(context.Background(), database.Options{URL: server.URL, Connections: 4})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	require.NoError(t, db.Read.WithContext(context.Background()).Exec("SELECT pg_sleep(6)").Error)
}

//go:build unix

package gormrelay_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	gormauth "github.com/holotwin/holotwin/adapters/gorm/auth"
	gormrelay "github.com/holotwin/holotwin/adapters/gorm/auth/relay"
	"github.com/holotwin/holotwin/modules/auth"
	"github.com/holotwin/holotwin/platform/clock"
	"github.com/holotwin/holotwin/platform/database"
	"github.com/holotwin/holotwin/platform/database/databasetest"
	"github.com/holotwin/holotwin/platform/random"
)

// killedURLs is the environment variable with the databases of a process that is to be killed: its own, and the audit's.
const killedURLs = "KILLED_RELAY"

// killer kills its own process after the audit stored the entries and before they are acknowledged.
type killer struct{ auth.AuditSink }

func (k killer) Receive(ctx context.Context, entries []auth.RelayedEntry) error {
	if err := k.AuditSink.Receive(ctx, entries); err != nil {
		return err
	}
	_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
	select {}
}

func openBoth(t *testing.T, own, audits string) (db, audit *database.Database) {
	t.Helper()
	open := func(url string) *database.Database {
		db, err := database.Open(context.Background(), database.Options{URL: url, Connections: 4})
		require.NoError(t, err)
		return db
	}
	db, audit = open(own), open(audits)
	db.Audit(gormrelay.WriteEntry)
	return db, audit
}

// TestKilledRelay is the process of TestAKilledProcessSendsOnce.
func TestKilledRelay(t *testing.T) {
	own, audits, given := strings.Cut(os.Getenv(killedURLs), " ")
	if !given {
		return
	}
	db, audit := openBoth(t, own, audits)
	for i := range 150 {
		require.NoError(t, change(db, fmt.Sprint(i)))
	}
	_, err := auth.NewRelay(gormrelay.New(db), killer{gormauth.New(audit)}, clock.System{}, random.ID).Send(context.Background())
	t.Fatalf("it is still alive: %v", err)
}

// TestAKilledProcessSendsOnce kills a process between the store of its entries in the audit and their acknowledgement. A process that
// starts after it sends all of them; each is in the audit once.
func TestAKilledProcessSendsOnce(t *testing.T) {
	for kind, fresh := range map[string]func(*testing.T) string{"sqlite": databasetest.SQLite, "postgres": databasetest.Postgres} {
		t.Run(kind, func(t *testing.T) {
			ctx := context.Background()
			own, audits := fresh(t), fresh(t)
			db, audit := openBoth(t, own, audits)
			require.NoError(t, audit.Migrate(ctx, "auth", gormauth.Migrations()))
			prepare(t, db)
			require.NoError(t, db.Close())
			require.NoError(t, audit.Close())

			killed := exec.Command(os.Args[0], "-test.run=^TestKilledRelay$")
			killed.Env = append(os.Environ(), killedURLs+"="+own+" "+audits)
			output, err := killed.CombinedOutput()
			var exit *exec.ExitError
			require.ErrorAs(t, err, &exit, string(output))
			require.Equal(t, syscall.SIGKILL, exit.Sys().(syscall.WaitStatus).Signal(), string(output))

			db, audit = openBoth(t, own, audits)
			store := gormauth.New(audit)
			require.Len(t, targets(t, store), 100, "the entries of one call were received")
			sent, err := auth.NewRelay(gormrelay.New(db), store, lateClock{}, random.ID).Send(ctx)
			require.NoError(t, err)
			require.Equal(t, 150, sent, "none was acknowledged")
			found, err := store.Entries(ctx, auth.AuditQuery{Limit: 1000})
			require.NoError(t, err)
			require.Len(t, found, 150)
			for i, e := range found {
				require.Equal(t, fmt.Sprint(149-i), e.Target)
			}
			require.NoError(t, db.Close())
			require.NoError(t, audit.Close())
		})
	}
}

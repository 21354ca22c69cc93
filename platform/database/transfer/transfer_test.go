package transfer_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"math"
	"os"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"github.com/holotwin/holotwin/platform/backup"
	"github.com/holotwin/holotwin/platform/database"
	"github.com/holotwin/holotwin/platform/database/databasetest"
	"github.com/holotwin/holotwin/platform/database/transfer"
)

func TestMain(m *testing.M) { databasetest.Main(m) }

// The tables of the tests: a column of each type, rows that are numbered, rows that refer to others, and a row that the migration makes.
const (
	lampsUp = `-- +goose Up
CREATE TABLE lamps_all (
    id     TEXT PRIMARY KEY,
    big    BIGINT,
    middle INTEGER,
    small  SMALLINT,
    is_on  BOOLEAN,
    area   DOUBLE PRECISION,
    photo  BYTES
);
CREATE TABLE lamps_events (lamp_id TEXT NOT NULL REFERENCES lamps_all (id), NUMBERED, body TEXT NOT NULL);
CREATE TABLE lamps_version (only_row INTEGER PRIMARY KEY, version BIGINT NOT NULL);
INSERT INTO lamps_version (only_row, version) VALUES (1, 1);
CREATE TABLE lamps_lease (id TEXT PRIMARY KEY);

-- +goose Down
DROP TABLE lamps_lease;
DROP TABLE lamps_version;
DROP TABLE lamps_events;
DROP TABLE lamps_all;
`
	// lampsWatts moves what another table has: it must run after a restore, and not before.
	lampsWatts = `-- +goose Up
CREATE TABLE lamps_watts (id TEXT PRIMARY KEY, watts BIGINT);
INSERT INTO lamps_watts (id, watts) SELECT id, big FROM lamps_all;

-- +goose Down
DROP TABLE lamps_watts;
`
)

func lamps(versions int) transfer.Part {
	sqlite := strings.NewReplacer("BYTES", "BLOB", "NUMBERED", "number INTEGER PRIMARY KEY AUTOINCREMENT", "is_on  BOOLEAN", "is_on  INTEGER")
	postgres := strings.NewReplacer("BYTES", "BYTEA", "NUMBERED", "number BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY")
	files := fstest.MapFS{
		"00001_lamps_sqlite.sql":   {Data: []byte(sqlite.Replace(lampsUp))},
		"00001_lamps_postgres.sql": {Data: []byte(postgres.Replace(lampsUp))},
	}
	if versions > 1 {
		files["00002_watts.sql"] = &fstest.MapFile{Data: []byte(lampsWatts)}
	}
	return transfer.Part{Name: "lamps", Schema: fs.FS(files), Rules: transfer.Rules{
		Filled: []string{"lamps_version"}, LeftOut: map[string]string{"lamps_lease": "a lease is of a process"},
	}}
}

// places are a database of each kind.
func places(t *testing.T) map[string]database.Options {
	return map[string]database.Options{"sqlite": {URL: databasetest.SQLite(t)}, "postgres": {URL: databasetest.Postgres(t)}}
}

// on runs a test on each kind of database, beside each other.
func on(t *testing.T, run func(t *testing.T, at database.Options)) { runOn(t, places(t), run) }

// everywhere runs a test as on does, and with a schema of a PostgreSQL database behind PgBouncer.
func everywhere(t *testing.T, run func(t *testing.T, at database.Options)) {
	all := places(t)
	pooled, direct := databasetest.Pooled(t)
	all["pgbouncer"] = database.Options{URL: databasetest.InSchema(t, pooled, "cali"), DirectURL: direct}
	runOn(t, all, run)
}

func runOn(t *testing.T, all map[string]database.Options, run func(t *testing.T, at database.Options)) {
	tests := map[string]func(*testing.T){}
	for kind, at := range all {
		tests[kind] = func(t *testing.T) { run(t, at) }
	}
	databasetest.Beside(t, tests)
}

func opened(t *testing.T, at database.Options, do func(db *database.Database)) {
	t.Helper()
	at.Connections = 4
	db, err := database.Open(t.Context(), at)
	require.NoError(t, err)
	defer func() { require.NoError(t, db.Close()) }()
	do(db)
}

func exec(t *testing.T, db *database.Database, statement string, args ...any) {
	t.Helper()
	require.NoError(t, db.Transact(t.Context(), func(tx *gorm.DB) error { return tx.Exec(statement, args...).Error }))
}

// lampRow has a pointer where there may be no value.
type lampRow struct {
	ID            string
	Big           *int64
	Middle, Small *int64
	IsOn          *bool
	Area          *float64
	Photo         []byte
	PhotoSize     *int64 // nil: there is no photo
}

var someLamps = []lampRow{
	{ID: "none"},
	{ID: "", Big: new(int64(math.MinInt64)), Middle: new(int64(math.MinInt32)), Small: new(int64(math.MinInt16)), IsOn: new(false), Area: new(0.1), PhotoSize: new(int64(0))},
	{ID: "lámpara 💡\n", Big: new(int64(math.MaxInt64)), Middle: new(int64(math.MaxInt32)), Small: new(int64(math.MaxInt16)), IsOn: new(true), Area: new(math.SmallestNonzeroFloat64), Photo: []byte{0, 255, 0}, PhotoSize: new(int64(3))},
	{ID: "third", Area: new(1.0 / 3)},
	{ID: "great", Area: new(-math.MaxFloat64)},
	{ID: "whole", Area: new(float64(1 << 60))},
}

// fill makes the tables and their rows.
func fill(t *testing.T, at database.Options) {
	t.Helper()
	opened(t, at, func(db *database.Database) {
		require.NoError(t, db.Migrate(t.Context(), "lamps", lamps(1).Schema))
		for _, l := range someLamps {
			var photo any
			if l.PhotoSize != nil {
				photo = append([]byte{}, l.Photo...)
			}
			exec(t, db, "INSERT INTO lamps_all (id, big, middle, small, is_on, area, photo) VALUES (?, ?, ?, ?, ?, ?, ?)", l.ID, l.Big, l.Middle, l.Small, l.IsOn, l.Area, photo)
		}
		for _, body := range []string{"one", "two", "three", "lost"} {
			exec(t, db, "INSERT INTO lamps_events (lamp_id, body) VALUES ('third', ?)", body)
		}
		exec(t, db, "DELETE FROM lamps_events WHERE body = 'lost'") // its number is not given again
		exec(t, db, "UPDATE lamps_version SET version = 7")
		exec(t, db, "INSERT INTO lamps_lease (id) VALUES ('a')")
	})
}

// requireLamps requires the rows that fill made.
func requireLamps(t *testing.T, at database.Options) {
	t.Helper()
	opened(t, at, func(db *database.Database) {
		var got []lampRow
		require.NoError(t, db.Read.Raw("SELECT id, big, middle, small, is_on, area, nullif(photo, ?) AS photo, length(photo) AS photo_size FROM lamps_all", []byte{}).Scan(&got).Error)
		require.ElementsMatch(t, someLamps, got)
		exec(t, db, "INSERT INTO lamps_events (lamp_id, body) VALUES ('third', 'next')")
		var events []struct {
			Number int64
			Body   string
		}
		require.NoError(t, db.Read.Raw("SELECT number, body FROM lamps_events ORDER BY number").Scan(&events).Error)
		require.Len(t, events, 4)
		require.EqualValues(t, 5, events[3].Number)
		var version, leases int
		require.NoError(t, db.Read.Raw("SELECT version FROM lamps_version").Scan(&version).Error)
		require.NoError(t, db.Read.Raw("SELECT count(*) FROM lamps_lease").Scan(&leases).Error)
		require.Equal(t, []int{7, 0}, []int{version, leases})
	})
}

func save(t *testing.T, at database.Options, parts ...transfer.Part) []byte {
	t.Helper()
	db, err := database.OpenBeside(t.Context(), at)
	require.NoError(t, err)
	defer func() { require.NoError(t, db.Close()) }()
	var file bytes.Buffer
	saved, err := transfer.Save(t.Context(), db, parts, &file, transfer.SaveOptions{Program: "1.2.3", Now: time.Now})
	require.NoError(t, err)
	require.EqualValues(t, file.Len(), saved.Bytes)
	return file.Bytes()
}

func load(t *testing.T, at database.Options, file []byte, parts ...transfer.Part) error {
	_, err := transfer.Load(t.Context(), at, parts, bytes.NewReader(file), transfer.LoadOptions{})
	return err
}

// TestEachKindFillsEachKind moves rows of every type from each kind of database into each.
func TestEachKindFillsEachKind(t *testing.T) {
	everywhere(t, func(t *testing.T, from database.Options) {
		fill(t, from)
		file := save(t, from, lamps(1))
		for kind, at := range places(t) {
			require.NoError(t, load(t, at, file, lamps(1)), kind)
			requireLamps(t, at)
		}
	})
}

// hookedWriter calls once when the first byte is written: the instant of the data is then passed.
type hookedWriter struct {
	io.Writer
	once func()
}

func (w *hookedWriter) Write(b []byte) (int, error) {
	if once := w.once; once != nil {
		w.once = nil
		once()
	}
	return w.Writer.Write(b)
}

// TestABackupIsOfOneInstant writes to every table while a backup is under way: the writer does not wait, and the backup has nothing of it.
func TestABackupIsOfOneInstant(t *testing.T) {
	on(t, func(t *testing.T, at database.Options) {
		fill(t, at)
		var file bytes.Buffer
		opened(t, at, func(server *database.Database) {
			beside, err := database.OpenBeside(t.Context(), at) // another process
			require.NoError(t, err)
			defer func() { require.NoError(t, beside.Close()) }()
			meanwhile := func() {
				exec(t, server, "INSERT INTO lamps_all (id) VALUES ('later')")
				exec(t, server, "INSERT INTO lamps_events (lamp_id, body) VALUES ('later', 'later')")
				exec(t, server, "UPDATE lamps_version SET version = 8")
				exec(t, server, "UPDATE lamps_all SET big = 5 WHERE id = 'none'")
			}
			saved, err := transfer.Save(t.Context(), beside, []transfer.Part{lamps(1)}, &hookedWriter{&file, meanwhile}, transfer.SaveOptions{Now: time.Now})
			require.NoError(t, err)
			require.EqualValues(t, len(someLamps)+4, saved.Rows)
		})
		restored := database.Options{URL: databasetest.SQLite(t)}
		require.NoError(t, load(t, restored, file.Bytes(), lamps(1)))
		opened(t, restored, func(db *database.Database) {
			var later, version int
			require.NoError(t, db.Read.Raw("SELECT count(*) FROM lamps_all WHERE id = 'later' OR big = 5").Scan(&later).Error)
			require.NoError(t, db.Read.Raw("SELECT version FROM lamps_version").Scan(&version).Error)
			require.Equal(t, []int{0, 7}, []int{later, version})
		})
	})
}

func TestADatabaseWithRowsIsRefused(t *testing.T) {
	on(t, func(t *testing.T, at database.Options) {
		fill(t, at)
		file := save(t, at, lamps(1))
		err := load(t, at, file, lamps(1))
		require.ErrorIs(t, err, transfer.ErrNotEmpty)
		requireLampCount(t, at, len(someLamps))
	})
}

func requireLampCount(t *testing.T, at database.Options, want int) {
	t.Helper()
	opened(t, at, func(db *database.Database) {
		var n int
		require.NoError(t, db.Read.Raw("SELECT count(*) FROM lamps_all").Scan(&n).Error)
		require.Equal(t, want, n)
	})
}

// largeLamps makes rows for several blocks.
func largeLamps(t *testing.T, at database.Options) {
	opened(t, at, func(db *database.Database) {
		require.NoError(t, db.Migrate(t.Context(), "lamps", lamps(1).Schema))
		for i := range largeRows {
			exec(t, db, "INSERT INTO lamps_all (id, photo) VALUES (?, ?)", "lamp "+strconv.Itoa(i), bytes.Repeat([]byte(strconv.Itoa(i)), 100_000))
		}
	})
}

const largeRows = 40

// TestAllOrNothing breaks a restore off after a part of the rows was written, by a damaged file, a file that ends and a signal. The database
// stays empty, so that the next restore succeeds.
func TestAllOrNothing(t *testing.T) {
	from := database.Options{URL: databasetest.SQLite(t)}
	largeLamps(t, from)
	file := save(t, from, lamps(1))
	damaged := bytes.Clone(file)
	damaged[len(file)*4/5] ^= 1
	on(t, func(t *testing.T, at database.Options) {
		require.ErrorIs(t, load(t, at, damaged, lamps(1)), backup.ErrDamaged)
		require.ErrorIs(t, load(t, at, file[:len(file)-1], lamps(1)), backup.ErrTruncated)
		ctx, cancel := context.WithCancel(t.Context())
		wrote := false
		_, err := transfer.Load(ctx, at, []transfer.Part{lamps(1)}, bytes.NewReader(file), transfer.LoadOptions{Progress: func(string, int64) {
			wrote = true
			cancel()
		}})
		require.ErrorIs(t, err, context.Canceled)
		require.True(t, wrote)
		if path, is := database.IsSQLite(at.URL); is {
			require.NoFileExists(t, path)
			require.NoDirExists(t, path+".restoring")
			require.NoError(t, os.MkdirAll(path+".restoring/of a killed one", 0o700))
		} else {
			requireLampCount(t, at, 0)
		}
		require.NoError(t, load(t, at, file, lamps(1)))
		requireLampCount(t, at, largeRows)
		if path, is := database.IsSQLite(at.URL); is {
			require.NoDirExists(t, path+".restoring")
			info, err := os.Stat(path)
			require.NoError(t, err)
			require.EqualValues(t, 0o600, info.Mode().Perm())
		}
	})
}

// TestNoServerUsesADatabaseThatIsBeingFilled tries to migrate and to read it meanwhile, as a server that starts does.
func TestNoServerUsesADatabaseThatIsBeingFilled(t *testing.T) {
	from := database.Options{URL: databasetest.SQLite(t)}
	fill(t, from)
	file := save(t, from, lamps(1))
	everywhere(t, func(t *testing.T, at database.Options) {
		tried := false
		_, err := transfer.Load(t.Context(), at, []transfer.Part{lamps(1)}, bytes.NewReader(file), transfer.LoadOptions{Progress: func(string, int64) {
			tried = true
			if _, is := database.IsSQLite(at.URL); is {
				_, err := database.Open(t.Context(), at)
				require.ErrorIs(t, err, database.ErrInUse)
				return
			}
			opened(t, at, func(db *database.Database) {
				for _, statement := range []string{"SELECT * FROM lamps_all", "INSERT INTO lamps_lease (id) VALUES ('b')", "SELECT * FROM goose_lamps"} {
					err := db.Transact(t.Context(), func(tx *gorm.DB) error {
						return errors.Join(tx.Exec("SET LOCAL lock_timeout = '10ms'").Error, tx.Exec(statement).Error)
					})
					require.ErrorContains(t, err, "lock timeout", statement)
				}
			})
		}})
		require.NoError(t, err)
		require.True(t, tried)
	})
}

// TestAnOlderSchemaIsMigratedAfterwards restores a backup of before a migration that moves rows, also into a database that was migrated
// while it was empty.
func TestAnOlderSchemaIsMigratedAfterwards(t *testing.T) {
	from := database.Options{URL: databasetest.SQLite(t)}
	fill(t, from)
	file := save(t, from, lamps(2))
	on(t, func(t *testing.T, at database.Options) {
		opened(t, at, func(db *database.Database) { require.NoError(t, db.Migrate(t.Context(), "lamps", lamps(2).Schema)) })
		require.NoError(t, load(t, at, file, lamps(2)))
		opened(t, at, func(db *database.Database) {
			var n int
			require.NoError(t, db.Read.Raw("SELECT count(*) FROM lamps_watts WHERE watts IS NOT NULL").Scan(&n).Error)
			require.Equal(t, 2, n)
			pending, err := db.Pending(t.Context(), "lamps", lamps(2).Schema)
			require.NoError(t, err)
			require.False(t, pending)
		})
		require.ErrorIs(t, load(t, database.Options{URL: databasetest.SQLite(t)}, save(t, at, lamps(2)), lamps(1)), backup.ErrNewer)
	})
}

// TestTablesOfUnknownPartsAreNewer restores what a later version with one more module wrote.
func TestTablesOfUnknownPartsAreNewer(t *testing.T) {
	from := database.Options{URL: databasetest.SQLite(t)}
	fill(t, from)
	file := save(t, from, lamps(1))
	err := load(t, database.Options{URL: databasetest.SQLite(t)}, file, transfer.Part{Name: "rooms", Schema: fstest.MapFS{}})
	require.ErrorIs(t, err, backup.ErrNewer)
	require.ErrorContains(t, err, `tables of "lamps"`)
}

// TestALaterProgramsTablesAreNotForgotten backs up with a program that is older than the database.
func TestALaterProgramsTablesAreNotForgotten(t *testing.T) {
	on(t, func(t *testing.T, at database.Options) {
		opened(t, at, func(db *database.Database) {
			require.NoError(t, db.Migrate(t.Context(), "lamps", lamps(2).Schema))
			backUp := func(parts ...transfer.Part) error {
				_, err := transfer.Save(t.Context(), db, parts, io.Discard, transfer.SaveOptions{Now: time.Now})
				return err
			}
			rooms := transfer.Part{Name: "rooms", Schema: fstest.MapFS{}}
			require.ErrorContains(t, backUp(rooms), `does not know the tables of "lamps"`)
			require.ErrorContains(t, backUp(rooms, lamps(1)), "the tables of lamps are of version 2, and this program knows up to 1")
			require.NoError(t, backUp(rooms, lamps(2)))
		})
	})
}

// TestAColumnThatABackupDoesNotKnowIsRefused holds that nothing is left out in silence.
func TestAColumnThatABackupDoesNotKnowIsRefused(t *testing.T) {
	at := database.Options{URL: databasetest.Postgres(t)}
	fill(t, at)
	opened(t, at, func(db *database.Database) {
		exec(t, db, "ALTER TABLE lamps_all ADD COLUMN made TIMESTAMPTZ")
		_, err := transfer.Save(t.Context(), db, []transfer.Part{lamps(1)}, io.Discard, transfer.SaveOptions{Now: time.Now})
		require.ErrorContains(t, err, "the column made of lamps_all has the type timestamp with time zone")
	})
}

func TestTheLastBackupIsRecorded(t *testing.T) {
	on(t, func(t *testing.T, at database.Options) {
		opened(t, at, func(db *database.Database) {
			require.NoError(t, db.Migrate(t.Context(), "backup", transfer.Migrations()))
			_, ok, err := transfer.Last(t.Context(), db)
			require.NoError(t, err)
			require.False(t, ok)
			beside, err := database.OpenBeside(t.Context(), at)
			require.NoError(t, err)
			defer func() { require.NoError(t, beside.Close()) }()
			for _, ms := range []int64{2000, 1000} { // the earlier one took longer
				require.NoError(t, transfer.Record(t.Context(), beside, transfer.Saved{At: time.UnixMilli(ms), Bytes: ms}))
			}
			last, ok, err := transfer.Last(t.Context(), db)
			require.NoError(t, err)
			require.True(t, ok)
			require.Equal(t, transfer.Saved{At: time.UnixMilli(2000), Bytes: 2000}, last)
		})
	})
}

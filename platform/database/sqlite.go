package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	_ "modernc.org/sqlite" // the driver, SQLite translated to Go: no C compiler is needed

	"github.com/holotwin/holotwin/platform/private"
)

// sqliteReaders is the number of read connections beside the writer.
const sqliteReaders = 4

// sqlitePath returns the file of a sqlite: URL. sqlite:///path is absolute. sqlite://./path, sqlite:///./path and sqlite:path
// are relative to the working folder.
func sqlitePath(raw string) string {
	path := strings.TrimPrefix(raw, "sqlite:")
	path = strings.TrimPrefix(path, "//")
	if strings.HasPrefix(path, "/./") || strings.HasPrefix(path, "/../") {
		path = path[1:]
	}
	return filepath.Clean(path)
}

// sqliteDSN returns the settings for opening the file. A commit is on disk when it returns (synchronous FULL). Readers never
// block the writer (WAL). A transaction that reads before it writes cannot fail half-way (begin immediate). A transaction that
// only reads is a snapshot (begin deferred).
func sqliteDSN(path, mode, begin string) string {
	query := url.Values{
		"_txlock": {begin},
		"_dqs":    {"0"},
		"mode":    {mode},
		"_pragma": {
			"busy_timeout(5000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)",
			"cache_size(-32000)", "temp_store(MEMORY)",
			// A page that many commits change is written to the file once for all of them. While a reader stays open for long,
			// the log grows; it is then truncated to 64 MB.
			"wal_autocheckpoint(4000)", "journal_size_limit(67108864)",
		},
	}
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + query.Encode()
}

// openSQLite opens a file, or creates it. Only the owner may read it, and the files that SQLite creates beside it with the same
// mode.
func openSQLite(ctx context.Context, path string, traced bool) (*Database, error) {
	unlock, err := LockSQLite(path)
	if err != nil {
		return nil, err
	}
	if err := makeFile(path); err != nil {
		return nil, errors.Join(fmt.Errorf("DB_URL: %s cannot be written: %s", path, pathReason(err)), unlock())
	}
	open := sqlitePool
	if traced {
		open = tracedSQLitePool
	}
	return openSQLitePools(ctx, path, "rwc", open, unlock)
}

// openPool opens a pool of connections.
type openPool func(ctx context.Context, dsn string, connections int) (*sql.DB, error)

// openSQLitePools opens the connections to a file. Closing them also calls unlock.
func openSQLitePools(ctx context.Context, path, mode string, open openPool, unlock func() error) (*Database, error) {
	exposed := private.Restrict(path, path+"-wal", path+"-shm", path+".lock")
	writer, err := open(ctx, sqliteDSN(path, mode, "immediate"), 1)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("DB_URL: %s cannot be opened as a SQLite database: %s", path, Reason(err)), unlock())
	}
	reader, err := open(ctx, sqliteDSN(path, "ro", "deferred"), sqliteReaders)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("DB_URL: %s cannot be read: %s", path, Reason(err)), writer.Close(), unlock())
	}
	closeAll := func() error { return errors.Join(reader.Close(), writer.Close(), unlock()) }
	write, err := openGorm(sqliteDialector{pool: writer})
	if err != nil {
		return nil, errors.Join(err, closeAll())
	}
	read, err := openGorm(sqliteDialector{pool: reader})
	if err != nil {
		return nil, errors.Join(err, closeAll())
	}
	return &Database{Write: write, Read: read, Dialect: SQLite, File: path, Exposed: exposed, close: closeAll}, nil
}

// checkSQLite returns an error if a file cannot be opened, and makes nothing. A file that is not there can be made later.
func checkSQLite(path string) error {
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	switch {
	case err == nil:
		return file.Close()
	case errors.Is(err, fs.ErrNotExist):
		return nil
	}
	return fmt.Errorf("DB_URL: %s cannot be written: %s; name a file that the user of the program may write", path, pathReason(err))
}

// makeFile creates an empty file if there is none. SQLite would create it with the default mode of the process. It returns an
// error if the file is not writable.
func makeFile(path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, private.FileMode)
	if err != nil {
		return err
	}
	return f.Close()
}

// withoutPath returns the error of a file without its path, which the message already contains.
func withoutPath(err error) error {
	var file *fs.PathError
	if errors.As(err, &file) {
		return file.Err
	}
	return err
}

func pathReason(err error) string { return withoutPath(err).Error() }

func sqlitePool(ctx context.Context, dsn string, connections int) (*sql.DB, error) {
	pool, err := sql.Open("sqlite", dsn)
	if err != nil {
		return nil, err
	}
	return readyPool(ctx, pool, connections)
}

// readyPool bounds a pool, and requires an answer.
func readyPool(ctx context.Context, pool *sql.DB, connections int) (*sql.DB, error) {
	pool.SetMaxOpenConns(connections)
	pool.SetMaxIdleConns(connections)
	if err := pool.PingContext(ctx); err != nil {
		return nil, errors.Join(err, pool.Close())
	}
	return pool, nil
}

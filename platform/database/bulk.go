package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/holotwin/holotwin/platform/private"
)

// Direct opens a connection to PostgreSQL itself, past a pooler, for work that takes long: without the limits of time. The caller closes it.
func (d *Database) Direct(ctx context.Context) (*pgx.Conn, error) {
	config := d.direct.Copy()
	for name := range limits {
		config.RuntimeParams[name] = "0"
	}
	conn, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return nil, errors.New("PostgreSQL does not answer: " + Reason(err))
	}
	return conn, nil
}

// IsSQLite reports whether a URL names a SQLite file, and which.
func IsSQLite(url string) (path string, is bool) {
	return sqlitePath(url), strings.HasPrefix(url, "sqlite:")
}

// OpenForLoad opens a SQLite file that may be lost as a whole: nothing is safe on the disk before the pool is closed and the file synced, and
// no other connection may use the file. There is one connection.
func OpenForLoad(ctx context.Context, path string) (*sql.DB, error) {
	query := url.Values{
		"_txlock": {"exclusive"}, "_dqs": {"0"}, "mode": {"rw"},
		"_pragma": {"journal_mode(OFF)", "synchronous(OFF)", "foreign_keys(0)", "locking_mode(EXCLUSIVE)", "cache_size(-32000)", "temp_store(MEMORY)"},
	}
	return sqlitePool(ctx, "file:"+(&url.URL{Path: path}).EscapedPath()+"?"+query.Encode(), 1)
}

// ReplaceSQLite puts a whole and closed SQLite file in the place of one that holds nothing, or of none. The caller has locked the place with
// LockSQLite. It holds after a crash: there is either the one or the other.
func ReplaceSQLite(whole, place string) error {
	if info, err := os.Stat(whole + "-wal"); err == nil && info.Size() > 0 {
		return fmt.Errorf("%s is not closed", whole)
	}
	if err := syncFile(whole); err != nil {
		return err
	}
	for _, beside := range []string{"-wal", "-shm"} { // they would be taken for those of the new file
		if err := os.Remove(place + beside); err != nil && !os.IsNotExist(err) {
			return err
		}
	}
	if err := os.Rename(whole, place); err != nil {
		return err
	}
	_ = syncFile(filepath.Dir(place)) // not every system can
	return nil
}

func syncFile(path string) error {
	f, err := os.OpenFile(path, os.O_RDONLY, 0)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// LockSQLite locks the place of a SQLite file, whether or not there is one. Errors: ErrInUse.
func LockSQLite(path string) (unlock func() error, err error) {
	if err := makeFolder(path); err != nil {
		return nil, err
	}
	if unlock, err = lockFile(path + ".lock"); err != nil {
		return nil, fmt.Errorf("DB_URL: %s: %w", path, withoutPath(err))
	}
	return unlock, nil
}

func makeFolder(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), private.FolderMode); err != nil {
		return fmt.Errorf("DB_URL: cannot create the folder %s: %s", filepath.Dir(path), pathReason(err))
	}
	return nil
}

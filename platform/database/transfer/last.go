package transfer

import (
	"context"
	"embed"
	"io/fs"
	"time"

	"gorm.io/gorm"

	"github.com/holotwin/holotwin/platform/database"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Migrations returns the table of the last backup.
func Migrations() fs.FS { return database.MigrationsIn(migrations) }

// OwnRules are those of the table of the last backup.
func OwnRules() Rules {
	return Rules{LeftOut: map[string]string{"backup_last": "it is of the backups of this database: a restored one has none yet"}}
}

// Record stores that a backup is whole. It must be called once the file is safe.
func Record(ctx context.Context, db *database.Database, s Saved) error {
	return db.Transact(ctx, func(tx *gorm.DB) error {
		return tx.Exec(`INSERT INTO backup_last (only_row, at, size) VALUES (1, ?, ?)
			ON CONFLICT (only_row) DO UPDATE SET at = excluded.at, size = excluded.size WHERE excluded.at > backup_last.at`, s.At.UnixMilli(), s.Bytes).Error
	})
}

// Last returns the last backup of a database; ok is false if there is none.
func Last(ctx context.Context, db *database.Database) (last Saved, ok bool, err error) {
	var rows []struct{ At, Size int64 }
	err = db.Read.WithContext(ctx).Raw("SELECT at, size FROM backup_last").Scan(&rows).Error
	if err != nil || len(rows) == 0 {
		return Saved{}, false, err
	}
	return Saved{At: time.UnixMilli(rows[0].At), Bytes: rows[0].Size}, true, nil
}

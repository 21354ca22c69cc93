package database

import (
	"context"
	"database/sql"

	"gorm.io/gorm"
)

// snapshotOptions are those of a transaction whose statements all see the same instant.
var snapshotOptions = sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true}

// Snapshot runs read in a transaction that sees one instant, at or after the call. The read replica answers if it may, else the primary. If
// the replica does not answer to the end, read is called again, from the beginning. What is decided before a write, such as a right, is read
// with Read instead, which is always the primary.
func (d *Database) Snapshot(ctx context.Context, read func(tx *gorm.DB) error) error {
	if d.replica != nil && d.replica.read(ctx, read) {
		return nil
	}
	return d.PrimarySnapshot(ctx, read)
}

// PrimarySnapshot is Snapshot by the primary, whether or not there is a read replica.
func (d *Database) PrimarySnapshot(ctx context.Context, read func(tx *gorm.DB) error) error {
	options := &snapshotOptions
	if d.Dialect == SQLite {
		options = &sql.TxOptions{} // a transaction that reads is a snapshot
	}
	return d.Read.WithContext(ctx).Transaction(read, options)
}

// Report is Snapshot for a read of one statement, which needs no transaction on the primary.
func (d *Database) Report(ctx context.Context, read func(db *gorm.DB) error) error {
	if d.replica != nil && d.replica.read(ctx, read) {
		return nil
	}
	return read(d.Read.WithContext(ctx))
}

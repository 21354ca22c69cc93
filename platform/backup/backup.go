// Package backup reads and writes the backup file: all tables of a database in one file, compressed and hashed. It knows nothing of
// databases; platform/database/transfer moves the rows. FORMAT.md describes the bytes. Start reading at Writer and Reader.
package backup

import (
	"errors"
	"fmt"
	"slices"
)

// Version is the version of the file that this program writes, and the highest that it reads.
const Version = 1

// Errors of a file that cannot be restored. A text that says more is wrapped around them.
var (
	ErrNotBackup = errors.New("not a backup file")
	ErrNewer     = errors.New("the backup file is of a newer version of the program")
	ErrDamaged   = errors.New("the backup file is damaged")
	ErrTruncated = errors.New("the backup file is not complete")
)

// Manifest is the first block of a file: what the file has.
type Manifest struct {
	// CreatedAt is the instant of the data, ms since 1970, UTC.
	CreatedAt int64 `json:"created_at"`
	// Program is the version of the program that wrote the file.
	Program string `json:"program"`
	// Database is the kind of database that the rows are from.
	Database string `json:"database"`
	// Schemas are the schema versions of the parts that the database has.
	Schemas map[string]int64 `json:"schemas"`
	// Tables are in the order in which they must be filled.
	Tables []Table `json:"tables"`
}

// Table is a table and its columns, in the order in which a batch has their values.
type Table struct {
	Name    string   `json:"name"`
	Columns []Column `json:"columns"`
}

// Column is a column of a table.
type Column struct {
	Name string `json:"name"`
	Type Type   `json:"type"`
}

// Type says what the values of a column are, whatever the database calls it.
type Type string

// The types.
const (
	Integer Type = "integer" // 64 bits
	Boolean Type = "boolean"
	Float   Type = "float" // 64 bits
	Text    Type = "text"
	Bytes   Type = "bytes"
)

// isNumber returns true for the types whose values are in Values.Numbers.
func (t Type) isNumber() bool { return t == Integer || t == Boolean || t == Float }

// Bounds of what a reader accepts: a file of others must not use up the memory.
const (
	maxTables   = 1000
	maxColumns  = 200
	maxRows     = 1 << 16 // in one block
	maxBlock    = 64 << 20
	maxManifest = 4 << 20
)

// check returns an error if the manifest describes no tables that could be read.
func (m Manifest) check() error {
	if len(m.Tables) > maxTables {
		return fmt.Errorf("%w: it names %d tables", ErrDamaged, len(m.Tables))
	}
	for _, t := range m.Tables {
		if t.Name == "" || len(t.Columns) == 0 || len(t.Columns) > maxColumns {
			return fmt.Errorf("%w: the table %q has %d columns", ErrDamaged, t.Name, len(t.Columns))
		}
		for _, c := range t.Columns {
			if c.Name == "" || !slices.Contains([]Type{Integer, Boolean, Float, Text, Bytes}, c.Type) {
				return fmt.Errorf("%w: the column %q of %s has the type %q", ErrDamaged, c.Name, t.Name, c.Type)
			}
		}
	}
	return nil
}

// Summary is the last block of a file: what it had, to compare.
type Summary struct {
	// Rows is the number of rows of each table.
	Rows map[string]int64 `json:"rows"`
	// Numbers are, for tables that number their rows, the last number that was given.
	Numbers map[string]int64 `json:"numbers"`
}

// Total is the number of rows of all tables.
func (s Summary) Total() (n int64) {
	for _, rows := range s.Rows {
		n += rows
	}
	return n
}

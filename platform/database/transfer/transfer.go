// Package transfer moves all tables of a database into a backup file, and from one into an empty database of either kind. It finds the
// tables in the database itself, so that a new one is not forgotten. Start reading at Save and Load.
package transfer

import (
	"context"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/holotwin/holotwin/platform/backup"
	"github.com/holotwin/holotwin/platform/database"
)

// Part is a part of the program that has tables: those whose names begin with its name and "_".
type Part struct {
	Name   string
	Schema fs.FS
	Rules  Rules
}

// Rules are the exceptions of a part. Without rules, all rows of all its tables are in a backup.
type Rules struct {
	// LeftOut are tables whose rows stay out, each with the reason.
	LeftOut map[string]string
	// Filled are tables that a migration puts rows into. A database with rows in these alone is empty.
	Filled []string
	// MakeRoom, if set, is called on PostgreSQL before rows of a table are written, to create its partitions.
	MakeRoom func(ctx context.Context, tx pgx.Tx, table string, columns []backup.Column, rows *backup.Batch) error
	// OnlyPostgres are tables that SQLite does not have. A restore creates them there, and Absorb removes them again, with what their
	// rows mean put into the other tables. at is the instant of the backup.
	OnlyPostgres []string
	Absorb       func(ctx context.Context, db *database.Database, at time.Time) error
}

// ours returns the part that a table belongs to.
func ours(parts []Part, table string) (Part, bool) {
	for _, p := range parts {
		if strings.HasPrefix(table, p.Name+"_") {
			return p, true
		}
	}
	return Part{}, false
}

// kept reports whether the rows of a table belong into a backup.
func kept(parts []Part, table string) bool {
	part, is := ours(parts, table)
	_, out := part.Rules.LeftOut[table]
	return is && !out
}

// found is a table as a database has it.
type found struct {
	backup.Table
	// declared are the types of the columns in the words of the database.
	declared []string
	// numbers is the column whose values the database counts up; empty if there is none.
	numbers string
	// needs are the tables that its rows refer to.
	needs []string
}

// selected returns the tables that belong into a backup, those that others refer to first.
func selected(parts []Part, all []found) ([]found, error) {
	byName := map[string]found{}
	for _, t := range all {
		if kept(parts, t.Name) {
			byName[t.Name] = t
		}
	}
	var sorted []found
	state := map[string]int{} // 1: its needs are being added, 2: added
	var add func(name string) error
	add = func(name string) error {
		t, in := byName[name]
		switch {
		case !in || state[name] == 2:
			return nil
		case state[name] == 1:
			return fmt.Errorf("the tables refer to each other in a circle at %s", name)
		}
		state[name] = 1
		for _, other := range t.needs {
			if other != name {
				if err := add(other); err != nil {
					return err
				}
			}
		}
		state[name] = 2
		sorted = append(sorted, t)
		return nil
	}
	for _, name := range slices.Sorted(maps.Keys(byName)) {
		if err := add(name); err != nil {
			return nil, err
		}
	}
	return sorted, nil
}

// typeOf returns the type of a column that a database declares.
func typeOf(table, column, declared string) (backup.Type, error) {
	switch strings.ToLower(declared) {
	case "integer", "bigint", "smallint":
		return backup.Integer, nil
	case "boolean":
		return backup.Boolean, nil
	case "double precision", "real":
		return backup.Float, nil
	case "text":
		return backup.Text, nil
	case "bytea", "blob":
		return backup.Bytes, nil
	}
	return "", fmt.Errorf("the column %s of %s has the type %s, which a backup does not know", column, table, declared)
}

// Unassigned returns the tables of a database that belong to no part. A test holds that there are none.
func Unassigned(ctx context.Context, db *database.Database, parts []Part) (names []string, err error) {
	from, err := open(ctx, db)
	if err != nil {
		return nil, err
	}
	defer from.close()
	all, err := from.tables(ctx, nil)
	for _, t := range all {
		_, is := ours(parts, t.Name)
		if !is && !slices.ContainsFunc(parts, func(p Part) bool { return t.Name == database.VersionTable(p.Name) }) {
			names = append(names, t.Name)
		}
	}
	return names, err
}

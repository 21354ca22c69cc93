package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"hash/fnv"
	"regexp"
	"strings"

	"github.com/jackc/pgx/v5"
)

// A campus may have a schema of its own in a database that it shares with others: DB_URL names it with search_path. Tables have the same
// names in every schema, and no statement of the program names the schema. Advisory locks belong to the whole database, so each campus has
// numbers of its own: see Lock.

// searchPath is the parameter of the URL that names the schema.
const searchPath = "search_path"

// defaultSchema is the schema where PostgreSQL creates tables if none is set.
const defaultSchema = "public"

// schemaName is what PostgreSQL reads as the same name with and without quotes.
var schemaName = regexp.MustCompile(`^[a-z_][a-z0-9_]{0,62}$`)

// schemaOf returns the schema that the URL in a variable sets; "" if it sets none.
func schemaOf(config *pgx.ConnConfig, variable string) (string, error) {
	name, set := config.RuntimeParams[searchPath]
	switch {
	case !set:
		return "", nil
	case !schemaName.MatchString(name):
		return "", fmt.Errorf("%s: search_path must be the name of one schema, of up to 63 lower-case letters, digits and _, without quotes or commas, such as cali", variable)
	case strings.HasPrefix(name, "pg_"):
		return "", fmt.Errorf("%s: search_path: PostgreSQL keeps names that start with pg_ for itself", variable)
	}
	return name, nil
}

// directConfig returns the configuration of the server itself, with the schema of DB_URL.
func directConfig(url, schema string) (*pgx.ConnConfig, error) {
	const variable = "DIRECT_DB_URL"
	config, err := postgresConfig(variable, url)
	if err != nil {
		return nil, err
	}
	own, err := schemaOf(config, variable)
	if err != nil {
		return nil, err
	}
	if own != "" && own != schema {
		return nil, fmt.Errorf("%s: its search_path must be that of DB_URL, or be left out", variable)
	}
	if schema != "" {
		config.RuntimeParams[searchPath] = schema
	}
	return config, nil
}

// checkSchema returns an error if the server did not take the schema from the start of a connection: a pooler may ignore it.
func checkSchema(ctx context.Context, pool *sql.DB, schema string) error {
	var taken string
	if err := pool.QueryRowContext(ctx, "SELECT current_setting('search_path')").Scan(&taken); err != nil {
		return fmt.Errorf("DB_URL: PostgreSQL does not answer: %s", Reason(err))
	}
	if taken != schema {
		return errors.New("DB_URL is a connection pooler that ignores search_path: set the address of PostgreSQL itself in DIRECT_DB_URL")
	}
	return nil
}

// Campus returns the name that keeps what this database shares with others apart from theirs: the schema. It is empty for the default
// schema, so that it does not matter whether the URL names it.
func (d *Database) Campus() string {
	if d.Schema == defaultSchema {
		return ""
	}
	return d.Schema
}

// Lock returns the number of an advisory lock in this campus: the number itself without a campus, and else another one for each.
func (d *Database) Lock(number int64) int64 {
	campus := d.Campus()
	if campus == "" {
		return number
	}
	h := fnv.New64a()
	_, _ = h.Write([]byte(campus))
	return number ^ int64(h.Sum64())
}

// createLock prevents two processes from creating the same schema at once.
const createLock = 4_820_001

// createSchema creates the schema of the URL if it is missing. The user needs the right to create one only then.
func (d *Database) createSchema(ctx context.Context, pool *sql.DB) error {
	if d.Schema == "" {
		return nil
	}
	tx, err := pool.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	if _, err := tx.ExecContext(ctx, "SELECT pg_advisory_xact_lock($1)", d.Lock(createLock)); err != nil {
		return err
	}
	made, err := d.hasSchema(ctx, tx)
	if err != nil || made {
		return err
	}
	if _, err := tx.ExecContext(ctx, `CREATE SCHEMA "`+d.Schema+`"`); err != nil {
		return fmt.Errorf("create the schema %s: %w", d.Schema, err)
	}
	return tx.Commit()
}

// hasSchema returns true if the schema of the URL exists, or if it names none.
func (d *Database) hasSchema(ctx context.Context, on interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
},
) (made bool, err error) {
	if d.Schema == "" {
		return true, nil
	}
	err = on.QueryRowContext(ctx, "SELECT EXISTS (SELECT FROM pg_namespace WHERE nspname = $1)", d.Schema).Scan(&made)
	return made, err
}

package house

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// contracts is the first line of a migration that removes what the version before the last stopped to use.
var contracts = regexp.MustCompile(`^-- Contracts: .+, unused since \d+\.\d+\.\d+\.?\n`)

// narrowing are statements after which a server of the version before fails, or no longer finds what it wrote. The table and column of
// an insertion are not looked at: what fills a new table is an expansion.
var narrowing = []struct{ form, why string }{
	{`DROP (TABLE|COLUMN|VIEW|SCHEMA|SEQUENCE|TYPE)`, "the version before still uses it"},
	{`RENAME`, "the version before knows the old name"},
	{`(SET DATA TYPE|ALTER (COLUMN )?\w+ TYPE)`, "add a column of the new type, and write both"},
	{`SET NOT NULL`, "the version before writes no value"},
	{`DROP DEFAULT`, "the version before writes no value"},
	{`ADD (COLUMN )?(IF NOT EXISTS )?\w+ [^,;]*NOT NULL(?:[^,;D]|D[^E,;])*[,;]`, "NOT NULL needs a DEFAULT: the version before writes no value"},
	{`ADD (CONSTRAINT|CHECK|UNIQUE|FOREIGN KEY|PRIMARY KEY)`, "what the version before writes may break it"},
	{`TRUNCATE`, "the version before still reads it"},
	{`CREATE (OR REPLACE )?(TRIGGER|RULE)`, "the version before does not expect it"},
}

// wide are migrations that only look narrowing, each with the reason.
var wide = map[string]string{
	"adapters/gorm/auth/migrations/00005_ways_in_postgres.sql": "the check is of a column that it adds, whose default passes it",
}

// narrows returns what the Up part of a migration narrows, each as "statement: why".
func narrows(migration string) (found []string) {
	if contracts.MatchString(migration) {
		return nil
	}
	up, _, _ := strings.Cut(migration, "-- +goose Down")
	up = strings.Join(strings.Fields(regexp.MustCompile(`--[^\n]*`).ReplaceAllString(up, "")), " ")
	for _, n := range narrowing {
		for _, statement := range regexp.MustCompile(`(?i)\b`+n.form).FindAllString(up, -1) {
			found = append(found, statement+": "+n.why)
		}
	}
	for _, index := range regexp.MustCompile(`(?i)\bCREATE UNIQUE INDEX (?:IF NOT EXISTS )?\w+ ON (\w+) \((\w+)`).FindAllStringSubmatch(up, -1) {
		table := regexp.MustCompile(`(?i)\bCREATE TABLE (?:IF NOT EXISTS )?` + index[1] + `\b`)
		column := regexp.MustCompile(`(?i)\bALTER TABLE ` + index[1] + ` ADD (?:COLUMN )?` + index[2] + ` \w+;`) // null, which is never a duplicate
		if !table.MatchString(up) && !column.MatchString(up) {
			found = append(found, index[0]+": what the version before writes may break it")
		}
	}
	return found
}

// TestMigrationsOnlyExpand holds what page 28 of the decisions says: while a version is rolled out, the one before runs on its schema.
func TestMigrationsOnlyExpand(t *testing.T) {
	var files []string
	for _, folder := range []string{"../../adapters/gorm/*/migrations/*.sql", "../../adapters/gorm/*/*/migrations/*.sql", "../../platform/*/migrations/*.sql"} {
		found, err := filepath.Glob(folder)
		require.NoError(t, err)
		require.NotEmpty(t, found, folder)
		files = append(files, found...)
	}
	for _, file := range files {
		source, err := os.ReadFile(file)
		require.NoError(t, err)
		if wide[strings.TrimPrefix(file, "../../")] != "" {
			continue
		}
		require.Empty(t, narrows(string(source)), "%s: expand now, and contract in a later version (modules/decisions/0028-expand-then-contract.md)", file)
	}
}

func TestNarrowingMigrationsAreFound(t *testing.T) {
	const begin, end = "-- +goose Up\n", "\n-- +goose Down\nDROP TABLE a;\n"
	for statement, narrow := range map[string]bool{
		"CREATE TABLE a (b TEXT NOT NULL);\nCREATE UNIQUE INDEX c ON a (b);":                    false,
		"ALTER TABLE a ADD COLUMN b TEXT; CREATE UNIQUE INDEX c ON a (b);":                      false,
		"ALTER TABLE a ADD COLUMN b TEXT NOT NULL DEFAULT '';\nCREATE UNIQUE INDEX c ON a (b);": true,
		"ALTER TABLE a ADD COLUMN b TEXT;":                                                      false,
		"ALTER TABLE a ADD COLUMN b TEXT NOT NULL DEFAULT '';":                                  false,
		"INSERT INTO a SELECT b FROM c; DELETE FROM c;":                                         false,
		"-- DROP TABLE of before\nDROP INDEX a_b;":                                              false,
		"DROP TABLE a;":                                         true,
		"ALTER TABLE a\n\tDROP COLUMN b;":                       true,
		"alter table a rename to b;":                            true,
		"ALTER TABLE a RENAME COLUMN b TO c;":                   true,
		"ALTER TABLE a ALTER COLUMN b TYPE BIGINT;":             true,
		"ALTER TABLE a ALTER b SET DATA TYPE BIGINT;":           true,
		"ALTER TABLE a ALTER COLUMN b SET NOT NULL;":            true,
		"ALTER TABLE a ADD COLUMN b TEXT NOT NULL;":             true,
		"ALTER TABLE a ADD b TEXT NOT NULL;":                    true,
		"ALTER TABLE a ALTER COLUMN b DROP DEFAULT;":            true,
		"ALTER TABLE a ADD CONSTRAINT c CHECK (b > 0);":         true,
		"CREATE UNIQUE INDEX c ON a (b);":                       true,
		"TRUNCATE a;":                                           true,
		"CREATE TRIGGER t BEFORE INSERT ON a EXECUTE PROC f();": true,
	} {
		t.Run(statement, func(t *testing.T) {
			require.Equal(t, narrow, len(narrows(begin+statement+end)) > 0, "%s", fmt.Sprint(narrows(begin+statement+end)))
			require.Empty(t, narrows("-- Contracts: a, unused since 1.2.0.\n"+begin+statement+end))
		})
	}
}

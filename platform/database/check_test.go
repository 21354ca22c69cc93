package database_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/platform/database"
)

// TestAddressesAreCheckedWithoutAConnection also checks that nothing is made.
func TestAddressesAreCheckedWithoutAConnection(t *testing.T) {
	folder := t.TempDir()
	good := "postgresql://u:hunter2@nowhere.invalid/db"
	for _, c := range []struct {
		options database.Options
		fault   string
	}{
		{database.Options{URL: "sqlite://" + filepath.Join(folder, "new", "holotwin.db")}, ""},
		{database.Options{URL: "sqlite://" + folder}, "DB_URL: " + folder + " cannot be written: is a directory; name a file that the user of the program may write"},
		{database.Options{URL: good + "?search_path=cali", DirectURL: good, ReadURL: good}, ""},
		{database.Options{URL: good + "?sslmode=verify-full&sslrootcert=/none"}, "DB_URL: the file /none cannot be read; correct sslrootcert, sslcert or sslkey, or let the user of the program read it"},
		{database.Options{URL: good + "?connect_timeout=soon"}, "DB_URL: not a PostgreSQL URL; use postgresql://user:password@host/database, with special characters of the password as %XX"},
		{
			database.Options{URL: good + "?search_path=A,b", DirectURL: good + "?search_path=pg_x", ReadURL: good + "?sslmode=loud"},
			"DB_URL: search_path must be the name of one schema, of up to 63 lower-case letters, digits and _, without quotes or commas, such as cali\n" +
				"DIRECT_DB_URL: search_path: PostgreSQL keeps names that start with pg_ for itself\n" +
				"READ_DB_URL: not a PostgreSQL URL; use postgresql://user:password@host/database, with special characters of the password as %XX",
		},
	} {
		err := database.Check(c.options)
		if c.fault == "" {
			require.NoError(t, err, c.options.URL)
			continue
		}
		require.EqualError(t, err, c.fault)
	}
	made, err := os.ReadDir(folder)
	require.NoError(t, err)
	require.Empty(t, made)
}

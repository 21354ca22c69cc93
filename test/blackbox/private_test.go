package blackbox

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/test/program"
)

// TestFilesAreTheOwnersAlone runs the program with a database in a folder that all users may read, and with one in a folder that it
// creates: other users cannot read its files, also those of an earlier version.
func TestFilesAreTheOwnersAlone(t *testing.T) {
	shared := t.TempDir()
	require.NoError(t, os.Chmod(shared, 0o755))
	for name, c := range map[string]struct {
		url, folder string
		made        bool
	}{
		"a folder that is there": {"sqlite://" + filepath.Join(shared, "campus.db"), shared, false},
		"a folder that it makes": {"sqlite://./data/holotwin.db", "data", true},
	} {
		t.Run(name, func(t *testing.T) {
			work := t.TempDir()
			folder := c.folder
			if !filepath.IsAbs(folder) {
				folder = filepath.Join(work, folder)
			}
			for range 2 {
				server, err := program.Start(t.Context(), work, c.url, []string{"JWT_SECRET="})
				require.NoError(t, err)
				_, err = login(t, server).MakeCampus(1)
				require.True(t, err == nil || len(modes(t, folder)) > 0, "%v", err) // the second time it is there
				all := modes(t, folder)
				require.GreaterOrEqual(t, len(all), 5, "database, -wal, -shm, lock and secret: %v", all)
				for file, mode := range all {
					require.Equal(t, fs.FileMode(0o600), mode, file)
					require.NoError(t, os.Chmod(filepath.Join(folder, file), 0o644)) // as an earlier version left it
				}
				if c.made {
					info, err := os.Stat(folder)
					require.NoError(t, err)
					require.Equal(t, fs.FileMode(0o700), info.Mode().Perm())
				}
				require.NoError(t, server.Kill())
			}
		})
	}
}

// modes are those of the files in a folder.
func modes(t *testing.T, folder string) map[string]fs.FileMode {
	t.Helper()
	entries, err := os.ReadDir(folder)
	require.NoError(t, err)
	all := make(map[string]fs.FileMode)
	for _, e := range entries {
		info, err := e.Info()
		require.NoError(t, err)
		all[e.Name()] = info.Mode().Perm()
	}
	return all
}

package house

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// besideTransact write, or hold a lock, without Database.Transact: nothing that a caller changes and the audit must hold.
var besideTransact = map[string]string{
	"energy/append_postgres.go": "readings, which tell of themselves",
}

// TestStoresWriteInTransactions refuses a store of energy or advice that writes outside Database.Transact, which writes the audit
// entry of the change.
func TestStoresWriteInTransactions(t *testing.T) {
	files, err := filepath.Glob("../../adapters/gorm/*/*.go")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	direct := regexp.MustCompile(`\.db\.Write\b`)
	for _, file := range files {
		source, err := os.ReadFile(file)
		require.NoError(t, err)
		name := strings.TrimPrefix(filepath.ToSlash(file), "../../adapters/gorm/")
		if _, known := besideTransact[name]; known || strings.HasPrefix(name, "auth/") {
			continue // auth notes its changes itself
		}
		require.False(t, direct.Match(source), "%s writes outside Database.Transact", name)
	}
}

package house

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestTheSecurityTableNamesTests refuses a line of the table that no test shows.
func TestTheSecurityTableNamesTests(t *testing.T) {
	table, err := os.ReadFile("../blackbox/asvs.md")
	require.NoError(t, err)
	tests := testsDeclared(t)
	lines := 0
	for line := range strings.Lines(string(table)) {
		if !regexp.MustCompile(`^\| \d`).MatchString(line) {
			continue
		}
		lines++
		named := regexp.MustCompile("`(Test[A-Za-z]+)`").FindAllStringSubmatch(line, -1)
		require.NotEmpty(t, named, line)
		for _, name := range named {
			require.True(t, tests[name[1]], "%s is named in the table and is no test", name[1])
		}
	}
	require.Greater(t, lines, 20)
}

// testsDeclared are the tests of the whole project by name.
func testsDeclared(t *testing.T) map[string]bool {
	t.Helper()
	tests := make(map[string]bool)
	declared := regexp.MustCompile(`(?m)^func (Test[A-Za-z]+)\(`)
	require.NoError(t, filepath.WalkDir("../..", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		source, err := os.ReadFile(path)
		for _, name := range declared.FindAllSubmatch(source, -1) {
			tests[string(name[1])] = true
		}
		return err
	}))
	return tests
}

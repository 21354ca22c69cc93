package house

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// maxReadmeWords is how long the first page may be: what is more goes into the room that it is about.
const maxReadmeWords = 900

// TestTheFirstPageIsShort counts words as wc does.
func TestTheFirstPageIsShort(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	require.NoError(t, err)
	require.LessOrEqual(t, len(strings.Fields(string(readme))), maxReadmeWords)
}

// TestDocumentsNameWhatIsThere looks for tasks, commands, routes and tests that the documents name and that do not exist. The changelog may
// name what once was.
func TestDocumentsNameWhatIsThere(t *testing.T) {
	documents, err := documentsUnder("../..")
	require.NoError(t, err)
	delete(documents, "CHANGELOG.md")
	named := []struct {
		what    string
		form    string
		source  string // the file that has them all
		declare string
	}{
		{"task", `go tool task ([a-z][a-z:]*)`, "../../Taskfile.yml", `(?m)^  ([a-z][a-z:]*):$`},
		{"command", "(?m)(?:`|^)holotwin ([a-z]+)", "../../cmd/holotwin/commands.go", `(?m)^\t([A-Z][A-Za-z]+) +\w+Command `},
		{"route", "`((?:GET|POST|PUT|PATCH|DELETE) /[^`? ]*)", "../blackbox/access_test.go", `"((?:GET|POST|PUT|PATCH|DELETE) /[^"]*)"`},
	}
	for _, n := range named {
		source, err := os.ReadFile(n.source)
		require.NoError(t, err)
		var there []string
		for _, found := range regexp.MustCompile(n.declare).FindAllStringSubmatch(string(source), -1) {
			there = append(there, strings.ToLower(found[1]))
		}
		require.NotEmpty(t, there, n.what)
		seen := 0
		for name, text := range documents {
			for _, found := range regexp.MustCompile(n.form).FindAllStringSubmatch(text, -1) {
				seen++
				require.True(t, slices.Contains(there, strings.ToLower(found[1])), "%s names the %s %q, which is not there", name, n.what, found[1])
			}
		}
		require.Positive(t, seen, "no document names a %s", n.what)
	}
	tests := testsDeclared(t)
	for name, text := range documents {
		for _, found := range regexp.MustCompile("`(Test[A-Z][A-Za-z]+)`").FindAllStringSubmatch(text, -1) {
			require.True(t, tests[found[1]], "%s names the test %s, which is not there", name, found[1])
		}
	}
}

// TestDecisionsHaveFourParts holds the pages of decisions to one form, and to their list.
func TestDecisionsHaveFourParts(t *testing.T) {
	pages, err := filepath.Glob("../../modules/decisions/[0-9]*.md")
	require.NoError(t, err)
	require.NotEmpty(t, pages)
	list, err := os.ReadFile("../../modules/decisions/README.md")
	require.NoError(t, err)
	for number, page := range pages {
		name := filepath.Base(page)
		require.Regexp(t, fmt.Sprintf(`^%04d-[a-z0-9-]+\.md$`, number+1), name)
		text, err := os.ReadFile(page)
		require.NoError(t, err)
		title, _, _ := strings.Cut(strings.TrimPrefix(string(text), "# "), "\n")
		require.Contains(t, string(list), fmt.Sprintf("| %d | [%s](%s) |", number+1, title, name))
		var parts []string
		for _, found := range regexp.MustCompile(`(?m)^## (.+)$`).FindAllStringSubmatch(string(text), -1) {
			parts = append(parts, found[1])
		}
		require.Equal(t, []string{"Context", "Decision", "Consequence", "Alternatives"}, parts, name)
	}
}

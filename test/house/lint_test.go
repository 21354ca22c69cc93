//go:build lint

package house

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The linter, run as CI runs it over the planted house, refuses the same imports and no other.
func TestTheLinterFindsWhatIsPlanted(t *testing.T) {
	root, refused := plant(t)
	for _, name := range []string{"go.mod", "go.sum", ".golangci.yml"} {
		content, err := os.ReadFile(filepath.Join("../..", name))
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(root, name), content, 0o644))
	}
	lint := exec.Command(linter(t), "run", "--default=none", "--enable=depguard", "--allow-parallel-runners", "--show-stats=false",
		"--output.json.path=stdout", "./...")
	lint.Dir = root
	var stderr bytes.Buffer
	lint.Stderr = &stderr
	out, err := lint.Output()
	var exit *exec.ExitError
	require.ErrorAs(t, err, &exit, "the linter found nothing: %s", stderr.String())
	require.Equal(t, refused, reported(t, out), stderr.String())
}

// linter is where the go command keeps the linter it built.
func linter(t *testing.T) string {
	t.Helper()
	where := exec.Command("go", "tool", "-n", "golangci-lint")
	where.Dir = "../../platform/tools"
	out, err := where.Output()
	require.NoError(t, err)
	return strings.TrimSpace(string(out))
}

var importNamed = regexp.MustCompile(`^import '(.+)' is not allowed`)

// reported reads the linter's findings as refusals gives them: "file: package", sorted, each once.
func reported(t *testing.T, out []byte) []string {
	t.Helper()
	var report struct {
		Issues []struct {
			FromLinter, Text string
			Pos              struct{ Filename string }
		}
	}
	require.NoError(t, json.Unmarshal(out, &report), string(out))
	var found []string
	for _, issue := range report.Issues {
		if issue.FromLinter != "depguard" {
			continue // the planted files are not formatted
		}
		match := importNamed.FindStringSubmatch(issue.Text)
		require.NotNil(t, match, issue.Text)
		found = append(found, filepath.ToSlash(issue.Pos.Filename)+": "+match[1])
	}
	slices.Sort(found)
	return slices.Compact(found)
}

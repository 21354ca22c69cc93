// Package prometheus checks the alert rules with Prometheus' own tool.
package prometheus

import (
	"os"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestTheRulesDoWhatTheySay checks the rules and the example, and plays series to each rule: when it fires, when it does not, and with
// which words.
func TestTheRulesDoWhatTheySay(t *testing.T) {
	promtool, err := exec.LookPath("promtool")
	require.NoError(t, err, "promtool, which checks the alert rules, is missing: apt-get install prometheus")
	for _, file := range []string{"rules.yml", "rules_test.yml", "prometheus.yml"} { // the go command sees a change only of what the test itself reads
		_, err := os.ReadFile(file)
		require.NoError(t, err)
	}
	for _, words := range [][]string{{"check", "rules", "--lint-fatal", "rules.yml"}, {"check", "config", "--lint-fatal", "prometheus.yml"}, {"test", "rules", "rules_test.yml"}} {
		out, err := exec.Command(promtool, words...).CombinedOutput()
		require.NoError(t, err, "%s", out)
	}
}

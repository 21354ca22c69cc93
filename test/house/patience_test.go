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

// sleeping are tests that sleep for a reason of their own, and not in place of waiting until something is true.
var sleeping = map[string]string{
	"platform/events/feed_test.go":  "holds a transaction open while others commit",
	"test/blackbox/broker_test.go":  "lets the delay of a will pass, after which nothing may have come",
	"test/blackbox/edge_test.go":    "answers slowly, and looks again until it is true",
	"test/blackbox/clock_test.go":   "devices report whole seconds, and use energy in time",
	"test/blackbox/inbox_test.go":   "kills at different moments",
	"test/blackbox/scopes_test.go":  "sends an upload slowly",
	"test/chaos/devices_test.go":    "begins at random moments",
	"test/chaos/life_test.go":       "kills at random moments",
	"test/chaos/workers_test.go":    "leaves time to others",
	"test/servers/servers_test.go":  "looks again until it is true",
	"test/blackbox/mqtt_test.go":    "eventually looks again until it is true",
	"adapters/mqtt/broker_test.go":  "eventually looks again until it is true",
	"cmd/holotwin/job_test.go":      "measures made-up time",
	"test/blackbox/weather_test.go": "compares a reading's time with the clock",
	"test/blackbox/demo_test.go":    "compares a reading's time with the clock",
}

// TestTestsDoNotMeasureTheMachine refuses a test that sleeps, or asserts how long something took: on a busy machine it fails where
// nothing is wrong. A test waits until something is true, with a limit of minutes.
func TestTestsDoNotMeasureTheMachine(t *testing.T) {
	refused := regexp.MustCompile(`time\.(Sleep|Since)\(|Date\.now\(\) - (begun|began|start)\b`)
	asleep := map[string]bool{}
	require.NoError(t, filepath.WalkDir("../..", func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && entry.Name() != "..":
			return skipped(entry.Name())
		case !strings.HasSuffix(path, "_test.go") && !strings.HasSuffix(path, ".mjs"):
			return nil
		}
		source, err := os.ReadFile(path)
		require.NoError(t, err)
		name := filepath.ToSlash(strings.TrimPrefix(path, "../../"))
		for i, line := range strings.Split(string(source), "\n") {
			if !refused.MatchString(line) {
				continue
			}
			asleep[name] = true
			require.NotEmpty(t, sleeping[name], "%s:%d measures the machine: %s", name, i+1, strings.TrimSpace(line))
		}
		return nil
	}))
	for name := range sleeping {
		if _, err := os.Stat("../../" + name); err == nil {
			require.True(t, asleep[name], "%s sleeps no more: take it from the list", name)
		}
	}
}

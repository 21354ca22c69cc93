package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTheVersionIsTheTagOrTheModule(t *testing.T) {
	installed := &debug.BuildInfo{Main: debug.Module{Version: "v1.2.3"}}
	require.Equal(t, "v2.0.0", versionOf("v2.0.0", installed))
	require.Equal(t, "v1.2.3", versionOf(unset, installed))
	require.Equal(t, unset, versionOf(unset, &debug.BuildInfo{Main: debug.Module{Version: "(devel)"}}))
	require.Equal(t, unset, versionOf(unset, nil))
}

// TestABuildSetsTheVersion builds with the flag that Taskfile.yml and Dockerfile give: the linker ignores a name that is not there.
func TestABuildSetsTheVersion(t *testing.T) {
	const flag = "-X main.version="
	for _, name := range []string{"../../Taskfile.yml", "../../Dockerfile"} {
		content, err := os.ReadFile(name)
		require.NoError(t, err)
		require.Contains(t, string(content), flag, name)
	}
	binary := filepath.Join(t.TempDir(), "holotwin")
	out, err := exec.Command("go", "build", "-ldflags", flag+"v9.8.7", "-o", binary, ".").CombinedOutput()
	require.NoError(t, err, string(out))
	out, err = exec.Command(binary, "version").Output()
	require.NoError(t, err)
	require.Equal(t, "v9.8.7", strings.TrimSpace(string(out)))
}

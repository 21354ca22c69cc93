// Package packages tests the deb and the rpm of platform/deploy/package: what is in them, and that the deb is installed, started,
// upgraded and removed. No systemd runs; the tests do what it would do by the unit. Start reading at lifecycle_test.go.
package packages

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Paths from this folder.
const (
	source    = "../../.."
	packaging = source + "/platform/deploy/package"
)

// machine is a folder that stands for a machine on which systemd runs.
type machine struct {
	t     *testing.T
	root  string
	stubs string // the folder of systemctl, which notes how it is called
}

func newMachine(t *testing.T) machine {
	if _, err := exec.LookPath("dpkg"); err != nil {
		t.Skip("dpkg, which installs a deb, is not on this machine: apt-get install dpkg")
	}
	m := machine{t: t, root: t.TempDir(), stubs: t.TempDir()}
	for _, folder := range []string{"var/lib/dpkg/info", "var/lib/dpkg/updates", "run/systemd/system"} {
		require.NoError(t, os.MkdirAll(m.path(folder), 0o755))
	}
	m.write("var/lib/dpkg/status", "")
	systemctl := "#!/bin/sh\necho \"$*\" >>" + m.stubs + "/calls\n"
	require.NoError(t, os.WriteFile(filepath.Join(m.stubs, "systemctl"), []byte(systemctl), 0o755))
	return m
}

func (m machine) path(name string) string { return filepath.Join(m.root, name) }

func (m machine) read(name string) string {
	content, err := os.ReadFile(m.path(name))
	require.NoError(m.t, err)
	return string(content)
}

func (m machine) write(name, content string) {
	require.NoError(m.t, os.WriteFile(m.path(name), []byte(content), 0o600))
}

// dpkg calls Debian's own with its database in the folder, and returns what the maintainer scripts called of systemctl. A question about
// a file of settings would fail, as it gets no answer.
func (m machine) dpkg(words ...string) []string {
	calls := filepath.Join(m.stubs, "calls")
	require.NoError(m.t, os.WriteFile(calls, nil, 0o600))
	words = append([]string{
		"--root=" + m.root, "--log=" + m.path("dpkg.log"), "--force-not-root", "--force-script-chrootless", "--force-depends", "--force-unsafe-io",
	}, words...)
	run := exec.Command("dpkg", words...)
	run.Env = append(os.Environ(), "PATH="+m.stubs+":/usr/sbin:/sbin:"+os.Getenv("PATH"))
	out, err := run.CombinedOutput()
	require.NoError(m.t, err, string(out))
	called, err := os.ReadFile(calls)
	require.NoError(m.t, err)
	return strings.Split(strings.TrimSpace(string(called)), "\n")
}

// version is the installed one, as dpkg knows it.
func (m machine) version() string {
	out, err := exec.Command("dpkg-query", "--admindir="+m.path("var/lib/dpkg"), "--show", "--showformat=${Version}", "holotwin").Output()
	require.NoError(m.t, err)
	return string(out)
}

// compile builds the program as the black-box tests do, so that they find it in the cache of go build, and the other way round.
func compile(t *testing.T) string {
	binary := filepath.Join(t.TempDir(), "holotwin")
	build := exec.Command("go", "build", "-o", binary, "./cmd/holotwin")
	build.Dir = source
	out, err := build.CombinedOutput()
	require.NoError(t, err, string(out))
	return binary
}

// pack makes one package of a binary.
func pack(t *testing.T, binary, version, kind string, environment ...string) string {
	folder := t.TempDir()
	run := exec.Command(packaging+"/pack", binary, "amd64", version, folder, kind)
	run.Env = append(os.Environ(), environment...)
	out, err := run.CombinedOutput()
	require.NoError(t, err, string(out))
	made, err := filepath.Glob(folder + "/*." + kind)
	require.NoError(t, err)
	require.Len(t, made, 1)
	return made[0]
}

// section returns the settings of a section of a unit, each with its values.
func section(unit, name string) map[string][]string {
	settings := map[string][]string{}
	in := ""
	for line := range strings.Lines(unit) {
		line = strings.TrimSpace(line)
		key, value, found := strings.Cut(line, "=")
		switch {
		case strings.HasPrefix(line, "["):
			in = line
		case found && in == "["+name+"]" && !strings.HasPrefix(line, "#"):
			settings[key] = append(settings[key], value)
		}
	}
	return settings
}

// assignments returns the lines NAME=value of a file of settings; those in comments too, if they count.
func assignments(content string, comments bool) map[string]string {
	all := map[string]string{}
	for line := range strings.Lines(content) {
		line = strings.TrimSpace(line)
		if comments {
			line = strings.TrimPrefix(line, "#")
		}
		name, value, found := strings.Cut(line, "=")
		if found && name == strings.ToUpper(name) && !strings.ContainsAny(name, "# ") {
			all[name] = value
		}
	}
	return all
}

// same reports whether two files have the same bytes.
func same(t *testing.T, a, b string) bool {
	one, err := os.ReadFile(a)
	require.NoError(t, err)
	other, err := os.ReadFile(b)
	require.NoError(t, err)
	return bytes.Equal(one, other)
}

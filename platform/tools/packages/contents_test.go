package packages

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cavaliergopher/cpio"
	"github.com/cavaliergopher/rpm"
	"github.com/klauspost/compress/zstd"
	"github.com/stretchr/testify/require"
)

// small stands for the program where it is not started.
func small(t *testing.T) string {
	name := filepath.Join(t.TempDir(), "holotwin")
	require.NoError(t, os.WriteFile(name, []byte("#!/bin/sh\necho holotwin\n"), 0o700))
	return name
}

// What a package holds does not depend on when, where and by whom it is built.
func TestTheSameCommitGivesTheSameBytes(t *testing.T) {
	for _, kind := range []string{"deb", "rpm"} {
		one := pack(t, small(t), "1.2.3", kind, "SOURCE_DATE_EPOCH=1790000000")
		other := pack(t, small(t), "1.2.3", kind, "SOURCE_DATE_EPOCH=1790000000", "TZ=America/Bogota")
		require.True(t, same(t, one, other), kind)
		require.Equal(t, filepath.Base(one), map[string]string{"deb": "holotwin_1.2.3-1_amd64.deb", "rpm": "holotwin-1.2.3-1.x86_64.rpm"}[kind])
	}
}

func TestTheRPMHoldsTheSame(t *testing.T) {
	binary := small(t)
	file, err := os.Open(pack(t, binary, "1.2.3", "rpm"))
	require.NoError(t, err)
	t.Cleanup(func() { _ = file.Close() })
	p, err := rpm.Read(file)
	require.NoError(t, err)
	require.Equal(t, "holotwin-1.2.3-1.x86_64", p.String())
	require.Equal(t, "Apache-2.0", p.License())
	require.Equal(t, "localhost", p.BuildHost(), "which is not the machine's name")
	var requires []string
	for _, one := range p.Requires() {
		requires = append(requires, one.Name()+" "+one.Version())
	}
	require.Contains(t, requires, "systemd 250")
	for script, body := range map[string]string{"after-install": p.PostInstallScript(), "before-remove": p.PreUninstallScript(), "after-remove": p.PostUninstallScript()} {
		content, err := os.ReadFile(packaging + "/" + script)
		require.NoError(t, err)
		require.Equal(t, strings.TrimSpace(string(content)), strings.TrimSpace(body), script)
	}

	held := map[string]string{} // name: mode, owner and the hash of the content
	for _, f := range p.Files() {
		held[f.Name()] = fmt.Sprintf("%v %s %s", f.Mode(), f.Owner(), f.Digest())
	}
	require.Equal(t, map[string]string{
		"/usr/bin/holotwin":                        "-rwxr-xr-x root " + hashOf(t, binary),
		"/usr/sbin/holotwin-run":                   "-rwxr-xr-x root " + hashOf(t, packaging+"/holotwin-run"),
		"/usr/lib/systemd/system/holotwin.service": "-rw-r--r-- root " + hashOf(t, packaging+"/holotwin.service"),
		"/etc/holotwin":                            "drwxr-xr-x root ",
		"/etc/holotwin/holotwin.env":               "-rw------- root " + hashOf(t, packaging+"/holotwin.env"),
		"/etc/holotwin/secrets":                    "drwx------ root ",
		"/usr/share/doc/holotwin/README.md":        "-rw-r--r-- root " + hashOf(t, source+"/platform/README.md"),
		"/usr/share/doc/holotwin/CHANGELOG.md":     "-rw-r--r-- root " + hashOf(t, source+"/CHANGELOG.md"),
		"/usr/share/doc/holotwin/NOTICE.md":        "-rw-r--r-- root " + hashOf(t, source+"/adapters/demo/data/NOTICE.md"),
		"/usr/share/doc/holotwin/settings.env":     "-rw-r--r-- root " + hashOf(t, source+"/.env.example"),
		"/usr/share/licenses/holotwin/LICENSE":     "-rw-r--r-- root " + hashOf(t, source+"/LICENSE"),
	}, held)
	require.Contains(t, payload(t, file), "/etc/holotwin/holotwin.env")
}

// payload returns the names of the files that follow the header, decompressed to the end.
func payload(t *testing.T, after io.Reader) (names []string) {
	plain, err := zstd.NewReader(after)
	require.NoError(t, err)
	defer plain.Close()
	for archive := cpio.NewReader(plain); ; {
		entry, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return names
		}
		require.NoError(t, err)
		names = append(names, strings.TrimPrefix(entry.Name, "."))
	}
}

func hashOf(t *testing.T, name string) string {
	content, err := os.ReadFile(name)
	require.NoError(t, err)
	return fmt.Sprintf("%x", sha256.Sum256(content))
}

// rpm calls the scripts with the number of versions that are left; there is no purge.
func TestTheScriptsKnowRPM(t *testing.T) {
	m := newMachine(t)
	m.systemctl(t, "before-remove", "1", "")
	m.systemctl(t, "after-install", "1", "daemon-reload\n")
	m.systemctl(t, "after-install", "2", "daemon-reload\ntry-restart holotwin.service\n")
	m.systemctl(t, "before-remove", "0", "disable --now holotwin.service\n")
	m.systemctl(t, "after-remove", "0", "daemon-reload\n")
}

// systemctl checks how a script calls it.
func (m machine) systemctl(t *testing.T, script, word, calls string) {
	require.NoError(t, os.WriteFile(m.stubs+"/calls", nil, 0o600))
	run := exec.Command(packaging+"/"+script, word)
	run.Env = []string{"PATH=" + m.stubs + ":" + os.Getenv("PATH"), "DPKG_ROOT=" + m.root}
	out, err := run.CombinedOutput()
	require.NoError(t, err, string(out))
	made, err := os.ReadFile(m.stubs + "/calls")
	require.NoError(t, err)
	require.Equal(t, calls, string(made), "%s %s", script, word)
}

func TestTheSettingsOfThePackageAreThoseOfTheProgram(t *testing.T) {
	offered, err := os.ReadFile(packaging + "/holotwin.env")
	require.NoError(t, err)
	all, err := os.ReadFile(source + "/.env.example")
	require.NoError(t, err)
	known := assignments(string(all), false)
	require.NotEmpty(t, known)
	for name := range assignments(string(offered), true) {
		require.Contains(t, known, strings.TrimSuffix(name, "_FILE"))
	}
	require.Equal(t, map[string]string{"DB_URL": "sqlite:///var/lib/holotwin/holotwin.db"}, assignments(string(offered), false))
}

// holotwin-run runs a command as the service: with its user, state and secrets. systemd-run only prints what it is given.
func TestACommandRunsAsTheService(t *testing.T) {
	unit, err := os.ReadFile(packaging + "/holotwin.service")
	require.NoError(t, err)
	script, err := os.ReadFile(packaging + "/holotwin-run")
	require.NoError(t, err)
	root := t.TempDir()
	for name, content := range map[string]string{
		"holotwin.env": "A=1\nDB_URL_FILE=/run/credentials/holotwin.service/secret_db_url\n",
		"systemd-run":  "#!/bin/sh\nfor word; do echo \"$word\"; done\ncat " + root + "/holotwin-run-*.env\n",
		"holotwin-run": strings.NewReplacer("/etc/holotwin/holotwin.env", root+"/holotwin.env", `"/run/$unit.env"`, `"`+root+`/$unit.env"`).Replace(string(script)),
	} {
		require.NoError(t, os.WriteFile(filepath.Join(root, name), []byte(content), 0o700))
	}
	run := exec.Command(root+"/holotwin-run", "user", "create", "a b@usc.edu.co")
	run.Env = []string{"PATH=" + root + ":" + os.Getenv("PATH")}
	out, err := run.CombinedOutput()
	require.NoError(t, err, string(out))
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	service := section(string(unit), "Service")
	for _, setting := range []string{"DynamicUser", "StateDirectory", "StateDirectoryMode", "WorkingDirectory", "UMask", "LoadCredential"} {
		require.Contains(t, lines, "--property="+setting+"="+service[setting][0])
	}
	require.Subset(t, lines, []string{"--pipe", "--property=User=holotwin", "/usr/bin/holotwin", "user", "create", "a b@usc.edu.co", "A=1"})
	require.Regexp(t, `^DB_URL_FILE=/run/credentials/holotwin-run-\d+\.service/secret_db_url$`, lines[len(lines)-1])
	left, err := filepath.Glob(root + "/*.service.env")
	require.NoError(t, err)
	require.Empty(t, left)
}

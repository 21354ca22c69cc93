package upgrade

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/test/program"
)

// sourceFolder is the environment variable with a folder of the last version's source, for a source tree without its history.
const sourceFolder = "TEST_LAST_VERSION"

// unreleased is the version before the first release.
const unreleased = "none"

// version is a release and its commit.
type version struct{ name, commit string }

// lastVersion reads the file last_version.
func lastVersion() (version, error) {
	text, err := os.ReadFile("last_version")
	if err != nil {
		return version{}, err
	}
	found := regexp.MustCompile(`(?m)^(none|\d+\.\d+\.\d+) ([0-9a-f]{40})$`).FindAllStringSubmatch(string(text), -1)
	if len(found) != 1 {
		return version{}, errors.New("test/upgrade/last_version must have one line: a version, and its commit of 40 digits")
	}
	return version{name: found[0][1], commit: found[0][2]}, nil
}

// buildLast builds the last version into a folder and returns the binary's path. Its source is the folder that the environment names,
// or its commit in this clone, or what is fetched from where the clone comes from.
func buildLast(ctx context.Context, root, folder string) (string, error) {
	binary, source := filepath.Join(folder, "holotwin"), os.Getenv(sourceFolder)
	if source == "" {
		last, err := lastVersion()
		if err != nil {
			return "", err
		}
		if source, err = sourceOf(ctx, root, last, folder); err != nil {
			return "", err
		}
	}
	return binary, program.BuildSource(source, binary)
}

// sourceOf returns a folder with the source of a version. It is the same at each call, since the cache of go build knows a package by
// its folder, and it is whole, since it gets its name when all is in it.
func sourceOf(ctx context.Context, root string, last version, folder string) (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		cache = os.TempDir()
	}
	source := filepath.Join(cache, "holotwin-test", last.commit)
	if _, err := os.Stat(source); err == nil {
		return source, nil
	}
	written := filepath.Join(folder, "source")
	if inClone := extract(ctx, root, last.commit, written); inClone != nil {
		if fetched := fetch(ctx, root, last.commit, written); fetched != nil {
			return "", fmt.Errorf("the last version (%s, commit %s), beside which this one is tested, is not in this clone: "+
				"git fetch --depth=1 origin %[2]s, or unpack its source and set %s to the folder (%w; %w)", last.name, last.commit, sourceFolder, inClone, fetched)
		}
	}
	if err := os.MkdirAll(filepath.Dir(source), 0o755); err != nil {
		return "", err
	}
	if err := os.Rename(written, source); err != nil {
		return written, nil // another process was first, or it is another disk: the build takes longer
	}
	return source, nil
}

// fetch gets a commit from where the clone in root comes from, and leaves that clone as it is.
func fetch(ctx context.Context, root, commit, folder string) error {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	origin, err := git(ctx, root, "remote", "get-url", "origin")
	if err != nil {
		return err
	}
	copied := filepath.Join(filepath.Dir(folder), "fetched.git")
	if _, err := git(ctx, root, "init", "--quiet", "--bare", copied); err != nil {
		return err
	}
	if _, err := git(ctx, root, "--git-dir="+copied, "fetch", "--quiet", "--depth=1", strings.TrimSpace(origin), commit); err != nil {
		return err
	}
	return extract(ctx, copied, commit, folder)
}

// extract writes the files of a commit of a repository into a folder.
func extract(ctx context.Context, repository, commit, folder string) error {
	archive := folder + ".tar"
	if _, err := git(ctx, repository, "archive", "--output="+archive, commit); err != nil {
		return err
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	return run(exec.CommandContext(ctx, "tar", "-x", "-f", archive, "-C", folder), nil)
}

// git runs git in a folder of any owner. Its error is one line.
func git(ctx context.Context, folder string, words ...string) (string, error) {
	command := exec.CommandContext(ctx, "git", append([]string{"-c", "safe.directory=*"}, words...)...)
	command.Dir = folder
	command.Env = append(os.Environ(), "GIT_TERMINAL_PROMPT=0")
	var out bytes.Buffer
	err := run(command, &out)
	return out.String(), err
}

func run(command *exec.Cmd, out *bytes.Buffer) error {
	var failure bytes.Buffer
	command.Stderr = &failure
	if out != nil {
		command.Stdout = out
	}
	if err := command.Run(); err != nil {
		first, _, _ := strings.Cut(strings.TrimSpace(failure.String()), "\n")
		return fmt.Errorf("%s: %w %s", filepath.Base(command.Path), err, first)
	}
	return nil
}

// namedIn is the version that last_version must name: the newest release of the changelog. Where nothing is under Unreleased, this is
// the commit of that release, whose own hash no file in it can name: the one before holds too.
func namedIn(changelog string) []string {
	headings := regexp.MustCompile(`(?m)^## \[(.+?)\]`).FindAllStringSubmatchIndex(changelog, -1)
	var releases []string
	changed := false
	for i, h := range headings {
		end := len(changelog)
		if i+1 < len(headings) {
			end = headings[i+1][0]
		}
		name := changelog[h[2]:h[3]]
		if name != "Unreleased" {
			releases = append(releases, name)
			continue
		}
		_, body, _ := strings.Cut(changelog[h[1]:end], "\n")
		changed = strings.TrimSpace(body) != ""
	}
	releases = append(releases, unreleased)
	if changed || len(releases) == 1 {
		return releases[:1]
	}
	return releases[:2]
}

// TestTheLastVersionIsTheChangelogs fails from the first change after a release until last_version names that release, and where the
// clone has its tag, until it names the tag's commit.
func TestTheLastVersionIsTheChangelogs(t *testing.T) {
	last, err := lastVersion()
	require.NoError(t, err)
	changelog, err := os.ReadFile("../../CHANGELOG.md")
	require.NoError(t, err)
	named := namedIn(string(changelog))
	require.Contains(t, named, last.name, "name the release in test/upgrade/last_version: %s, and what `git rev-parse v%[1]s^{commit}` prints", named[0])
	if tagged, err := git(t.Context(), "../..", "rev-parse", "--verify", "--quiet", "refs/tags/v"+last.name+"^{commit}"); err == nil {
		require.Equal(t, strings.TrimSpace(tagged), last.commit, "the commit of the tag v%s", last.name)
	}
}

func TestTheNewestReleaseIsNamed(t *testing.T) {
	const first = "# Changelog\n\n## [Unreleased]\n\n"
	for changelog, want := range map[string][]string{
		first + "- New.\n": {unreleased},
		first:              {unreleased},
		first + "## [1.0.0] - 2027-01-01\n- New.\n":                    {"1.0.0", unreleased},
		first + "- Newer.\n\n## [1.0.0] - 2027-01-01\n- New.\n":        {"1.0.0"},
		first + "## [1.1.0] - 2027-02-01\n\n## [1.0.0] - 2027-01-01\n": {"1.1.0", "1.0.0"},
	} {
		require.Equal(t, want, namedIn(changelog), changelog)
	}
}

// TestALastVersionThatIsNotThereIsNamed looks for it where there is no history, and nowhere to fetch it from.
func TestALastVersionThatIsNotThereIsNamed(t *testing.T) {
	t.Setenv(sourceFolder, "")
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	_, err := buildLast(t.Context(), t.TempDir(), t.TempDir())
	require.ErrorContains(t, err, "is not in this clone: git fetch --depth=1 origin ")
	require.NotContains(t, err.Error(), "\n")
}

// TestALastVersionIsFetchedIntoAShallowClone clones one commit, and builds none.
func TestALastVersionIsFetchedIntoAShallowClone(t *testing.T) {
	origin, clone := t.TempDir(), filepath.Join(t.TempDir(), "clone")
	in := func(folder string, words ...string) string {
		t.Helper()
		out, err := git(t.Context(), folder, append([]string{"-c", "user.name=A", "-c", "user.email=a@example.org"}, words...)...)
		require.NoError(t, err)
		return strings.TrimSpace(out)
	}
	in(origin, "init", "--quiet")
	for _, content := range []string{"last", "next"} {
		require.NoError(t, os.WriteFile(filepath.Join(origin, "file"), []byte(content), 0o600))
		in(origin, "add", "file")
		in(origin, "commit", "--quiet", "--message", content)
	}
	commit := in(origin, "rev-parse", "HEAD~1")
	in(origin, "clone", "--quiet", "--depth=1", "file://"+origin, clone)
	folder := filepath.Join(t.TempDir(), "source")
	require.Error(t, extract(t.Context(), clone, commit, folder))
	require.NoError(t, fetch(t.Context(), clone, commit, folder))
	content, err := os.ReadFile(filepath.Join(folder, "file"))
	require.NoError(t, err)
	require.Equal(t, "last", string(content))
	require.Equal(t, "1", in(clone, "rev-list", "--count", "--all"), "the clone has what it had")
}

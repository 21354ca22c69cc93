package house

import (
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/require"
)

// TestLinksLeadSomewhere follows every relative link, picture, anchor and path in every Markdown file.
func TestLinksLeadSomewhere(t *testing.T) {
	documents, err := documentsUnder("../..")
	require.NoError(t, err)
	require.NotEmpty(t, documents)
	broken, err := brokenLinks("../..", documents)
	require.NoError(t, err)
	require.Empty(t, broken, "links that lead nowhere")
}

// TestBrokenLinksAreFound plants each kind of broken link beside one of the same kind that is good.
func TestBrokenLinksAreFound(t *testing.T) {
	root := t.TempDir()
	plantDocument := func(name, text string) {
		require.NoError(t, os.MkdirAll(filepath.Join(root, filepath.Dir(name)), 0o755))
		require.NoError(t, os.WriteFile(filepath.Join(root, name), []byte(text), 0o644))
	}
	plantDocument("modules/README.md", "# Modules\n\n## The way of a `reading`\n\n## Twice\n\n## Twice\n\n[up](../README.md#map) [here](#twice-1)\n")
	plantDocument("modules/page.go", "package modules\n")
	plantDocument("README.md", strings.Join([]string{
		"# Map",
		"[good](modules/README.md) [folder](modules) [anchor](modules/README.md#the-way-of-a-reading) [outside](https://example.org/none)",
		"[no file](modules/NONE.md)",
		"![no picture](none.jpg)",
		"[no anchor](modules/README.md#none) [no third](modules/README.md#twice-2) [not here](#none)",
		"[by name][good] [by name][bad]",
		"[good]: modules/page.go",
		"[bad]: modules/none.go",
		"<img src=\"none.png\"> <a href=\"modules/page.go\">good</a>",
		"`modules/page.go` `modules/<module>/x.go` `modules/*.go` `modules/none.go` `modules/README.md: text`",
		"[above the house](../none.md)",
		"```\n[not a link](none.md)\n```",
		"`[not a link](none.md)`",
	}, "\n\n"))
	documents, err := documentsUnder(root)
	require.NoError(t, err)
	broken, err := brokenLinks(root, documents)
	require.NoError(t, err)
	require.Equal(t, []string{
		"README.md: #none", "README.md: ../none.md", "README.md: modules/NONE.md", "README.md: modules/README.md#none",
		"README.md: modules/README.md#twice-2", "README.md: modules/none.go", "README.md: modules/none.go", "README.md: none.jpg", "README.md: none.png",
	}, broken)
}

// documentsUnder are the Markdown files under root by path, with their text.
func documentsUnder(root string) (map[string]string, error) {
	documents := make(map[string]string)
	err := fs.WalkDir(os.DirFS(root), ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && slices.Contains([]string{".git", ".task", "node_modules", "data", "bin"}, entry.Name()) && !strings.HasPrefix(name, "adapters/demo"):
			return fs.SkipDir
		case entry.IsDir() || path.Ext(name) != ".md":
			return nil
		}
		text, err := os.ReadFile(filepath.Join(root, name))
		documents[name] = string(text)
		return err
	})
	return documents, err
}

var (
	fenced = regexp.MustCompile("(?ms)^ *```.*?^ *```")
	code   = regexp.MustCompile("`([^`\n]+)`")
	// targets are what a link or picture leads to: [text](target), [name]: target, src and href.
	targets = []*regexp.Regexp{
		regexp.MustCompile(`\]\(<?([^)\s>]+)`), regexp.MustCompile(`(?m)^\[[^\]\n]+\]: *(\S+)`), regexp.MustCompile(`<[a-z]+ [^>]*(?:src|href)="([^"]+)"`),
	}
	// ownPath is a path of a file or folder of the project, without any part that stands for several.
	ownPath = regexp.MustCompile(`^(?:adapters|cmd|modules|platform|test|\.ci)/[A-Za-z0-9_.\-/]+$`)
)

// brokenLinks gives "document: target" for each target that is not there, sorted.
func brokenLinks(root string, documents map[string]string) ([]string, error) {
	var broken []string
	for name, text := range documents {
		prose := fenced.ReplaceAllString(text, "")
		for _, quoted := range code.FindAllStringSubmatch(prose, -1) {
			if ownPath.MatchString(quoted[1]) && !isThere(root, quoted[1]) {
				broken = append(broken, name+": "+quoted[1])
			}
		}
		prose = code.ReplaceAllString(prose, "")
		for _, form := range targets {
			for _, found := range form.FindAllStringSubmatch(prose, -1) {
				target, err := url.Parse(found[1])
				if err != nil {
					return nil, fmt.Errorf("%s: %s: %w", name, found[1], err)
				}
				if target.Scheme == "" && !leads(root, documents, name, target) {
					broken = append(broken, name+": "+found[1])
				}
			}
		}
	}
	slices.Sort(broken)
	return broken, nil
}

// leads reports whether a relative target of a document is there, with its anchor.
func leads(root string, documents map[string]string, from string, target *url.URL) bool {
	to := from
	if target.Path != "" {
		to = path.Join(path.Dir(from), target.Path)
	}
	if !fs.ValidPath(to) || !isThere(root, to) {
		return false
	}
	if target.Fragment == "" {
		return true
	}
	return slices.Contains(anchorsOf(documents[to]), target.Fragment)
}

func isThere(root, name string) bool {
	_, err := os.Stat(filepath.Join(root, name))
	return err == nil
}

var (
	heading = regexp.MustCompile(`(?m)^#{1,6} +(.+?) *#*$`)
	linked  = regexp.MustCompile(`!?\[([^\]]*)\]\([^)]*\)`)
)

// anchorsOf are the anchors that forges give to the headings of a document: lower case, a hyphen for each space, no other signs,
// and a number where there are several alike.
func anchorsOf(text string) []string {
	var anchors []string
	seen := make(map[string]int)
	for _, found := range heading.FindAllStringSubmatch(fenced.ReplaceAllString(text, ""), -1) {
		anchor := strings.Map(func(r rune) rune {
			switch {
			case r == ' ':
				return '-'
			case unicode.IsLetter(r), unicode.IsDigit(r), r == '-', r == '_':
				return unicode.ToLower(r)
			}
			return -1
		}, linked.ReplaceAllString(found[1], "$1"))
		n := seen[anchor]
		seen[anchor]++
		if n > 0 {
			anchor = fmt.Sprintf("%s-%d", anchor, n)
		}
		anchors = append(anchors, anchor)
	}
	return anchors
}

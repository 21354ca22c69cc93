package house

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestTextsArePlain rejects words that people who read English as a second language stumble over, in comments, logs, errors, help
// texts, the API document and the Markdown files. A folder may contain as many as uncleaned allows.
func TestTextsArePlain(t *testing.T) {
	documents, err := documentsUnder("../..")
	require.NoError(t, err)
	delete(documents, "CHANGELOG.md") // what is released keeps its words
	found, err := unplainUnder("../..", documents)
	require.NoError(t, err)
	var wrong []string
	for folder, places := range found {
		if len(places) > uncleaned[folder] {
			wrong = append(wrong, fmt.Sprintf("%s: %d of at most %d:\n\t%s", folder, len(places), uncleaned[folder], strings.Join(places, "\n\t")))
		}
	}
	for folder, allowed := range uncleaned {
		if n := len(found[folder]); n < allowed {
			wrong = append(wrong, fmt.Sprintf("%s: %d, lower the number %d", folder, n, allowed))
		}
	}
	slices.Sort(wrong)
	if len(wrong) > 0 {
		t.Errorf("%s\n\ncounts now, for uncleaned_test.go:\n%s", strings.Join(wrong, "\n"), asUncleaned(found))
	}
}

// TestUnplainTextsAreFound plants each kind of text beside a plain one.
func TestUnplainTextsAreFound(t *testing.T) {
	root := t.TempDir()
	require.NoError(t, os.MkdirAll(filepath.Join(root, "a", "b"), 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(root, "a", "b", "b.go"), []byte(strings.Join([]string{
		"// Package b tells the time.",
		"package b",
		"",
		"// F is plain: a teller, this, `he`, the desktop.",
		"func F() {",
		"\tlog.Info(\"nobody answered\", zap.String(\"told\", \"his\"))",
		"\tlog.Warn(\"plain\")",
		"\tt.Log(\"his\")",
		"\t_ = fmt.Errorf(\"what it \" + \"was: %w\", err) // HE said so,",
		"\t_ = errors.New(\"heard\")",
		"\t// what",
		"\t// it was",
		"\t_ = huma.Operation{Summary: \"Tell\", Description: plain + \"he who\", OperationID: \"tell\"}",
		"\toperation.Description = \"whoever\"",
		"}",
		"",
		"type body struct {",
		"\tA string `json:\"told\" doc:\"His name\"`",
		"\tB string `help:\"plain\"`",
		"\tC string `help:\"Her password, or his\"`",
		"}",
	}, "\n")), 0o644))
	found, err := unplainUnder(root, map[string]string{"README.md": "# Plain\n\n`he`\nSomebody\n", "a/READ.md": "plain"})
	require.NoError(t, err)
	require.Equal(t, map[string][]string{
		".": {`README.md:4: Somebody (name the role: "a user", "another caller")`},
		"a/b": {
			`a/b/b.go:1: tells (report, show, return, whether)`,
			`a/b/b.go:6: nobody (no user, no device, or the passive)`,
			`a/b/b.go:9: said (report, state)`,
			`a/b/b.go:9: HE (they)`,
			`a/b/b.go:9: what it was (the earlier value)`,
			`a/b/b.go:10: heard (receive, see)`,
			`a/b/b.go:11: what it was (the earlier value)`,
			`a/b/b.go:13: Tell (report, show, return, whether)`,
			`a/b/b.go:13: he (they)`,
			`a/b/b.go:14: whoever (the user who, the caller who)`,
			`a/b/b.go:18: His (their)`,
			`a/b/b.go:20: Her (their)`,
			`a/b/b.go:20: his (their)`,
		},
	}, found)
}

// unplain are whole words, in any case, with what to write in their place. Words that also have a plain use in the field are not
// here: a server hangs, a counter gives, a letter of the alphabet.
var unplain = []struct{ words, instead string }{
	{"tell|tells|told|telling|untold", "report, show, return, whether"},
	{"hear|hears|heard", "receive, see"},
	{"said", "report, state"},
	{"speaks|spoke", "report, send; of a protocol: use"},
	{"whoever|whomever|of whom", "the user who, the caller who"},
	{"nobody", "no user, no device, or the passive"},
	{"somebody|anybody", `name the role: "a user", "another caller"`},
	{"he|him|she", "they"},
	{"his|her|hers", "their"},
	{"himself|herself", "themselves"},
	{"cannot be had|to be had", "unavailable"},
	{"what it was", "the earlier value"},
	{"is no part of|are no part of", "is not in, does not belong to"},
	{"the care of", "the lease of"},
	{"lest", "so that … not"},
	// Metaphors for things that have a name in the field.
	{"bury|buries|buried", "store the rejected message"},
	{"newcomer|newcomers", "discovered device"},
	{"desk", "broker hook"},
	{"guest|guests", "session"},
	{"counsel", "room advice"},
}

// unplainWord are the same words as one expression each; between the words of one may be a line's end and the next comment's sign.
var unplainWord = func() (all []*regexp.Regexp) {
	for _, u := range unplain {
		all = append(all, regexp.MustCompile(`(?i)\b(?:`+strings.ReplaceAll(u.words, " ", `[\s/]+`)+`)\b`))
	}
	return all
}()

// unplainUnder returns by folder each unplain word, as "file:line: word (what to write)", of the Go files under root and of the
// documents, which are texts by path.
func unplainUnder(root string, documents map[string]string) (map[string][]string, error) {
	var texts []text
	for name, content := range documents {
		texts = append(texts, text{name, 1, content})
	}
	err := fs.WalkDir(os.DirFS(root), ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir():
			return skipped(entry.Name())
		case path.Ext(name) != ".go":
			return nil
		}
		of, err := textsOf(filepath.Join(root, name), name)
		texts = append(texts, of...)
		return err
	})
	slices.SortStableFunc(texts, func(a, b text) int { return cmp.Or(strings.Compare(a.file, b.file), a.line-b.line) })
	found := make(map[string][]string)
	for _, x := range texts {
		found[path.Dir(x.file)] = append(found[path.Dir(x.file)], x.unplain()...)
	}
	for folder, places := range found {
		if len(places) == 0 {
			delete(found, folder)
		}
	}
	return found, err
}

// text is a text for people, and the line that it begins on, from 1.
type text struct {
	file    string
	line    int
	content string
}

// unplain returns the unplain words of the text outside `code`, in the order of the list.
func (x text) unplain() (places []string) {
	prose := code.ReplaceAllStringFunc(x.content, func(s string) string { return strings.Repeat("`", len(s)) })
	for i, word := range unplainWord {
		for _, at := range word.FindAllStringIndex(prose, -1) {
			line := x.line + strings.Count(prose[:at[0]], "\n")
			written := strings.Join(strings.FieldsFunc(prose[at[0]:at[1]], func(r rune) bool { return strings.ContainsRune(" \t\n/", r) }), " ")
			places = append(places, fmt.Sprintf("%s:%d: %s (%s)", x.file, line, written, unplain[i].instead))
		}
	}
	slices.SortStableFunc(places, func(a, b string) int { return lineIn(a) - lineIn(b) })
	return places
}

// lineIn is the line of "file:line: …".
func lineIn(place string) int {
	n, _ := strconv.Atoi(strings.SplitN(place, ":", 3)[1])
	return n
}

// textsOf returns a Go file's texts for people: comments, messages of logs and errors, and the texts of the API and of flags.
func textsOf(source, name string) (texts []text, err error) {
	files := token.NewFileSet()
	parsed, err := parser.ParseFile(files, source, nil, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	add := func(at ast.Node, content string) {
		texts = append(texts, text{name, files.Position(at.Pos()).Line, content})
	}
	for _, group := range parsed.Comments {
		lines := make([]string, 0, len(group.List))
		for _, c := range group.List {
			lines = append(lines, c.Text)
		}
		add(group, strings.Join(lines, "\n"))
	}
	ast.Inspect(parsed, func(node ast.Node) bool {
		switch n := node.(type) {
		case *ast.CallExpr:
			if forMessage(n) {
				add(n, literals(n.Args[0]))
			}
		case *ast.KeyValueExpr:
			if key, ok := n.Key.(*ast.Ident); ok && isAPIText(key.Name) {
				add(n, literals(n.Value))
			}
		case *ast.AssignStmt:
			if field, ok := n.Lhs[0].(*ast.SelectorExpr); ok && isAPIText(field.Sel.Name) {
				add(n, literals(n.Rhs[0]))
			}
		case *ast.Field:
			if n.Tag != nil {
				tag, _ := strconv.Unquote(n.Tag.Value)
				add(n.Tag, reflect.StructTag(tag).Get("doc")+" "+reflect.StructTag(tag).Get("help"))
			}
		}
		return true
	})
	return texts, nil
}

// forMessage reports whether a call's first argument is the message of a log line or an error.
func forMessage(call *ast.CallExpr) bool {
	method, ok := call.Fun.(*ast.SelectorExpr)
	return ok && len(call.Args) > 0 && slices.Contains([]string{"Debug", "Info", "Warn", "Error", "Errorf", "New"}, method.Sel.Name)
}

func isAPIText(field string) bool { return field == "Summary" || field == "Description" }

// literals joins the string literals of an expression, as "a" + b + "c" is "ac". Those of calls within it are not its own.
func literals(expression ast.Expr) (joined string) {
	switch e := expression.(type) {
	case *ast.BasicLit:
		joined, _ = strconv.Unquote(e.Value)
	case *ast.BinaryExpr:
		joined = literals(e.X) + literals(e.Y)
	case *ast.ParenExpr:
		joined = literals(e.X)
	}
	return joined
}

// asUncleaned writes counts as the rows of uncleaned.
func asUncleaned(found map[string][]string) string {
	rows := make([]string, 0, len(found))
	for folder, places := range found {
		rows = append(rows, fmt.Sprintf("\t%q: %d,\n", folder, len(places)))
	}
	slices.Sort(rows)
	return strings.Join(rows, "")
}

package house

import (
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

//go:generate go test . -run ^TestTheLinterHasTheTable$ -write

var writeLinter = flag.Bool("write", false, "write the linter's import rules from the table")

// Between these lines of .golangci.yml stands what the table says.
const (
	tableBegins = "        # The table of test/house begins; go generate ./test/house writes it.\n"
	tableEnds   = "        # The table of test/house ends.\n"
)

// TestTheLinterHasTheTable compares the import rules of .golangci.yml with the table, or writes them with -write.
func TestTheLinterHasTheTable(t *testing.T) {
	const name = "../../.golangci.yml"
	content, err := os.ReadFile(name)
	require.NoError(t, err)
	before, rest, begins := strings.Cut(string(content), tableBegins)
	written, after, ends := strings.Cut(rest, tableEnds)
	require.True(t, begins && ends, "%s has lost the lines between which the table stands", name)
	want := linterRules(testPackages(t))
	if *writeLinter {
		require.NoError(t, os.WriteFile(name, []byte(before+tableBegins+want+tableEnds+after), 0o644))
		return
	}
	require.Equal(t, want, written, "the table or the folders have changed: run go generate ./test/house")
}

// testPackages are our packages that are only for tests, sorted.
func testPackages(t *testing.T) []string {
	t.Helper()
	packages := []string{"test"}
	for _, a := range adapters {
		if a.forTests {
			packages = append(packages, "adapters/"+a.name)
		}
	}
	for _, top := range []string{"adapters", "modules", "platform"} {
		root := os.DirFS(filepath.Join("../..", top))
		require.NoError(t, fs.WalkDir(root, ".", func(name string, entry fs.DirEntry, err error) error {
			if err != nil || !entry.IsDir() {
				return err
			}
			if folder := top + "/" + name; isOfTests(folder) {
				if sources, _ := fs.Glob(root, name+"/*.go"); len(sources) > 0 {
					packages = append(packages, folder)
				}
				return fs.SkipDir
			}
			return skipped(entry.Name())
		}))
	}
	return packages
}

// rule is a list of depguard: what files in some folders may not import. What is allowed and denied is decided by the longer prefix.
type rule struct {
	name        string
	in, but     []string // patterns under the root
	strict      bool     // what is not allowed is denied
	allow, deny []string // packages; ours begin with ./
	why         string
	notInTests  bool
}

// linterRules writes the table as rules of depguard.
func linterRules(testPackages []string) string {
	var rules []rule
	rules = append(rules, moduleRules()...)
	rules = append(rules, rule{
		name: "platform", in: []string{"platform/**"}, deny: []string{"./modules", "./adapters"}, why: "the platform knows no module and no adapter",
	})
	rules = append(rules, adapterRules()...)
	for _, l := range libraries {
		rules = append(rules, rule{name: l.name, in: below(l.closed), but: below(l.open), deny: l.packages, why: l.why})
	}
	production := rule{
		name: "production", in: below([]string{"modules", "platform", "adapters", "cmd"}), but: []string{"{modules,platform,adapters}/**/*test/**"},
		deny: slices.Clone(proving), why: "only tests test", notInTests: true,
	}
	for _, p := range testPackages {
		production.deny = append(production.deny, "./"+p)
	}
	rules = append(rules, production,
		rule{name: "outside", in: below(outside), deny: []string{"./modules", "./adapters"}, why: "black-box tests know only HTTP"})
	var out strings.Builder
	for _, r := range rules {
		out.WriteString(r.yaml())
	}
	return out.String()
}

// moduleRules: a module imports the standard library, its libraries, and its rooms in their order; in tests, adapters for them.
func moduleRules() []rule {
	const why = "a module imports no other module, and no adapter but those for its tests"
	all := rule{name: "modules", in: []string{"modules/**"}, strict: true, allow: append([]string{"$gostd", "./modules"}, proving...)}
	for _, a := range adapters {
		if a.forTests {
			all.allow = append(all.allow, "./adapters/"+a.name)
		}
	}
	rules := []rule{{}} // all comes first, when the libraries are known
	for _, m := range modules {
		own, folder := "./modules/"+m.name, "modules/"+m.name
		all.allow = append(all.allow, m.libraries...)
		imports := rule{name: "module-" + m.name, in: []string{folder + "/**"}, allow: []string{own}, deny: []string{"./modules", "./adapters"}, why: why}
		for _, a := range adapters {
			if a.forTests {
				imports.allow = append(imports.allow, "./adapters/"+a.name+"/"+m.name)
			}
		}
		rules = append(rules, imports)
		for _, other := range modules {
			if other.name != m.name && other.libraries != nil {
				rules = append(rules, rule{name: "module-" + m.name + "-no-" + other.name, in: []string{folder + "/**"}, deny: other.libraries, why: other.why})
			}
		}
		for i, room := range m.rooms {
			if above := m.rooms[i+1:]; len(above) > 0 {
				rules = append(rules, m.roomRule(room, above))
			}
		}
	}
	rules[0] = all
	return rules
}

// roomRule denies a room of a module those above it.
func (m module) roomRule(room string, above []string) rule {
	r := rule{
		name: "room-" + m.name + "-" + strings.ReplaceAll(room, ".", "itself"), in: []string{"modules/" + m.name + "/" + room + "/**"},
		but: []string{"modules/" + m.name + "/*test/**"}, notInTests: true, why: "the rooms of a module stand on each other in one direction",
	}
	if room == "." {
		r.in = []string{"modules/" + m.name + "/*.go"}
	}
	for _, other := range above {
		if other == "." {
			r.deny = append(r.deny, "./modules/"+m.name+"$")
			continue
		}
		r.deny = append(r.deny, "./modules/"+m.name+"/"+other)
	}
	return r
}

// adapterRules: an adapter imports itself and the modules that it serves.
func adapterRules() []rule {
	const why = "an adapter imports no other adapter, and only the modules that it serves"
	deny := []string{"./adapters", "./modules"}
	rest := rule{name: "adapters", in: []string{"adapters/**"}, deny: deny, why: why}
	rules := []rule{{}} // rest comes first
	serving := func(name, folder string, modules []string) {
		r := rule{name: "adapter-" + name, in: []string{folder + "/**"}, allow: []string{"./" + folder}, deny: deny, why: why}
		for _, m := range modules {
			r.allow = append(r.allow, "./modules/"+m)
		}
		rules, rest.but = append(rules, r), append(rest.but, folder+"/**")
	}
	for _, a := range adapters {
		if !a.apart {
			serving(a.name, "adapters/"+a.name, a.serves)
			continue
		}
		for _, m := range a.serves {
			serving(a.name+"-"+m, "adapters/"+a.name+"/"+m, []string{m})
		}
	}
	for _, m := range modules {
		if m.internal == nil {
			continue
		}
		r := rule{name: "handlers-" + m.name, in: []string{"adapters/http/**"}, why: "a room that checks no rights serves no handler"}
		for _, room := range m.internal {
			r.deny = append(r.deny, "./modules/"+m.name+"/"+room)
		}
		rules = append(rules, r)
	}
	rules[0] = rest
	return rules
}

// below are the patterns of all files in folders.
func below(folders []string) []string {
	var patterns []string
	for _, folder := range folders {
		patterns = append(patterns, folder+"/**")
	}
	return patterns
}

func (r rule) yaml() string {
	var files []string
	for _, pattern := range r.in {
		files = append(files, "${config-path}/"+pattern)
	}
	if r.notInTests {
		files = append(files, "!$test")
	}
	for _, pattern := range r.but {
		files = append(files, "!${config-path}/"+pattern)
	}
	mode := "lax"
	if r.strict {
		mode = "strict"
	}
	var out strings.Builder
	fmt.Fprintf(&out, "        %s:\n          list-mode: %s\n          files: [%s]\n", r.name, mode, quoted(files))
	if r.allow != nil {
		fmt.Fprintf(&out, "          allow: [%s]\n", quoted(packages(r.allow)))
	}
	if r.deny != nil {
		out.WriteString("          deny:\n")
	}
	for _, p := range packages(r.deny) {
		fmt.Fprintf(&out, "            - {pkg: %q, desc: %q}\n", p, r.why)
	}
	return out.String()
}

// packages are the import paths of packages; ours are written with ./
func packages(short []string) []string {
	var long []string
	for _, p := range short {
		if own, ours := strings.CutPrefix(p, "./"); ours {
			p = project + own
		}
		long = append(long, p)
	}
	return long
}

func quoted(list []string) string {
	var quoted []string
	for _, s := range list {
		quoted = append(quoted, fmt.Sprintf("%q", s))
	}
	return strings.Join(quoted, ", ")
}

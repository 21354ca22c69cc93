// Package house checks that the house keeps its rules: who may import whom, and that what is written about the
// settings is what the program reads. The linter's rules in .golangci.yml say the same of imports; both are held
// to one list of cases (cases_test.go), so that neither can drift from the other.
package house

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// project is the module path; what begins with it is ours.
const project = "github.com/holotwin/holotwin/"

// modules are what HoloTwin knows; a folder of that name in an adapter serves the module.
var modules = []string{"auth", "energy", "advice"}

// Libraries that have a room of their own. A package is named by its prefix.
var (
	composing = []string{"go.uber.org/fx"}
	serving   = []string{"github.com/gofiber", "github.com/valyala/fasthttp", "github.com/danielgtaylor/huma"}
	storing   = []string{"gorm.io", "github.com/jackc/pgx", "github.com/pressly/goose", "modernc.org/sqlite"}
	proving   = []string{"github.com/stretchr/testify", "pgregory.net/rapid", "go.uber.org/goleak", "testing"}
	reckoning = map[string][]string{"energy": {"github.com/shopspring/decimal"}, "advice": {"gonum.org/v1/gonum"}}
)

// file is a source file: its folder under the root, and whether it is a test or only for tests.
type file struct {
	folder  string
	forTest bool
}

func (f file) in(folders ...string) bool {
	return slices.ContainsFunc(folders, func(folder string) bool { return within(f.folder, folder) })
}

// part is the nth element of the folder, from 0; "" where it is shorter.
func (f file) part(n int) string {
	if parts := strings.Split(f.folder, "/"); n < len(parts) {
		return parts[n]
	}
	return ""
}

// module is the one that the file is of, or that its adapter serves; "" is none.
func (f file) module() string {
	switch {
	case f.in("modules"):
		return f.part(1)
	case f.in("adapters/mqtt", "adapters/dialect"): // messages of devices
		return "energy"
	case f.in("adapters") && slices.Contains(modules, f.part(2)):
		return f.part(2)
	}
	return ""
}

// refused tells whether the file may not import the package.
func (f file) refused(pkg string) bool {
	own, ours := strings.CutPrefix(pkg, project)
	if !f.forTest && !f.in("test") && (isAny(pkg, proving) || ours && onlyForTests(own)) {
		return true
	}
	if ours {
		return f.refusedInside(own)
	}
	return f.refusedLibrary(pkg)
}

func (f file) refusedInside(folder string) bool {
	switch f.part(0) {
	case "modules":
		return !within(folder, "modules/"+f.module()) && !within(folder, "adapters/memory/"+f.module())
	case "platform":
		return !within(folder, "platform")
	case "adapters":
		return f.refusedAdapter(folder)
	case "cmd":
		return within(folder, "test")
	}
	return f.in("test/blackbox", "test/chaos") && (within(folder, "modules") || within(folder, "adapters"))
}

func (f file) refusedAdapter(folder string) bool {
	switch {
	case within(folder, "platform"):
		return false
	case within(folder, "modules"):
		ends := f.in("adapters/local", "adapters/remote")
		return !ends && f.module() != "" && !within(folder, "modules/"+f.module())
	}
	return f.adapter() != file{folder: folder}.adapter()
}

// adapter is the folder of the adapter that the file is of: adapters/http/energy, adapters/pdf.
func (f file) adapter() string {
	return path.Join(f.part(0), f.part(1), f.module())
}

func (f file) refusedLibrary(pkg string) bool {
	standard := !strings.Contains(strings.Split(pkg, "/")[0], ".")
	ends := f.in("adapters/local", "adapters/remote")
	switch {
	case standard, f.forTest && isAny(pkg, proving):
		return false
	case f.in("modules"):
		return !isAny(pkg, reckoning[f.module()])
	case isAny(pkg, composing):
		return !f.in("cmd")
	case isAny(pkg, serving):
		return ends || f.in("adapters/gorm", "adapters/memory") || f.in("platform") && !f.in("platform/httpserver")
	case isAny(pkg, storing):
		return ends || f.in("adapters/http", "adapters/memory") || f.in("platform") && !f.in("platform/database", "platform/events")
	}
	return false
}

// onlyForTests reports packages such as modules/energy/energytest, and the stores in memory, that only tests may import.
func onlyForTests(folder string) bool {
	return within(folder, "adapters/memory") || isOfTests(folder)
}

// isOfTests reports packages that are themselves of tests.
func isOfTests(folder string) bool {
	return slices.ContainsFunc(strings.Split(folder, "/")[1:], func(part string) bool { return strings.HasSuffix(part, "test") })
}

func within(folder, parent string) bool {
	return folder == parent || strings.HasPrefix(folder, parent+"/")
}

func isAny(pkg string, prefixes []string) bool {
	return slices.ContainsFunc(prefixes, func(prefix string) bool { return within(pkg, prefix) })
}

// refusals walks the Go files under root, whatever they build for, and gives "file: package" for every import
// that is refused, sorted.
func refusals(root string) ([]string, error) {
	var found []string
	err := fs.WalkDir(os.DirFS(root), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			return skipped(entry.Name())
		}
		if path.Ext(name) != ".go" {
			return nil
		}
		folder := path.Dir(name)
		f := file{folder: folder, forTest: strings.HasSuffix(name, "_test.go") || isOfTests(folder)}
		imports, err := importsOf(filepath.Join(root, name))
		for _, pkg := range imports {
			if f.refused(pkg) {
				found = append(found, name+": "+pkg)
			}
		}
		return err
	})
	slices.Sort(found)
	return found, err
}

func importsOf(name string) ([]string, error) {
	source, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly)
	if err != nil {
		return nil, err
	}
	imports := make([]string, len(source.Imports))
	for i, spec := range source.Imports {
		if imports[i], err = strconv.Unquote(spec.Path.Value); err != nil {
			return nil, err
		}
	}
	return imports, nil
}

// skipped leaves out what the go command leaves out, and the dashboard's packages.
func skipped(folder string) error {
	if folder == "testdata" || folder == "node_modules" || folder != "." && strings.HasPrefix(folder, ".") {
		return fs.SkipDir
	}
	return nil
}

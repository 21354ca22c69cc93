// Package house checks that the house keeps its rules: who may import whom, and that what is written about the
// settings is what the program reads. table_test.go is the table of the house. imports_test.go reads it, and
// linter_test.go writes it into .golangci.yml; both are held to one list of cases (cases_test.go), so that
// neither can drift from the other.
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

// module is the row of the module that the file is of.
func (f file) module() (module, bool) {
	i := slices.IndexFunc(modules, func(m module) bool { return f.in("modules/" + m.name) })
	if i < 0 {
		return module{}, false
	}
	return modules[i], true
}

// adapter is the folder of the adapter that the file is of, adapters/http/energy or adapters/pdf, and the modules that it serves.
func (f file) adapter() (folder string, serves []string) {
	folder = path.Join(f.part(0), f.part(1))
	i := slices.IndexFunc(adapters, func(a adapter) bool { return a.name == f.part(1) })
	switch {
	case i < 0:
		return folder, nil
	case !adapters[i].apart:
		return folder, adapters[i].serves
	case slices.Contains(adapters[i].serves, f.part(2)):
		return path.Join(folder, f.part(2)), []string{f.part(2)}
	}
	return folder, nil
}

// refused returns whether the file may not import the package.
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
		m, known := f.module()
		return !known || !m.tests(folder) && (!within(folder, "modules/"+m.name) || !f.forTest && m.refusedRoom(f.folder, folder))
	case "platform":
		return !within(folder, "platform")
	case "adapters":
		return f.refusedAdapter(folder)
	case "cmd":
		return within(folder, "test")
	}
	return f.in(outside...) && (within(folder, "modules") || within(folder, "adapters"))
}

// tests returns whether a folder is of an adapter that the module's tests import.
func (m module) tests(folder string) bool {
	return slices.ContainsFunc(adapters, func(a adapter) bool { return a.forTests && within(folder, "adapters/"+a.name+"/"+m.name) })
}

// refusedRoom returns whether to is a room that stands above from's. Rooms that are not in the table are not ordered.
func (m module) refusedRoom(from, to string) bool {
	return m.floor(from) >= 0 && m.floor(to) > m.floor(from)
}

// floor is the place of a folder's room among the module's rooms; -1 is none.
func (m module) floor(folder string) int {
	if folder == "modules/"+m.name {
		return slices.Index(m.rooms, ".")
	}
	return slices.Index(m.rooms, file{folder: folder}.part(2))
}

// isInternal returns whether a folder is of a room that no handler imports.
func isInternal(folder string) bool {
	f := file{folder: folder}
	m, known := f.module()
	return known && slices.Contains(m.internal, f.part(2))
}

func (f file) refusedAdapter(folder string) bool {
	own, serves := f.adapter()
	switch {
	case within(folder, "platform"):
		return false
	case within(folder, "modules"):
		return !slices.Contains(serves, file{folder: folder}.part(1)) || f.in("adapters/http") && isInternal(folder)
	}
	other, _ := file{folder: folder}.adapter()
	return own != other
}

func (f file) refusedLibrary(pkg string) bool {
	standard := !strings.Contains(strings.Split(pkg, "/")[0], ".")
	switch {
	case standard, f.forTest && isAny(pkg, proving):
		return false
	case f.in("modules"):
		m, _ := f.module()
		return !isAny(pkg, m.libraries)
	}
	return slices.ContainsFunc(libraries, func(l library) bool {
		return isAny(pkg, l.packages) && f.in(l.closed...) && !f.in(l.open...)
	})
}

// onlyForTests returns whether only tests import a folder: it is of tests, or an adapter for them.
func onlyForTests(folder string) bool {
	return isOfTests(folder) || slices.ContainsFunc(adapters, func(a adapter) bool { return a.forTests && within(folder, "adapters/"+a.name) })
}

// isOfTests returns whether a folder is of tests itself, such as modules/energy/energytest.
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

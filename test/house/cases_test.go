package house

import (
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// cases plant one import each in a house of their own. What is imported there imports nothing itself.
var cases = []struct {
	folder, pkg string
	forTest     bool
	refused     bool
}{
	// A module: the standard library and itself; arithmetic where it is needed.
	{folder: "modules/advice/standard", pkg: "net/http"},
	{folder: "modules/advice/itself", pkg: project + "modules/advice/baseline"},
	{folder: "modules/advice/another", pkg: project + "modules/energy", refused: true},
	{folder: "modules/advice/platform", pkg: project + "platform/problem", refused: true},
	{folder: "modules/advice/adapter", pkg: project + "adapters/gorm/auth", refused: true},
	{folder: "modules/advice/arithmetic", pkg: "gonum.org/v1/gonum/mat"},
	{folder: "modules/advice/money", pkg: "github.com/shopspring/decimal", refused: true},
	{folder: "modules/advice/library", pkg: "github.com/google/uuid", refused: true},
	{folder: "modules/advice/web", pkg: "github.com/gofiber/fiber/v2", refused: true},
	{folder: "modules/advice/store", pkg: "gorm.io/gorm", refused: true},
	{folder: "modules/advice/compose", pkg: "go.uber.org/fx", refused: true},
	{folder: "modules/advice/proof", pkg: "github.com/stretchr/testify/require", refused: true},
	{folder: "modules/advice/proven", pkg: "github.com/stretchr/testify/require", forTest: true},
	{folder: "modules/advice/advicetest", pkg: "pgregory.net/rapid"},
	{folder: "modules/advice/widely", pkg: project + "modules/energy", forTest: true, refused: true},
	{folder: "modules/advice/broken", pkg: project + "adapters/gorm/auth", forTest: true, refused: true},
	{folder: "modules/advice/remembered", pkg: project + "adapters/memory/advice", forTest: true},
	{folder: "modules/advice/storing", pkg: project + "adapters/memory/advice", refused: true},
	{folder: "modules/advice/remembers", pkg: project + "adapters/memory/auth", forTest: true, refused: true},
	{folder: "modules/energy/usage/downward", pkg: project + "modules/energy/ledger"},
	{folder: "modules/energy/ledger/upward", pkg: project + "modules/energy/usage", refused: true},
	{folder: "modules/energy/campus/upward", pkg: project + "modules/energy/intake", refused: true},
	{folder: "modules/advice/rules/downward", pkg: project + "modules/advice/baseline"},
	{folder: "modules/advice/baseline/upward", pkg: project + "modules/advice/rules", refused: true},
	{folder: "modules/advice/baseline/proven", pkg: project + "modules/advice/rules", forTest: true},
	{folder: "modules/advice/schedule/downward", pkg: project + "modules/advice/analysis"},
	{folder: "modules/advice/analysis/upward", pkg: project + "modules/advice/schedule", refused: true},
	{folder: "modules/advice/text/outward", pkg: project + "modules/advice", refused: true},
	{folder: "modules/advice", pkg: project + "modules/advice/text"},
	{folder: "modules/energy/money", pkg: "github.com/shopspring/decimal"},
	{folder: "modules/energy/arithmetic", pkg: "gonum.org/v1/gonum/mat", refused: true},
	{folder: "modules/energy/another", pkg: project + "modules/advice/baseline", refused: true},
	{folder: "modules/auth/another", pkg: project + "modules/energy", refused: true},
	{folder: "modules/auth/money", pkg: "github.com/shopspring/decimal", refused: true},

	// The platform: itself, and what each part wraps.
	{folder: "platform/events", pkg: project + "platform/problem"},
	{folder: "platform/events/rows", pkg: "gorm.io/gorm"},
	{folder: "platform/upward", pkg: project + "modules/energy", refused: true},
	{folder: "platform/outward", pkg: project + "adapters/gorm/auth", refused: true},
	{folder: "platform/httpserver/pages", pkg: "github.com/gofiber/fiber/v2"},
	{folder: "platform/httpserver/rows", pkg: "gorm.io/gorm", refused: true},
	{folder: "platform/database/rows", pkg: "gorm.io/gorm"},
	{folder: "platform/database/pages", pkg: "github.com/gofiber/fiber/v2", refused: true},
	{folder: "platform/compose", pkg: "go.uber.org/fx", refused: true},
	{folder: "platform/database/proof", pkg: "github.com/stretchr/testify/require", refused: true},

	// An adapter: its module, the platform, its technology.
	{folder: "adapters/http/energy/module", pkg: project + "modules/energy"},
	{folder: "adapters/http/energy/another", pkg: project + "modules/advice/baseline", refused: true},
	{folder: "adapters/http/auth/itself", pkg: project + "adapters/http/auth"},
	{folder: "adapters/http/pages", pkg: project + "adapters/http/auth", refused: true},
	{folder: "adapters/jwt/itself", pkg: project + "adapters/jwt", forTest: true},
	{folder: "adapters/jwt/another", pkg: project + "adapters/http/auth", forTest: true, refused: true},
	{folder: "adapters/http/advice/service", pkg: project + "modules/advice/recommendations"},
	{folder: "adapters/http/advice/internal", pkg: project + "modules/advice/campus", refused: true},
	{folder: "adapters/http/energy/platform", pkg: project + "platform/problem"},
	{folder: "adapters/http/energy/neighbour", pkg: project + "adapters/http/auth", refused: true},
	{folder: "adapters/http/energy/store", pkg: project + "adapters/gorm/auth", refused: true},
	{folder: "adapters/http/energy/web", pkg: "github.com/gofiber/fiber/v2"},
	{folder: "adapters/http/energy/rows", pkg: "gorm.io/gorm", refused: true},
	{folder: "adapters/http/energy/compose", pkg: "go.uber.org/fx", refused: true},
	{folder: "adapters/http/energy/proof", pkg: project + "platform/database/databasetest", refused: true},
	{folder: "adapters/http/energy/proven", pkg: project + "platform/database/databasetest", forTest: true},
	{folder: "adapters/gorm/energy/rows", pkg: "gorm.io/gorm"},
	{folder: "adapters/gorm/energy/pages", pkg: "github.com/gofiber/fiber/v2", refused: true},
	{folder: "adapters/gorm/auth/another", pkg: project + "modules/energy", refused: true},
	{folder: "adapters/gorm/advice/another", pkg: project + "modules/energy", refused: true},
	{folder: "adapters/mqtt/client", pkg: project + "adapters/dialect", refused: true},
	{folder: "adapters/mqtt/itself", pkg: project + "adapters/mqtt"},
	{folder: "adapters/dialect/books", pkg: project + "modules/energy"},
	{folder: "adapters/upload/greenbutton", pkg: project + "modules/energy"},
	{folder: "adapters/upload/neighbour", pkg: project + "adapters/dialect", refused: true},
	{folder: "adapters/upload/another", pkg: project + "modules/auth", refused: true},
	{folder: "adapters/http/energy/upload", pkg: project + "adapters/upload", refused: true},
	{folder: "adapters/dialect/another", pkg: project + "modules/auth", refused: true},
	{folder: "adapters/memory/energy/module", pkg: project + "modules/energy"},
	{folder: "adapters/memory/energy/another", pkg: project + "modules/advice", refused: true},
	{folder: "adapters/memory/energy/neighbour", pkg: project + "adapters/gorm/auth", refused: true},
	{folder: "adapters/memory/energy/rows", pkg: "gorm.io/gorm", refused: true},
	{folder: "adapters/memory/energy/proof", pkg: "testing", refused: true},
	{folder: "cmd/holotwin/memory", pkg: project + "adapters/memory/auth", refused: true},
	{folder: "adapters/mqtt/books", pkg: project + "modules/energy"},
	{folder: "adapters/mqtt/another", pkg: project + "modules/advice", refused: true},
	{folder: "adapters/pdf/module", pkg: project + "modules/advice"},
	{folder: "adapters/pdf/another", pkg: project + "modules/energy", refused: true},
	{folder: "adapters/web/module", pkg: project + "modules/energy", refused: true},
	{folder: "adapters/http/module", pkg: project + "modules/energy", refused: true},
	{folder: "adapters/unknown/module", pkg: project + "modules/energy", refused: true},
	{folder: "adapters/unknown/adapter", pkg: project + "adapters/http/auth", refused: true},
	{folder: "adapters/pdf/adapter", pkg: project + "adapters/http/auth", refused: true},
	{folder: "adapters/local/energy", pkg: project + "modules/advice/baseline"},
	{folder: "adapters/local/adapter", pkg: project + "adapters/http/auth", refused: true},
	{folder: "adapters/local/rows", pkg: "gorm.io/gorm", refused: true},
	{folder: "adapters/remote/web", pkg: "github.com/gofiber/fiber/v2", refused: true},

	// The edge composes all; black-box tests know only HTTP.
	{folder: "cmd/holotwin/compose", pkg: "go.uber.org/fx"},
	{folder: "cmd/holotwin/adapter", pkg: project + "adapters/http/auth"},
	{folder: "cmd/holotwin/proof", pkg: "github.com/stretchr/testify/require", refused: true},
	{folder: "test/bench/adapter", pkg: project + "adapters/gorm/auth"},
	{folder: "test/blackbox/proven", pkg: project + "platform/database/databasetest"},
	{folder: "test/blackbox/module", pkg: project + "modules/energy", refused: true},
	{folder: "test/chaos/adapter", pkg: project + "adapters/gorm/auth", refused: true},
}

// plant writes the cases as a house and gives what is to be refused there, as refusals gives it.
func plant(t *testing.T) (root string, refused []string) {
	t.Helper()
	root = t.TempDir()
	for _, c := range cases {
		name := "planted.go"
		if c.forTest {
			name = "planted_test.go"
		}
		file := path.Join(c.folder, name)
		write(t, root, file, "import _ "+`"`+c.pkg+`"`+"\n")
		if own, ours := strings.CutPrefix(c.pkg, project); ours {
			write(t, root, path.Join(own, "imported.go"), "")
		}
		if c.refused {
			refused = append(refused, file+": "+c.pkg)
		}
	}
	slices.Sort(refused)
	return root, refused
}

func write(t *testing.T, root, file, body string) {
	t.Helper()
	name := filepath.Join(root, file)
	require.NoError(t, os.MkdirAll(filepath.Dir(name), 0o755))
	require.NoError(t, os.WriteFile(name, []byte("package "+path.Base(path.Dir(file))+"\n\n"+body), 0o644))
}

func TestWhatIsPlantedIsFound(t *testing.T) {
	root, refused := plant(t)
	found, err := refusals(root)
	require.NoError(t, err)
	require.Equal(t, refused, found)
}

func TestTheHouseKeepsItsRules(t *testing.T) {
	found, err := refusals("../..")
	require.NoError(t, err)
	require.Empty(t, found)
}

// A folder that the table does not have would be one that nothing guards.
func TestTheTableHasEveryFolder(t *testing.T) {
	require.Subset(t, each, foldersOf(t, "../../modules", "decisions"))
	var known []string
	for _, a := range adapters {
		known = append(known, a.name)
	}
	require.Subset(t, known, foldersOf(t, "../../adapters"))
	for _, m := range modules {
		if m.rooms != nil {
			require.Subset(t, m.rooms, foldersOf(t, "../../modules/"+m.name, m.name+"test", "testdata"), m.name)
		}
	}
}

// foldersOf returns the names of the folders in a folder, but for some.
func foldersOf(t *testing.T, parent string, but ...string) []string {
	t.Helper()
	entries, err := os.ReadDir(parent)
	require.NoError(t, err)
	var folders []string
	for _, entry := range entries {
		if entry.IsDir() && !slices.Contains(but, entry.Name()) {
			folders = append(folders, entry.Name())
		}
	}
	return folders
}

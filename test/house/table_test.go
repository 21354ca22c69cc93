package house

// project is the module path; what begins with it is ours.
const project = "github.com/holotwin/holotwin/"

// module is one of the modules: a folder under modules.
type module struct {
	name string
	// libraries may be imported beside the standard library, and by this module alone; why says so to others.
	libraries []string
	why       string
	// rooms are its packages in their order: each imports only those before it. "." is the module's own package.
	// Tests, and packages that are only for tests, import any of them. Without rooms the order is free.
	rooms []string
	// internal are the rooms that check no rights: they serve the other rooms, and no handler imports them.
	internal []string
}

// modules is the table of modules. After a change, run go generate ./test/house: it writes the linter's rules.
var modules = []module{
	{name: "auth", rooms: []string{"totp", ".", "standing"}},
	{
		name: "energy", libraries: []string{"github.com/shopspring/decimal"}, why: "money is energy's",
		rooms: []string{
			".", "holidays", "campus", "calendar", "tariffs", "rulebook",
			"ledger", "books", "conditions", "live", "habit", "usage", "twin", "intake",
		},
	},
	{
		name: "advice", libraries: []string{"gonum.org/v1/gonum"}, why: "numerics are advice's",
		rooms: []string{
			"history", "boost", "figure", "whatif", "baseline", "forecast", "anomaly", "rules", "text",
			".",
			"campus", "questions", "inputs", "analysis", "outlook", "recommendations", "savings", "scenario", "report", "schedule",
		},
		internal: []string{"campus", "inputs", "analysis"},
	},
}

// adapter is a folder under adapters. It imports the platform, itself, and the modules that it serves.
type adapter struct {
	name   string
	serves []string
	// apart is true where it has a folder for each module; each of them is then an adapter of its own.
	apart bool
	// forTests is true where only tests import it, those of the module that it serves too.
	forTests bool
}

// each is every module, for adapters that serve all of them.
var each = names(modules)

// adapters is the table of adapters. After a change, run go generate ./test/house: it writes the linter's rules.
var adapters = []adapter{
	{name: "http", serves: each, apart: true},
	{name: "gorm", serves: each, apart: true},
	{name: "memory", serves: each, apart: true, forTests: true},
	{name: "local", serves: each},  // one module's need of another, answered in this process
	{name: "remote", serves: each}, // or over HTTP
	{name: "bcrypt", serves: []string{"auth"}},
	{name: "jwt", serves: []string{"auth"}},
	{name: "oidc", serves: []string{"auth"}},
	{name: "seal", serves: []string{"auth"}},
	{name: "demo", serves: []string{"energy"}},
	{name: "dialect", serves: []string{"energy"}},
	{name: "upload", serves: []string{"energy"}},
	{name: "mqtt", serves: []string{"energy"}},
	{name: "weather", serves: []string{"energy"}},
	{name: "llm", serves: []string{"advice"}},
	{name: "pdf", serves: []string{"advice"}},
	{name: "nats"},
	{name: "simulate"},
	{name: "web"},
}

// library is what only some folders import. A package is named by its prefix.
type library struct {
	name     string
	packages []string
	why      string
	// closed are the folders that do not import it, but for those in open. Modules import none of them.
	closed, open []string
}

var libraries = []library{
	{
		name: "composing", packages: []string{"go.uber.org/fx"}, why: "only cmd composes",
		closed: []string{"platform", "adapters", "test"},
	},
	{
		name: "serving", packages: []string{"github.com/gofiber", "github.com/valyala/fasthttp", "github.com/danielgtaylor/huma"},
		why:    "only platform/httpserver and adapters serve",
		closed: []string{"platform", "adapters/gorm", "adapters/memory", "adapters/local", "adapters/remote"}, open: []string{"platform/httpserver"},
	},
	{
		name: "storing", packages: []string{"gorm.io", "github.com/jackc/pgx", "github.com/pressly/goose", "modernc.org/sqlite"},
		why:    "only platform/database, platform/events and adapters/gorm store",
		closed: []string{"platform", "adapters/http", "adapters/memory", "adapters/local", "adapters/remote"}, open: []string{"platform/database", "platform/events"},
	},
}

// proving are the libraries of tests.
var proving = []string{"testing", "github.com/stretchr/testify", "pgregory.net/rapid", "go.uber.org/goleak"}

// outside are tests that know only the program's HTTP: they import no module and no adapter.
var outside = []string{"test/blackbox", "test/browser", "test/chaos", "test/upgrade"}

func names(modules []module) []string {
	var names []string
	for _, m := range modules {
		names = append(names, m.name)
	}
	return names
}

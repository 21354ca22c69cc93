package main

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/fx"

	"github.com/holotwin/holotwin/platform/config"
)

// divisions are all ways to divide the modules: one process runs all, some, or one of them.
var divisions = [][]string{
	{config.Auth, config.Energy, config.Advice},
	{config.Auth},
	{config.Energy},
	{config.Advice},
	{config.Auth, config.Energy},
	{config.Auth, config.Advice},
	{config.Energy, config.Advice},
}

// TestEachPartNeedsWhatItSays compares the column needs of the table with the parameters of the constructors.
func TestEachPartNeedsWhatItSays(t *testing.T) {
	for _, modules := range divisions {
		t.Run(strings.Join(modules, " "), func(t *testing.T) { requireNeeds(t, parts(config.Config{Modules: modules})) })
	}
}

func requireNeeds(t *testing.T, table []part) {
	makers := map[reflect.Type]string{reflect.TypeFor[config.Config](): "settings"}
	for _, p := range table {
		for _, constructor := range p.makes {
			for made := range reflect.TypeOf(constructor).Outs() {
				if made != reflect.TypeFor[error]() {
					require.Empty(t, makers[made], "two parts make %s", made)
					makers[made] = p.name
				}
			}
		}
	}
	for _, p := range table {
		needed := map[string]bool{}
		for _, constructor := range p.makes {
			for taken := range reflect.TypeOf(constructor).Ins() {
				require.NotEmpty(t, makers[taken], "%s takes %s, which no part makes", p.name, taken)
				needed[makers[taken]] = true
			}
		}
		delete(needed, "settings")
		delete(needed, p.name)
		var names []string
		for _, other := range table {
			if needed[other.name] {
				names = append(names, other.name)
			}
		}
		require.ElementsMatch(t, names, p.needs, p.name)
	}
}

// TestTheProgramFitsTogether finds missing parts, without constructing any.
func TestTheProgramFitsTogether(t *testing.T) {
	for _, modules := range divisions {
		settings := config.Config{Modules: modules}
		options := []fx.Option{program(settings)}
		if settings.RunsAll() {
			options = append(options, fx.Invoke(runDemo))
		}
		require.NoError(t, fx.ValidateApp(options...), modules)
	}
}

// TestNoModuleTakesAnother rejects a module's part that takes parts of another module; only the ports may take parts of two.
func TestNoModuleTakesAnother(t *testing.T) {
	modules := []string{"auth", "energy", "advice"}
	for _, p := range parts(everything) {
		if slices.Contains(modules, p.name) {
			for _, other := range modules {
				require.NotContains(t, p.needs, other, p.name)
			}
		}
	}
}

package main

import (
	"reflect"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/fx"

	"github.com/holotwin/holotwin/platform/config"
)

// TestEachPartNeedsWhatItSays compares the column needs of the table with the parameters of the constructors.
func TestEachPartNeedsWhatItSays(t *testing.T) {
	makers := map[reflect.Type]string{reflect.TypeFor[config.Config](): "settings"}
	for _, p := range parts {
		for _, constructor := range p.makes {
			for made := range reflect.TypeOf(constructor).Outs() {
				if made != reflect.TypeFor[error]() {
					require.Empty(t, makers[made], "two parts make %s", made)
					makers[made] = p.name
				}
			}
		}
	}
	for _, p := range parts {
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
		for _, other := range parts {
			if needed[other.name] {
				names = append(names, other.name)
			}
		}
		require.ElementsMatch(t, names, p.needs, p.name)
	}
}

// TestTheProgramFitsTogether finds missing parts, without constructing any.
func TestTheProgramFitsTogether(t *testing.T) {
	require.NoError(t, fx.ValidateApp(program(config.Config{}), fx.Invoke(runDemo)))
}

// TestNoModuleTakesAnother rejects a module's part that takes parts of another module; only local may take parts of two.
func TestNoModuleTakesAnother(t *testing.T) {
	modules := []string{"auth", "energy", "advice"}
	for _, p := range parts {
		if slices.Contains(modules, p.name) {
			for _, other := range modules {
				require.NotContains(t, p.needs, other, p.name)
			}
		}
	}
}

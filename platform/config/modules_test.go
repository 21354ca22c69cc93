package config

import (
	"maps"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestOneProcessRunsAll checks that the default needs no other process, and that the pages go with energy.
func TestOneProcessRunsAll(t *testing.T) {
	c, err := parse(map[string]string{})
	require.NoError(t, err)
	require.True(t, c.RunsAll())
	require.True(t, c.Runs(Web))
}

func TestSomeModules(t *testing.T) {
	elsewhere := map[string]string{"JWT_SECRET": secret, "AUTH_URL": "http://auth:8000", "ENERGY_URL": "http://energy:8000", "ADVICE_URL": "https://advice"}
	for _, c := range []struct {
		modules  string
		web, all bool
	}{{"auth", false, false}, {"energy", true, false}, {"advice, web", true, false}, {"auth,advice", false, false}, {"advice,energy,auth", true, true}} {
		environment := maps.Clone(elsewhere)
		environment["MODULES"] = c.modules
		got, err := parse(environment)
		require.NoError(t, err, c.modules)
		require.Equal(t, []bool{c.web, c.all}, []bool{got.Runs(Web), got.RunsAll()}, c.modules)
		require.Equal(t, [][]byte{[]byte(secret)}, got.PeerSecrets())
	}
}

// TestWhatSomeModulesNeed checks that each missing address and secret is named, all at once.
func TestWhatSomeModulesNeed(t *testing.T) {
	for _, c := range []struct {
		settings map[string]string
		named    []string
	}{
		{map[string]string{"MODULES": "auth"}, []string{"ENERGY_URL", "ADVICE_URL", "JWT_SECRET"}},
		{map[string]string{"MODULES": "energy", "JWT_SECRET": secret, "AUTH_URL": "auth:8000", "ADVICE_URL": "http://user:pass@advice"}, []string{"AUTH_URL", "ADVICE_URL"}},
		{map[string]string{"MODULES": "energy,auth", "ADVICE_URL": "http://advice", "JWT_KEYS": "keys"}, []string{"SERVICE_SECRET"}},
		{map[string]string{"MODULES": "energy,mail"}, []string{"MODULES"}},
		{map[string]string{"MODULES": "web"}, []string{"MODULES"}},
		{map[string]string{"SERVICE_SECRET": "short"}, []string{"SERVICE_SECRET"}},
	} {
		_, err := parse(maps.Clone(c.settings))
		require.Error(t, err, c.settings)
		var named []string
		for line := range strings.SplitSeq(err.Error(), "\n") {
			name, _, _ := strings.Cut(line, ": ")
			named = append(named, name)
		}
		require.Equal(t, c.named, named, err)
	}
}

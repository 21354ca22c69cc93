package house

import (
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/joho/godotenv"
	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/platform/config"
)

// .env.example has every setting that the program or compose.yaml reads, at its default, and no other.
func TestTheExampleSettingsAreThoseThatAreRead(t *testing.T) {
	example, err := godotenv.Read("../../.env.example")
	require.NoError(t, err)
	require.Equal(t, settingsRead(t), example)
}

// The settings tables of platform/README.md do too, each setting once.
func TestTheSettingsTableIsWhatIsRead(t *testing.T) {
	page, err := os.ReadFile("../../platform/README.md")
	require.NoError(t, err)
	documented := map[string]string{}
	for _, row := range regexp.MustCompile("(?m)^\\| `([A-Z][A-Z_0-9]*)` \\|([^|]*)\\| *([^|]+) \\|$").FindAllStringSubmatch(string(page), -1) {
		require.NotContains(t, documented, row[1])
		documented[row[1]] = strings.Trim(strings.TrimSpace(row[2]), "`")
	}
	require.Equal(t, settingsRead(t), documented)
}

// settingsRead are the settings that the program or compose.yaml reads, with their defaults.
func settingsRead(t *testing.T) map[string]string {
	t.Helper()
	read := map[string]string{}
	settings := reflect.TypeFor[config.Config]()
	for i := range settings.NumField() {
		if name := settings.Field(i).Tag.Get("env"); name != "-" {
			read[name] = settings.Field(i).Tag.Get("envDefault")
		}
	}
	compose, err := os.ReadFile("../../compose.yaml")
	require.NoError(t, err)
	for _, found := range regexp.MustCompile(`\$\{(\w+)`).FindAllSubmatch(compose, -1) {
		if _, known := read[string(found[1])]; !known {
			read[string(found[1])] = ""
		}
	}
	return read
}

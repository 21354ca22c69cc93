package house

import (
	"os"
	"reflect"
	"regexp"
	"testing"

	"github.com/joho/godotenv"
	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/platform/config"
)

// .env.example has every setting that the program or compose.yaml reads, at its default, and no other.
func TestTheExampleSettingsAreThoseThatAreRead(t *testing.T) {
	want := map[string]string{}
	settings := reflect.TypeFor[config.Config]()
	for i := range settings.NumField() {
		if name := settings.Field(i).Tag.Get("env"); name != "-" {
			want[name] = settings.Field(i).Tag.Get("envDefault")
		}
	}
	compose, err := os.ReadFile("../../compose.yaml")
	require.NoError(t, err)
	for _, read := range regexp.MustCompile(`\$\{(\w+)`).FindAllSubmatch(compose, -1) {
		if _, known := want[string(read[1])]; !known {
			want[string(read[1])] = ""
		}
	}
	example, err := godotenv.Read("../../.env.example")
	require.NoError(t, err)
	require.Equal(t, want, example)
}

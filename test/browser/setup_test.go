package browser

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/test/program"
)

// TestSetup walks the first hour on an empty server: its first administrator logs in and is led through the steps, a colleague comes
// in by a link, and the first reading that is sent turns a light green.
func TestSetup(t *testing.T) {
	broker, err := program.FreeAddress()
	require.NoError(t, err)
	browse(t, start(t, "MQTT_LISTEN="+broker), "", "test/setup.mjs")
}

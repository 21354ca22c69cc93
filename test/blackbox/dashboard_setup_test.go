package blackbox

import (
	"testing"

	"github.com/holotwin/holotwin/platform/database/databasetest"
)

// TestSetupInTheBrowser walks the first hour on an empty server: its first administrator logs in and is led through the steps, a
// colleague comes in by a link, and the first reading that is sent turns a light green.
func TestSetupInTheBrowser(t *testing.T) {
	server := start(t, databasetest.SQLite(t), "RATE_LIMIT_PER_MIN=0", "MQTT_LISTEN=127.0.0.1:0")
	browse(t, server, "http://nowhere.invalid", "test/setup.mjs")
}

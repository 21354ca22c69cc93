package blackbox

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/platform/database/databasetest"
	"github.com/holotwin/holotwin/test/program"
)

// TestFiguresInTheBrowser reads amounts and advice on a campus that has set neither a tariff nor opening hours.
func TestFiguresInTheBrowser(t *testing.T) {
	server := start(t, databasetest.SQLite(t), "RATE_LIMIT_PER_MIN=0")
	client := login(t, server)
	wasteful(t, client)
	require.NotEmpty(t, groundsOf(t, client))
	out, err := program.Browse(server, "", "test/figures.mjs")
	require.NoError(t, err, out)
}

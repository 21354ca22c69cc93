package blackbox

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/platform/database/databasetest"
	"github.com/holotwin/holotwin/test/program"
)

// TestGreenButtonSeries imports each file of the case into an empty installation: what is skipped on purpose is named, and is no failure.
func TestGreenButtonSeries(t *testing.T) {
	for name, c := range map[string]struct {
		file    string
		words   []string
		kwh     map[string]float64
		named   []string
		english string
	}{
		"only what was given back": {"received_only", nil, map[string]float64{}, []string{`se omite cubierta, MeterReading/2: 4 intervalos de lo devuelto a la red \(flowDirection 19\)`, `0 filas nuevas, 0 repetidas, 0 rechazadas; 0 en total`}, `skipped cubierta, MeterReading/2: 4 intervals of what was given back to the grid`},
		"given back and drawn":     {"received_then_delivered", nil, map[string]float64{"cubierta": 1.1}, []string{`se omite cubierta, MeterReading/2: 4 intervalos de lo devuelto a la red`, `4 filas nuevas, 0 repetidas, 0 rechazadas; 4 en total`}, ""},
		"the same of one device":   {"received_then_delivered", []string{"--device", "techo"}, map[string]float64{"techo": 1.1}, []string{`se omite cubierta`}, ""},
		"types by their links":     {"linked_types", nil, map[string]float64{"taller": 0.96, "oficina": 5}, []string{`se omite caldera, MeterReading/1: 2 intervalos de gas, no de electricidad`}, `2 intervals of gas, not electricity`},
		"gas in Wh":                {"gas_in_wh", nil, map[string]float64{}, []string{`se omite cocina, MeterReading/1: 1 intervalos de gas`}, ""},
		"a day and its hours":      {"day_and_hours", nil, map[string]float64{"bloque": 18}, []string{`se omite bloque, MeterReading/1: 1 intervalos de 86400 s: otros más finos cubren el mismo tiempo`}, `1 intervals of 86400 s: finer ones cover the same time`},
		"of one device":            {"day_and_hours", []string{"--device", "bq"}, map[string]float64{"bq": 18}, []string{`se omite bloque`}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			databaseURL := databasetest.SQLite(t)
			server := start(t, databaseURL)
			site := campusIn(t, login(t, server), "America/Bogota")
			require.NoError(t, server.Stop())
			text, err := os.ReadFile(filepath.Join("testdata", "cases", c.file+".xml"))
			require.NoError(t, err)
			file := filepath.Join(t.TempDir(), c.file+".xml")
			require.NoError(t, os.WriteFile(file, text, 0o600))
			out := importFiles(t, databaseURL, true, append(c.words, "--create-in", site, file)...)
			for _, named := range c.named {
				require.Regexp(t, regexp.MustCompile(named), out)
			}
			if c.english != "" {
				t.Setenv("LOCALE", "en")
				require.Contains(t, importFiles(t, databaseURL, true, append(c.words, "--again", "--create-in", site, file)...), c.english)
			}
			checkGreenButton(t, login(t, start(t, databaseURL)), c.kwh)
		})
	}
}

// checkGreenButton compares what devices used, and that there are no others.
func checkGreenButton(t *testing.T, c *program.Client, want map[string]float64) {
	t.Helper()
	var devices struct{ Items []struct{ ID string } }
	require.NoError(t, send(t, c, 200, "GET", "/api/dispositivos", nil).JSON(&devices))
	require.Len(t, devices.Items, len(want))
	for _, d := range devices.Items {
		days := seriesOf(t, c, "device", d.ID, "2026-05-01", "2026-06-01", "day")
		require.InDelta(t, want[d.ID], sumOf(days), 1e-9, d.ID)
		for _, day := range days {
			if day.PeakKW != nil && want[d.ID] == 18 {
				require.InDelta(t, 0.75, *day.PeakKW, 1e-9)
			}
		}
	}
}

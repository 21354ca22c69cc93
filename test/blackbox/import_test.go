package blackbox

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/test/program"
)

// TestImport imports files beside no server: bad rows are named, what is in is not read again, what was rejected is.
func TestImport(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, databaseURL string) {
		server := start(t, databaseURL)
		campus, err := login(t, server).MakeCampus(1)
		require.NoError(t, err)
		require.NoError(t, server.Stop())

		folder := t.TempDir()
		at := time.Now().UTC().Truncate(time.Hour).Add(-24 * time.Hour)
		csv := "\ufeffdevice_id;timestamp;kwh\r\n"
		for i := range 40 {
			csv += fmt.Sprintf("d0;%s;0,25\r\n", at.Add(time.Duration(i)*15*time.Minute).Format(time.RFC3339))
		}
		good, bad := filepath.Join(folder, "bueno.csv"), filepath.Join(folder, "malo.csv")
		require.NoError(t, os.WriteFile(good, []byte(csv), 0o600))
		require.NoError(t, os.WriteFile(bad, []byte("device_id,timestamp,kwh\nnuevo,"+at.Format(time.RFC3339)+",1\nd0,ayer,1\n"), 0o600))
		button := filepath.Join(folder, "boton.xml")
		require.NoError(t, os.WriteFile(button, fmt.Appendf(nil, `<feed><ReadingType><uom>72</uom></ReadingType><IntervalReading><timePeriod><duration>900</duration><start>%d</start></timePeriod><value>500</value></IntervalReading></feed>`, at.Unix()), 0o600))

		out := importFiles(t, databaseURL, true, good)
		require.Contains(t, out, "bueno.csv: 40 filas nuevas, 0 repetidas, 0 rechazadas; 40 en total")
		require.Contains(t, out, "bueno.csv 100 %")
		require.Contains(t, importFiles(t, databaseURL, true, good), "0 filas nuevas, 0 repetidas, 0 rechazadas; 40 en total")
		require.Contains(t, importFiles(t, databaseURL, true, "--again", good), "0 filas nuevas, 40 repetidas")
		out = importFiles(t, databaseURL, false, bad)
		require.Contains(t, out, "2: device_id: no existe")
		require.Contains(t, out, "3: timestamp: debe ser un instante RFC 3339")
		require.Contains(t, importFiles(t, databaseURL, false, "--create-in", "sp_x", bad), "there is no space")
		require.Contains(t, importFiles(t, databaseURL, false, "--create-in", campus.Room, bad), "1 filas nuevas, 0 repetidas, 1 rechazadas")
		timeless := filepath.Join(folder, "sin-hora.csv")
		require.NoError(t, os.WriteFile(timeless, []byte("device_id,kwh\nd0,1\n"), 0o600))
		require.Contains(t, importFiles(t, databaseURL, false, timeless), "2: timestamp: es obligatorio", "it could not be told from itself")
		require.Contains(t, importFiles(t, databaseURL, true, "--device", "boton", "--create-in", campus.Room, button), "1 filas nuevas")

		client := login(t, start(t, databaseURL))
		require.InDelta(t, 40*0.25+1+0.5, monthsOf(t, client, campus, at.Format(time.RFC3339)), 1e-9)
	})
}

// TestAReviewNamesBadLinesAndStoresNothing sends a file to be looked at before it counts.
func TestAReviewNamesBadLinesAndStoresNothing(t *testing.T) {
	each(t, func(t *testing.T, databaseURL string) {
		client := login(t, start(t, databaseURL))
		_, err := client.MakeCampus(1)
		require.NoError(t, err)
		at := time.Now().UTC().Add(-time.Hour).Format(time.RFC3339)
		answer, err := client.Raw(http.MethodPost, "/consumo/lote/revision", "text/csv", strings.NewReader("device_id,timestamp,kwh\nd0,"+at+",1\nd0,ayer,1\nnadie,"+at+",-2\n"))
		require.NoError(t, err)
		require.Equal(t, 200, answer.Status, string(answer.Body))
		var review struct {
			Received, Good, Rejected int
			Errors                   []struct {
				Line  int
				Field string
			}
		}
		require.NoError(t, answer.JSON(&review))
		require.Equal(t, [3]int{3, 1, 2}, [3]int{review.Received, review.Good, review.Rejected})
		require.Len(t, review.Errors, 3, "every bad field of every bad line")
		require.Equal(t, 3, review.Errors[0].Line)
		require.Equal(t, "timestamp", review.Errors[0].Field)
		require.Contains(t, string(send(t, client, 200, http.MethodGet, "/consumo?device_id=d0", nil).Body), `"items":[]`)
	})
}

// TestAReviewNamesEveryUnknownDevice reviews a year of twelve meters of which two exist: the review names the ten others with their
// rows, though it lists only the first errors one by one. After they are made, the file is stored completely.
func TestAReviewNamesEveryUnknownDevice(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, databaseURL string) {
		client := login(t, start(t, databaseURL))
		campus, err := client.MakeCampus(2)
		require.NoError(t, err)
		type grouped struct {
			Rejected int
			Errors   []struct{}
			Faults   []struct {
				Field, Code, Message string
				Rows                 int
				Lines                []int
			}
			Unknown []struct {
				ID   string
				Rows int
			} `json:"unknown_devices"`
		}
		at, file := time.Now().UTC().Truncate(time.Hour), strings.Builder{}
		file.WriteString("device_id,timestamp,kwh,interval_s\n")
		for i := range 3000 {
			for d := range 12 {
				fmt.Fprintf(&file, "d%d,%s,0.5,3600\n", d, at.Add(-time.Duration(i)*time.Hour).Format(time.RFC3339))
			}
		}
		post := func(path string, status int, body string) (out grouped) {
			answer, err := client.Raw(http.MethodPost, path, "text/csv", strings.NewReader(body))
			require.NoError(t, err)
			require.Equal(t, status, answer.Status, string(answer.Body))
			require.NoError(t, answer.JSON(&out))
			return out
		}
		review := post("/consumo/lote/revision", 200, file.String())
		require.Equal(t, 30_000, review.Rejected)
		require.Len(t, review.Errors, 100)
		require.Len(t, review.Faults, 1)
		require.Equal(t, []any{"device_id", "no_such", 30_000, []int{4, 5, 6}}, []any{review.Faults[0].Field, review.Faults[0].Code, review.Faults[0].Rows, review.Faults[0].Lines})
		require.Contains(t, review.Faults[0].Message, "no existe")
		require.Len(t, review.Unknown, 10)
		for i, one := range review.Unknown {
			require.Equal(t, fmt.Sprintf("d%d", i+2), one.ID)
			require.Equal(t, 3000, one.Rows)
			send(t, client, 201, http.MethodPost, "/api/dispositivos", map[string]any{"id": one.ID, "kind": "meter", "space_id": campus.Room})
		}
		require.Empty(t, post("/consumo/lote/revision", 200, file.String()).Unknown)
		require.Empty(t, post("/consumo/lote", 200, file.String()).Faults)
		again := post("/consumo/lote", 207, fmt.Sprintf("device_id,timestamp,kwh,interval_s\nnadie,%[1]s,1,3600\nd0,%[1]s,0.7,3600\nd1,%[1]s,0.5,3600\n", at.Format(time.RFC3339)))
		require.Len(t, again.Faults, 2)
		require.Equal(t, "conflicting_reading", again.Faults[1].Code)
		require.Equal(t, []int{3}, again.Faults[1].Lines)
		nothing := post("/consumo/lote", 400, "device_id,timestamp,kwh\nnadie,ayer,1\n")
		require.Equal(t, "nadie", nothing.Unknown[0].ID, "also where nothing is stored")
	})
}

// importFiles runs the command and returns its output.
func importFiles(t *testing.T, databaseURL string, succeeds bool, args ...string) string {
	t.Helper()
	return runCommand(t, databaseURL, succeeds, append([]string{"import"}, args...)...)
}

// runCommand runs the program to its end and returns its output.
func runCommand(t *testing.T, databaseURL string, succeeds bool, words ...string) string {
	t.Helper()
	binary, err := program.Build()
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(context.Background(), 15*time.Minute)
	defer cancel()
	command := exec.CommandContext(ctx, binary, words...)
	command.Dir = t.TempDir()
	command.Env = append(os.Environ(), "DB_URL="+databaseURL, "JWT_SECRET="+strings.Repeat("s", 40))
	out, err := command.CombinedOutput()
	require.Equal(t, succeeds, err == nil, string(out))
	return string(out)
}

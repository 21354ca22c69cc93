package blackbox

import (
	"bytes"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"
)

// TestExport takes readings and series out as CSV and XLSX; the readings' CSV may be sent back.
func TestExport(t *testing.T) {
	each(t, func(t *testing.T, databaseURL string) {
		client := login(t, start(t, databaseURL))
		_, err := client.MakeCampus(2)
		require.NoError(t, err)
		at := time.Now().UTC().Truncate(time.Hour).Add(-time.Hour)
		for i := range 4 {
			send(t, client, 201, http.MethodPost, "/consumo", map[string]any{"device_id": "d0", "kwh": 0.420001, "timestamp": at.Add(time.Duration(i) * 15 * time.Minute).Format(time.RFC3339)})
		}
		send(t, client, 201, http.MethodPost, "/consumo", map[string]any{"device_id": "d1", "power_w": 1200.5, "timestamp": at.Format(time.RFC3339)})

		csv := send(t, client, 200, http.MethodGet, "/consumo?format=csv", nil)
		require.Equal(t, `attachment; filename="consumo.csv"`, csv.Header.Get("Content-Disposition"))
		require.Len(t, strings.Split(strings.TrimSpace(string(csv.Body)), "\r\n"), 6)
		require.Contains(t, string(csv.Body), "d1,"+at.Format(time.RFC3339)+",,,,1200.5,,\r\n")
		again, err := client.Raw(http.MethodPost, "/consumo/lote", "text/csv", bytes.NewReader(csv.Body))
		require.NoError(t, err)
		require.Contains(t, string(again.Body), `"duplicates":5`)

		query := url.Values{"bucket": {"hour"}, "by": {"device"}, "from": {at.Add(-time.Hour).Format(time.RFC3339)}, "to": {at.Add(time.Hour).Format(time.RFC3339)}, "format": {"xlsx"}}
		file, err := excelize.OpenReader(bytes.NewReader(send(t, client, 200, http.MethodGet, "/api/consumo/serie?"+query.Encode(), nil).Body))
		require.NoError(t, err)
		rows, err := file.GetRows("Sheet1")
		require.NoError(t, err)
		require.Len(t, rows, 1+2, "one sample alone says nothing of d1")
		require.Equal(t, []string{"Inicio (hora local)", "Clave", "Nombre", "kWh"}, rows[0][:4])
		require.Equal(t, []string{at.Add(-5 * time.Hour).Format(time.DateTime), "d0", "Equipo 0", "1.260003"}, rows[2][:4])
		send(t, client, 400, http.MethodGet, "/consumo?format=pdf", nil)
	})
}

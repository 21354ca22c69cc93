package blackbox

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/platform/database/databasetest"
	"github.com/holotwin/holotwin/test/program"
)

// The files under testdata/cases are what people sent to other programs of this sort, where it went wrong.

// campusIn creates a site in a zone with meters, and returns the site's id.
func campusIn(t *testing.T, c *program.Client, zone string, devices ...map[string]any) string {
	t.Helper()
	var site struct{ ID string }
	require.NoError(t, send(t, c, 201, http.MethodPost, "/api/espacios", map[string]any{"name": "Sede", "kind": "site", "time_zone": zone}).JSON(&site))
	for _, d := range devices {
		d["space_id"] = site.ID
		if d["kind"] == nil {
			d["kind"] = "other"
		}
		send(t, c, 201, http.MethodPost, "/api/dispositivos", d)
	}
	return site.ID
}

type uploaded struct {
	Received, Inserted, Duplicates, Rejected int
	Errors                                   []struct {
		Line        int
		Field, Code string
	}
}

// upload sends a case's file to POST /consumo/lote.
func upload(t *testing.T, c *program.Client, file string) uploaded {
	t.Helper()
	media := map[string]string{".csv": "text/csv", ".ndjson": "application/x-ndjson"}[filepath.Ext(file)]
	body, err := os.ReadFile(filepath.Join("testdata", "cases", file))
	require.NoError(t, err)
	answer, err := c.Raw(http.MethodPost, "/consumo/lote", media, strings.NewReader(string(body)))
	require.NoError(t, err)
	var out uploaded
	require.NoError(t, answer.JSON(&out), "%s", answer.Body)
	return out
}

type stepOf struct {
	Start    string
	KWh      *float64
	PeakKW   *float64 `json:"peak_kw"`
	Cost     *float64
	Coverage float64
}

func seriesOf(t *testing.T, c *program.Client, level, id, from, to, bucket string) []stepOf {
	t.Helper()
	query := url.Values{"level": {level}, "id": {id}, "from": {from}, "to": {to}, "bucket": {bucket}}
	var out struct{ Items []stepOf }
	require.NoError(t, send(t, c, 200, http.MethodGet, "/api/consumo/serie?"+query.Encode(), nil).JSON(&out))
	return out.Items
}

func sumOf(steps []stepOf) (kwh float64) {
	for _, s := range steps {
		if s.KWh != nil {
			kwh += *s.KWh
		}
	}
	return kwh
}

type readingOf struct {
	Timestamp string
	KWh       float64
	Register  *float64 `json:"register_kwh"`
	IntervalS float64  `json:"interval_s"`
}

func readingsOf(t *testing.T, c *program.Client, query string) []readingOf {
	t.Helper()
	var out struct{ Items []readingOf }
	require.NoError(t, send(t, c, 200, http.MethodGet, "/consumo?"+query, nil).JSON(&out))
	return out.Items
}

func instantsOf(readings []readingOf) (all []string) {
	for _, r := range readings {
		all = append(all, r.Timestamp)
	}
	return all
}

func TestACorrectedHourStaysAnHour(t *testing.T) {
	each(t, func(t *testing.T, databaseURL string) {
		c := login(t, start(t, databaseURL))
		campusIn(t, c, "America/Bogota", map[string]any{"id": "cor-a", "kind": "meter"}, map[string]any{"id": "cor-b", "rated_w": 2000})
		require.Equal(t, 4, upload(t, c, "corrected_hours.csv").Inserted)
		place := "/consumo/cor-a/2026-05-05T15:00:00Z"
		hour := func() stepOf {
			return seriesOf(t, c, "device", "cor-a", "2026-05-05T14:00:00Z", "2026-05-05T15:00:00Z", "hour")[0]
		}
		send(t, c, 200, http.MethodPut, place, map[string]any{"kwh": 5, "reason": "un cero de más"})
		require.Equal(t, []float64{5, 5, 1}, []float64{*hour().KWh, *hour().PeakKW, hour().Coverage})
		require.Equal(t, 3600.0, readingsOf(t, c, "device_id=cor-a")[1].IntervalS)
		send(t, c, 200, http.MethodDelete, place+"?reason=x", nil)
		send(t, c, 200, http.MethodPut, place, map[string]any{"kwh": 4, "reason": "era suyo"})
		require.Equal(t, []float64{4, 4, 1}, []float64{*hour().KWh, *hour().PeakKW, hour().Coverage}, "one that is brought back keeps it too")
		send(t, c, 200, http.MethodPut, place, map[string]any{"kwh": 1, "interval_s": 900, "reason": "eran 15 min"})
		require.Equal(t, 4.0, *hour().PeakKW, "one that is stated changes it")
		send(t, c, 200, http.MethodPut, "/consumo/cor-b/2026-05-05T15:00:00Z", map[string]any{"kwh": 1.6, "reason": "mal leído"})
	})
}

// errorsOf are the lines of an upload that were refused, with why.
func errorsOf(u uploaded) (all []string) {
	for _, e := range u.Errors {
		all = append(all, fmt.Sprint(e.Line, " ", e.Code))
	}
	return all
}

// rowsOf are the rows of a case's file as bodies of POST /consumo, of another device.
func rowsOf(t *testing.T, file, device string) (all []map[string]any) {
	t.Helper()
	f, err := os.Open(filepath.Join("testdata", "cases", file))
	require.NoError(t, err)
	defer func() { require.NoError(t, f.Close()) }()
	lines, err := csv.NewReader(f).ReadAll()
	require.NoError(t, err)
	for _, cells := range lines[1:] {
		row := map[string]any{"device_id": device, "timestamp": cells[1]}
		for i, name := range lines[0][2:] {
			if cells[i+2] != "" {
				row[name] = json.Number(cells[i+2])
			}
		}
		all = append(all, row)
	}
	return all
}

func TestTheSameTimeToldTwiceCountsOnce(t *testing.T) {
	each(t, func(t *testing.T, databaseURL string) {
		c := login(t, start(t, databaseURL))
		var devices []map[string]any
		for _, id := range []string{"ov-a", "ov-b", "ov-c", "one-a", "one-b", "one-c"} {
			devices = append(devices, map[string]any{"id": id, "kind": "meter"})
		}
		campusIn(t, c, "America/Bogota", devices...)
		days := func(id string) []stepOf { return seriesOf(t, c, "device", id, "2026-05-06", "2026-05-09", "day") }

		require.Equal(t, []string{"3 overlapping", "4 overlapping", "5 overlapping", "6 overlapping"}, errorsOf(upload(t, c, "overlap_hour.csv")))
		require.Equal(t, []string{"4 overlapping"}, errorsOf(upload(t, c, "overlap_days.csv")))
		again := upload(t, c, "overlap_hour.csv")
		require.Equal(t, []int{0, 2, 4}, []int{again.Inserted, again.Duplicates, again.Rejected}, "the same again is there already")
		upload(t, c, "overlap_register.csv")

		for file, one := range map[string]string{"overlap_hour.csv": "one-a", "overlap_days.csv": "one-b", "overlap_register.csv": "one-c"} {
			for i, row := range rowsOf(t, file, one) {
				status := 201
				if (one == "one-a" && i > 0 && i < 5) || (one == "one-b" && i == 2) {
					status = 409
				}
				answer := send(t, c, status, http.MethodPost, "/consumo", row)
				if status == 409 {
					var problem struct {
						Code    string
						Covered struct{ From, To string }
					}
					require.NoError(t, answer.JSON(&problem))
					require.Equal(t, "overlapping", problem.Code)
					require.NotEmpty(t, problem.Covered.From+problem.Covered.To)
				}
			}
		}
		for _, prefix := range []string{"ov", "one"} {
			require.InDelta(t, 8, sumOf(days(prefix+"-a")), 1e-9)
			require.InDelta(t, 6, *days(prefix + "-a")[0].PeakKW, 1e-9)
			require.InDelta(t, 60, sumOf(seriesOf(t, c, "device", prefix+"-b", "2026-05-06", "2026-05-10", "day")), 1e-9)
			require.InDelta(t, 3, sumOf(days(prefix+"-c")), 1e-9)
		}
		var held struct{ Items []struct{ Why string } }
		require.NoError(t, send(t, c, 200, http.MethodGet, "/api/consumo/cuarentena?device_id=one-c", nil).JSON(&held))
		require.Len(t, held.Items, 1)
		require.Equal(t, "overlapping", held.Items[0].Why)
		send(t, c, 409, http.MethodPost, "/api/consumo/cuarentena/one-c/2026-05-06T16:00:00Z", map[string]any{"ruling": "count", "reason": "sí"})

		send(t, c, 409, http.MethodPut, "/consumo/one-a/2026-05-06T14:00:00Z", map[string]any{"kwh": 2, "interval_s": 3601 * 2, "reason": "x"})
		send(t, c, 200, http.MethodDelete, "/consumo/one-a/2026-05-06T13:00:00Z?reason=x", nil)
		send(t, c, 200, http.MethodPut, "/consumo/one-a/2026-05-06T14:00:00Z", map[string]any{"kwh": 2, "interval_s": 3600 * 2, "reason": "x"})
		send(t, c, 409, http.MethodPut, "/consumo/one-a/2026-05-06T13:00:00Z", map[string]any{"kwh": 6, "reason": "de vuelta"})
	})
}

func TestOverlappingMessagesAreRefused(t *testing.T) {
	broker := mosquitto(t)
	c := login(t, start(t, databasetest.SQLite(t), "MQTT_URL="+broker.URL()))
	campusIn(t, c, "America/Bogota", map[string]any{"id": "one-a", "kind": "meter"})
	device := dial(t, broker.Address, "one-a", program.BrokerUser, program.BrokerPassword)
	for _, row := range rowsOf(t, "overlap_hour.csv", "one-a") {
		delete(row, "device_id")
		message, err := json.Marshal(row)
		require.NoError(t, err)
		require.NoError(t, device.Say("holotwin/one-a/consumo", string(message)))
	}
	require.Equal(t, map[string]int{"overlapping": 4}, refusalsAfter(t, c, "one-a", 2, 4))
	require.InDelta(t, 8, sumOf(seriesOf(t, c, "device", "one-a", "2026-05-06", "2026-05-07", "day")), 1e-9)
}

// refusalsAfter waits until a device has so many readings and so many messages were rejected, and returns why.
func refusalsAfter(t *testing.T, c *program.Client, device string, readings, refusals int) map[string]int {
	t.Helper()
	var refused struct{ Items []struct{ Reason string } }
	eventually(t, "taken", func() bool {
		refused.Items = nil
		require.NoError(t, send(t, c, 200, http.MethodGet, "/api/dispositivos/rechazados", nil).JSON(&refused))
		return count(t, c, device) == readings && len(refused.Items) == refusals
	})
	reasons := make(map[string]int)
	for _, r := range refused.Items {
		reasons[r.Reason]++
	}
	return reasons
}

// negatives are the lines of a case's upload with negative power.
var negatives = []string{"3 negative", "4 negative", "5 negative", "6 negative", "7 negative", "8 negative"}

// requireNoBridge checks that nothing is joined over powers that were given back.
func requireNoBridge(t *testing.T, c *program.Client, device string) {
	t.Helper()
	after := seriesOf(t, c, "device", device, "2026-06-16T14:15:00-05:00", "2026-06-16T14:30:00-05:00", "15m")
	require.Nil(t, after[0].KWh)
	quarter := seriesOf(t, c, "device", device, "2026-06-16T14:00:00-05:00", "2026-06-16T14:15:00-05:00", "15m")
	require.InDelta(t, 0.4*5/60, *quarter[0].KWh, 1e-5, "the five minutes from 14:07 on")
	require.InDelta(t, 5.0/15, quarter[0].Coverage, 1e-6)
}

func TestNegativePowerIsNoBridge(t *testing.T) {
	each(t, func(t *testing.T, databaseURL string) {
		c := login(t, start(t, databaseURL))
		campusIn(t, c, "America/Bogota", map[string]any{"id": "np-a", "interval_s": 60}, map[string]any{"id": "one", "interval_s": 60},
			map[string]any{"id": "late", "interval_s": 60}, map[string]any{"id": "wild", "interval_s": 60, "rated_w": 500}, map[string]any{"id": "kwh"})
		require.Equal(t, negatives, errorsOf(upload(t, c, "negative_power.csv")))
		require.Equal(t, negatives, errorsOf(upload(t, c, "negative_power.csv")))
		requireNoBridge(t, c, "np-a")
		rows := rowsOf(t, "negative_power.csv", "one")
		said := func(row map[string]any, device string) {
			row["device_id"] = device
			status := 201
			if strings.HasPrefix(row["power_w"].(json.Number).String(), "-") {
				status = 400
			}
			answer := send(t, c, status, http.MethodPost, "/consumo", row)
			if status == 400 {
				require.Contains(t, string(answer.Body), `{"field":"power_w","message":"no puede ser negativo"}`)
			}
		}
		for _, row := range rows {
			said(row, "one")
		}
		requireNoBridge(t, c, "one")
		for _, row := range append(rows[7:13:13], rows[:7]...) { // what was refused comes after what lies beside it
			said(row, "late")
		}
		requireNoBridge(t, c, "late")
		require.Len(t, readingsOf(t, c, "device_id=late"), 7)
		for _, row := range rows {
			if row["device_id"] = "wild"; strings.HasPrefix(row["power_w"].(json.Number).String(), "-") {
				row["power_w"] = 1200
				send(t, c, 400, http.MethodPost, "/consumo", row)
				continue
			}
			send(t, c, 201, http.MethodPost, "/consumo", row)
		}
		requireNoBridge(t, c, "wild")
		for minute, value := range []map[string]any{{"power_w": 400}, {"kwh": -0.02}, {"power_w": 400}} {
			value["device_id"], value["timestamp"] = "kwh", fmt.Sprintf("2026-06-16T14:0%d:00-05:00", minute)
			_, err := c.Send(http.MethodPost, "/consumo", value)
			require.NoError(t, err)
		}
		require.Nil(t, seriesOf(t, c, "device", "kwh", "2026-06-16T14:00:00-05:00", "2026-06-16T14:15:00-05:00", "15m")[0].KWh)
	})
}

func TestNegativePowerInMessages(t *testing.T) {
	each(t, func(t *testing.T, databaseURL string) {
		broker := mosquitto(t)
		c := login(t, start(t, databaseURL, "MQTT_URL="+broker.URL()))
		topics := []string{"zigbee2mqtt/p", "emon/p/power", "esp/sensor/power"}
		devices := []map[string]any{{"id": "np-b", "interval_s": 60}}
		for i, topic := range topics {
			devices = append(devices, map[string]any{"id": fmt.Sprintf("t%d", i), "mqtt_topic": topic, "mqtt_unit": "W"})
		}
		campusIn(t, c, "America/Bogota", devices...)
		device := dial(t, broker.Address, "p", program.BrokerUser, program.BrokerPassword)
		messages, err := os.ReadFile(filepath.Join("testdata", "cases", "negative_power.tsv"))
		require.NoError(t, err)
		for line := range strings.Lines(string(messages)) {
			topic, message, _ := strings.Cut(strings.TrimSpace(line), "\t")
			require.NoError(t, device.Say(topic, message))
		}
		require.Equal(t, map[string]int{"negative": 6}, refusalsAfter(t, c, "np-b", 7, 6))
		requireNoBridge(t, c, "np-b")
		for topic, form := range map[string]string{"zigbee2mqtt/p": `{"power":%d}`, "emon/p/power": "%d", "esp/sensor/power/state": "%d"} {
			for _, watts := range []int{-1200, 400} {
				require.NoError(t, device.Say(topic, fmt.Sprintf(form, watts)))
			}
		}
		for i := range topics {
			refusalsAfter(t, c, fmt.Sprintf("t%d", i), 1, 9)
		}
		require.Equal(t, map[string]int{"negative": 9}, refusalsAfter(t, c, "np-b", 7, 9))
	})
}

func TestLocalTimesWhereClocksChange(t *testing.T) {
	each(t, func(t *testing.T, databaseURL string) {
		c := login(t, start(t, databaseURL))
		campusIn(t, c, "Europe/Madrid", map[string]any{"id": "cc-a", "kind": "meter"}, map[string]any{"id": "cc-b", "kind": "meter"},
			map[string]any{"id": "cc-c", "kind": "meter"}, map[string]any{"id": "cc-d", "kind": "meter"})
		require.Equal(t, []int{7, 0}, []int{upload(t, c, "autumn.csv").Inserted, upload(t, c, "autumn.csv").Inserted}, "sent again it is all there")
		require.Equal(t, []string{
			"2026-10-24T23:30:00Z", "2026-10-25T00:00:00Z", "2026-10-25T00:30:00Z", "2026-10-25T01:00:00Z", "2026-10-25T01:30:00Z", "2026-10-25T02:00:00Z", "2026-10-25T02:30:00Z",
		}, instantsOf(readingsOf(t, c, "device_id=cc-a")))
		require.InDelta(t, 3.8, sumOf(seriesOf(t, c, "device", "cc-a", "2026-10-24", "2026-10-26", "day")), 1e-9)
		require.Equal(t, 8, upload(t, c, "autumn_counter.ndjson").Inserted)
		counter := readingsOf(t, c, "device_id=cc-b")
		require.Equal(t, []string{"2026-10-24T23:40:00Z", "2026-10-25T02:00:00Z"}, []string{counter[0].Timestamp, counter[7].Timestamp})
		require.InDelta(t, 0.7, sumOf(seriesOf(t, c, "device", "cc-b", "2026-10-24", "2026-10-26", "day")), 1e-9)
		spring := upload(t, c, "spring.csv")
		require.Equal(t, []int{2, 1}, []int{spring.Inserted, spring.Rejected})
		require.Equal(t, []any{3, "timestamp", "no_local_time"}, []any{spring.Errors[0].Line, spring.Errors[0].Field, spring.Errors[0].Code})
		require.Equal(t, []string{"2026-03-29T00:50:00Z", "2026-03-29T01:20:00Z"}, instantsOf(readingsOf(t, c, "device_id=cc-c")))
		var one readingOf
		require.NoError(t, send(t, c, 201, http.MethodPost, "/consumo", map[string]any{"device_id": "cc-d", "kwh": 1, "timestamp": "2026-10-25T02:10:00"}).JSON(&one))
		require.Equal(t, "2026-10-25T00:10:00Z", one.Timestamp)
		send(t, c, 201, http.MethodPost, "/consumo", map[string]any{"device_id": "cc-d", "kwh": 1, "timestamp": "2026-10-25T01:10:00Z"})
	})
}

func TestDatesOfAQuestionAreTheSites(t *testing.T) {
	each(t, func(t *testing.T, databaseURL string) {
		c := login(t, start(t, databaseURL, "SITE_TIME_ZONE=America/Bogota"))
		site := campusIn(t, c, "Europe/Madrid")
		campusIn(t, c, "America/Bogota") // with two sites, each question has its own zone
		var room struct{ ID string }
		require.NoError(t, send(t, c, 201, http.MethodPost, "/api/espacios", map[string]any{"name": "Sala", "kind": "room", "parent_id": site}).JSON(&room))
		send(t, c, 201, http.MethodPost, "/api/dispositivos", map[string]any{"id": "ds-a", "kind": "other", "space_id": room.ID})
		require.Equal(t, 72, upload(t, c, "madrid_days.csv").Inserted)
		for level, id := range map[string]string{"device": "ds-a", "room": room.ID, "site": site} {
			days := seriesOf(t, c, level, id, "2026-06-09", "2026-06-10", "day")
			require.Len(t, days, 1, level)
			require.Equal(t, "2026-06-08T22:00:00Z", days[0].Start)
			require.InDelta(t, 12, *days[0].KWh, 1e-9)
		}
		for _, what := range []string{"device_id=ds-a", "space_id=" + room.ID} {
			readings := readingsOf(t, c, what+"&from=2026-06-09&to=2026-06-10")
			require.Len(t, readings, 24)
			for _, r := range readings {
				require.Equal(t, 0.5, r.KWh)
			}
			table, err := c.Raw(http.MethodGet, "/consumo?"+what+"&from=2026-06-09&to=2026-06-10", "", nil, "Accept", "text/csv")
			require.NoError(t, err)
			require.Equal(t, 25, strings.Count(string(table.Body), "\n"))
		}
		require.Equal(t, "2026-06-09T04:30:00Z", readingsOf(t, c, "device_id=ds-a&from=2026-06-09T06:00:00")[0].Timestamp)
	})
}

func TestPointsThatGroupThousands(t *testing.T) {
	each(t, func(t *testing.T, databaseURL string) {
		c := login(t, start(t, databaseURL))
		campusIn(t, c, "America/Bogota", map[string]any{"id": "gd-a", "kind": "meter"}, map[string]any{"id": "gd-b", "kind": "meter"})
		require.Equal(t, 4, upload(t, c, "grouped_energy.csv").Inserted)
		require.InDelta(t, 4792, sumOf(seriesOf(t, c, "device", "gd-a", "2026-06-18", "2026-06-19", "day")), 1e-9)
		require.Equal(t, 5, upload(t, c, "grouped_counter.csv").Inserted)
		require.InDelta(t, 6, sumOf(seriesOf(t, c, "device", "gd-b", "2026-06-18", "2026-06-19", "day")), 1e-9)
		var values []float64
		for _, r := range readingsOf(t, c, "device_id=gd-b") {
			values = append(values, *r.Register)
		}
		require.Equal(t, []float64{997.5, 998.5, 1000, 1002, 1003.5}, values)
	})
}

func TestADayThatNobodyMeasuredIsEmpty(t *testing.T) {
	each(t, func(t *testing.T, databaseURL string) {
		c := login(t, start(t, databaseURL))
		site := campusIn(t, c, "America/Bogota", map[string]any{"id": "um-a"})
		upload(t, c, "one_day.csv")
		table, err := c.Raw(http.MethodGet, "/api/reportes/mensual?space_id="+site+"&month=2026-04", "", nil, "Accept", "text/csv")
		require.NoError(t, err)
		lines := strings.Split(strings.TrimSpace(strings.ReplaceAll(string(table.Body), "\r", "")), "\n")
		require.Len(t, lines, 31)
		for _, line := range lines[1:] {
			cells := strings.Split(line, ",") // date, kwh, cost, currency, co2_kg, peak_kw, coverage
			switch cells[0] {
			case "2026-04-14":
				require.Equal(t, []string{"12", "1"}, []string{cells[1], cells[6]})
			case "2026-04-15":
				require.Equal(t, []string{"0", "1"}, []string{cells[1], cells[6]}, "measured as nothing")
			default:
				require.Equal(t, []string{"", "", "", "", "0"}, []string{cells[1], cells[2], cells[4], cells[5], cells[6]}, line)
			}
		}
	})
}

func TestACounterThatBeginsAgainIsSeen(t *testing.T) {
	each(t, func(t *testing.T, databaseURL string) {
		c := login(t, start(t, databaseURL))
		campusIn(t, c, "America/Bogota", map[string]any{"id": "dc-a", "kind": "meter"})
		require.Equal(t, 15, upload(t, c, "daily_counter.csv").Inserted)
		var held struct {
			Items []struct {
				Reading readingOf
				StepKWh float64 `json:"step_kwh"`
				Why     string
			}
		}
		require.NoError(t, send(t, c, 200, http.MethodGet, "/api/consumo/cuarentena?device_id=dc-a", nil).JSON(&held))
		require.Len(t, held.Items, 4, "every step back is shown")
		for _, one := range held.Items {
			require.Equal(t, []any{1.2, "fallen"}, []any{one.StepKWh, one.Why})
			send(t, c, 200, http.MethodPost, "/api/consumo/cuarentena/dc-a/"+one.Reading.Timestamp, map[string]any{"ruling": "count", "reason": "empieza cada día"})
		}
		require.InDelta(t, 20.8, sumOf(seriesOf(t, c, "device", "dc-a", "2026-06-01", "2026-06-06", "day")), 1e-9)
	})
}

func TestATariffOverMidnight(t *testing.T) {
	each(t, func(t *testing.T, databaseURL string) {
		c := login(t, start(t, databaseURL))
		text, err := os.ReadFile("testdata/cases/night_tariff.json")
		require.NoError(t, err)
		for i, want := range map[string]float64{"06:00": 16_400, "00:00": 19_400, "24:00": 19_400} {
			id := "n" + i[:2]
			site := campusIn(t, c, "America/Bogota", map[string]any{"id": id, "kind": "meter"})
			var tariff map[string]any
			require.NoError(t, json.Unmarshal(text, &tariff))
			tariff["space_id"] = site
			tariff["periods"].([]any)[0].(map[string]any)["to"] = i
			send(t, c, 201, http.MethodPost, "/api/tarifas", tariff)
			var rows strings.Builder
			rows.WriteString("device_id,timestamp,kwh,interval_s\n")
			for hour := range 24 {
				fmt.Fprintf(&rows, "%s,2026-03-04T%02d:59:59,1,3600\n", id, hour)
			}
			answer, err := c.Raw(http.MethodPost, "/consumo/lote", "text/csv", strings.NewReader(strings.ReplaceAll(rows.String(), ":59:59,1,3600", ":59:59,1,3599")))
			require.NoError(t, err)
			require.Equal(t, 200, answer.Status, "%s", answer.Body)
			days := seriesOf(t, c, "device", id, "2026-03-04", "2026-03-05", "day")
			require.InDelta(t, want, *days[0].Cost, 1e-6, i)
		}
	})
}

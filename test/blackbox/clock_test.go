package blackbox

import (
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/test/program"
)

// shownDevice is a device with its health, in a language.
func shownDevice(t *testing.T, c *program.Client, id, language string) (status, message string) {
	t.Helper()
	answer, err := c.Raw(http.MethodGet, "/api/dispositivos/"+id, "", nil, "Accept-Language", language)
	require.NoError(t, err)
	require.Equal(t, 200, answer.Status, "%s", answer.Body)
	var device struct {
		Health struct{ Status, Message string }
	}
	require.NoError(t, answer.JSON(&device))
	return device.Health.Status, device.Health.Message
}

type clockReading struct {
	Timestamp time.Time
	Register  *float64 `json:"register_kwh"`
	KWh       float64
	Source    string `json:"time_source"`
}

func clockReadings(t *testing.T, c *program.Client, id string) []clockReading {
	t.Helper()
	var out struct{ Items []clockReading }
	require.NoError(t, send(t, c, 200, http.MethodGet, "/consumo?device_id="+id, nil).JSON(&out))
	return out.Items
}

// TestAClockThatWasNeverSet sends the case line by line, and then sends with the right time.
func TestAClockThatWasNeverSet(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, databaseURL string) {
		broker := mosquitto(t)
		server := start(t, databaseURL, "MQTT_URL="+broker.URL())
		c := login(t, server)
		campusIn(t, c, "America/Bogota", map[string]any{"id": "sr-1", "mqtt_topic": "tele/sr-1"}, map[string]any{"id": "sr-2", "mqtt_topic": "sr-2/switch:0"})
		connected(t, c)
		text, err := os.ReadFile("testdata/cases/clock_never_set.tsv")
		require.NoError(t, err)
		begun := time.Now().Add(-time.Second)
		device := dial(t, broker.Address, "sr", program.BrokerUser, program.BrokerPassword)
		sent := map[string]int{}
		for line := range strings.Lines(string(text)) {
			topic, message, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
			id := "sr-1"
			if strings.HasPrefix(topic, "sr-2") {
				id = "sr-2"
			}
			require.NoError(t, device.Say(topic, message))
			sent[id]++
			eventually(t, "it is taken", func() bool { return count(t, c, id) == sent[id] })
			status, es := shownDevice(t, c, id, "es")
			_, en := shownDevice(t, c, id, "en")
			require.Equal(t, "clock_unset", status, "from the first message on")
			require.Contains(t, es, "su reloj no está en hora")
			require.Contains(t, en, "its clock is not set")
		}
		for id, first := range map[string]float64{"sr-1": 47.3, "sr-2": 1.31} {
			readings := clockReadings(t, c, id)
			require.Len(t, readings, 2)
			for i, r := range readings {
				require.Equal(t, "arrival", r.Source)
				require.WithinRange(t, r.Timestamp, begun, time.Now().Add(time.Second))
				require.InDelta(t, first+0.002*float64(i), *r.Register, 1e-9)
			}
			total, _ := used(t, c, id)
			require.EqualValues(t, 2000, total, id)
		}
		require.Empty(t, letterReasons(t, c))
		send(t, c, 400, http.MethodPost, "/consumo", map[string]any{"device_id": "sr-1", "register_kwh": 48, "timestamp": "1999-12-31T23:59:59Z"})
		send(t, c, 400, http.MethodPost, "/consumo", map[string]any{"device_id": "sr-1", "register_kwh": 48, "timestamp": "1970-01-01T00:05:10"})

		time.Sleep(1100 * time.Millisecond) // devices report whole seconds, and these must be after the last arrival
		bogota, err := time.LoadLocation("America/Bogota")
		require.NoError(t, err)
		require.NoError(t, device.Say("tele/sr-1/SENSOR", fmt.Sprintf(`{"Time":"%s","ENERGY":{"TotalStartTime":"1970-01-01T00:00:00","Total":47.305,"Power":90}}`, time.Now().In(bogota).Format("2006-01-02T15:04:05"))))
		require.NoError(t, device.Say("sr-2/events/rpc", fmt.Sprintf(`{"src":"sr-2","method":"NotifyStatus","params":{"ts":%d.40,"switch:0":{"id":0,"apower":75.0,"aenergy":{"total":1315.0,"minute_ts":81}}}}`, time.Now().Unix())))
		for _, id := range []string{"sr-1", "sr-2"} {
			eventually(t, "it goes on", func() bool { return count(t, c, id) == 3 })
			total, _ := used(t, c, id)
			require.EqualValues(t, 5000, total, "%s: nothing is lost or doubled", id)
			status, message := shownDevice(t, c, id, "es")
			require.Equal(t, []string{"ok", ""}, []string{status, message})
			require.NotEqual(t, "arrival", clockReadings(t, c, id)[2].Source)
		}
		require.Empty(t, letterReasons(t, c))
	})
}

// TestUnsetClocksInEveryDialect sends instants before 2000 in every dialect that has instants, also the same counter twice.
func TestUnsetClocksInEveryDialect(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, databaseURL string) {
		broker := mosquitto(t)
		c := login(t, start(t, databaseURL, "MQTT_URL="+broker.URL(), "RAW_RETENTION_DAYS=0"))
		says := map[string]struct {
			address, topic string
			first, then    string
			unit           any
		}{
			"tasmota":      {"tele/u1", "tele/u1/SENSOR", `{"Time":"1970-01-01T00:00:00","ENERGY":{"Total":1}}`, `{"Time":"1970.01.01 00:01:00","ENERGY":{"Total":1.25}}`, nil},
			"tasmota-zone": {"tele/u2", "tele/u2/SENSOR", `{"Time":"1970-01-01T00:00:00+00:00","ENERGY":{"Total":1}}`, `{"Time":"1999-12-31T23:59:59Z","ENERGY":{"Total":1.25}}`, nil},
			"no-date":      {"tele/u3", "tele/u3/SENSOR", `{"Time":"0000-00-00T00:00:00","ENERGY":{"Total":1}}`, `{"Time":"1900-01-00 00:00:00","ENERGY":{"Total":1.25}}`, nil},
			"shelly":       {"u4/switch:0", "u4/events/rpc", `{"method":"NotifyStatus","params":{"ts":0,"switch:0":{"aenergy":{"total":1000}}}}`, `{"method":"NotifyFullStatus","params":{"ts":-3.5,"switch:0":{"aenergy":{"total":1250}}}}`, nil},
			"shelly-em":    {"u5/em:0", "u5/events/rpc", `{"method":"NotifyStatus","params":{"ts":60.1,"emdata:0":{"total_act":1000}}}`, `{"method":"NotifyStatus","params":{"ts":120.1,"emdata:0":{"total_act":1250}}}`, nil},
			"zigbee":       {"zigbee2mqtt/u6", "zigbee2mqtt/u6", `{"energy":1,"last_seen":"1970-01-01T00:00:02.000Z"}`, `{"energy":1.25,"last_seen":62000}`, nil},
			"emoncms":      {"emon/u7/e", "emon/u7", `{"e":1000,"time":0}`, `{"e":1250,"time":"1970-01-01T00:01:00"}`, "Wh"},
			"holotwin":     {"", "holotwin/u-holotwin/consumo", `{"register_kwh":1,"timestamp":"1970-01-01T00:00:00Z"}`, `{"register_kwh":1.25,"timestamp":90}`, nil},
			"before-2000":  {"emon/u9/e", "emon/u9", `{"e":1000,"time":946684799}`, `{"e":1250,"time":946684799.999}`, "Wh"},
		}
		var devices []map[string]any
		for name, s := range says {
			d := map[string]any{"id": "u-" + name}
			if s.address != "" {
				d["mqtt_topic"] = s.address
			}
			if s.unit != nil {
				d["mqtt_unit"], d["kind"] = s.unit, "meter"
			}
			devices = append(devices, d)
		}
		campusIn(t, c, "Europe/Madrid", devices...)
		connected(t, c)
		device := dial(t, broker.Address, "all", program.BrokerUser, program.BrokerPassword)
		for _, s := range says {
			require.NoError(t, device.Say(s.topic, s.first))
		}
		for name := range says {
			eventually(t, name+" is taken", func() bool { return count(t, c, "u-"+name) == 1 })
			status, _ := shownDevice(t, c, "u-"+name, "es")
			require.Equal(t, "clock_unset", status, name)
		}
		time.Sleep(time.Second) // a kWh needs its time
		for _, s := range says {
			require.NoError(t, device.Say(s.topic, s.then))
		}
		for name := range says {
			eventually(t, name+" goes on", func() bool { return count(t, c, "u-"+name) == 2 })
			require.Equal(t, "arrival", clockReadings(t, c, "u-"+name)[1].Source, name)
			total, _ := used(t, c, "u-"+name)
			require.EqualValues(t, 250_000, total, name)
		}
		require.Empty(t, letterReasons(t, c))
		require.NoError(t, device.Say("emon/u9", fmt.Sprintf(`{"e":1250,"time":%d}`, 946684800)))
		eventually(t, "2000 itself is a year", func() bool { return count(t, c, "u-before-2000") == 3 })
		require.NoError(t, device.Say("holotwin/u-holotwin/consumo", `{"register_kwh":2,"age_s":1700000000}`))
		eventually(t, "an age is no clock", func() bool { return len(letterReasons(t, c)) == 1 })
	})
}

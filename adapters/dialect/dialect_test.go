package dialect_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/holotwin/holotwin/adapters/dialect"
	"github.com/holotwin/holotwin/modules/energy"
)

const arrived = energy.Instant(1_767_243_600_000)

func message(topic, payload string) energy.Message {
	return energy.Message{Topic: topic, Payload: []byte(payload), Arrived: arrived}
}

// said writes observations as one line each: address, what was said, and when by whose clock.
func said(all []energy.Observation) string {
	var lines []string
	for _, o := range all {
		parts := []string{o.Dialect, o.Address}
		add := func(format string, v ...any) { parts = append(parts, fmt.Sprintf(format, v...)) }
		if o.Device != "" {
			add("device=%s", o.Device)
		}
		if o.Register != nil {
			add("register=%s", o.Register.KWh())
		}
		if o.Interval != nil {
			add("interval=%s/%d", o.Interval.KWh(), o.Span)
		}
		if o.Power != nil {
			add("power=%s", o.Power.Watts())
			if o.Counts {
				add("beside")
			}
		}
		if o.Plain.Given() {
			add("plain=%s%s", o.Plain, o.Unit)
		}
		if o.State != "" {
			add("state=%s", o.State)
		}
		for name, n := range map[string]*int64{"temperature": o.Temperature} {
			if n != nil {
				add("%s=%d", name, *n)
			}
		}
		if o.Humidity != nil {
			add("humidity=%d", *o.Humidity)
		}
		if o.Occupancy != nil {
			add("occupancy=%d", *o.Occupancy)
		}
		if o.At != 0 || o.LocalTime.IsLocal() {
			at := o.LocalTime.String()
			if o.At != 0 {
				at = o.At.String()
			}
			add("@%s/%s", at, o.Source)
		}
		lines = append(lines, strings.Join(parts, " "))
	}
	return strings.Join(lines, "\n")
}

// golden are messages that real devices sent, and what they say.
var golden = []struct{ topic, payload, want string }{
	{"holotwin/ac-1/consumo", `{"kwh":0.42,"interval_s":900,"timestamp":"2026-05-26T23:03:57-05:00"}`, "holotwin holotwin/ac-1 device=ac-1 interval=0.42/900000 @2026-05-27T04:03:57Z/device"},
	{"holotwin/ac-1/consumo", `{"register_kwh":1234.5,"timestamp":"2026-05-26T23:03:57"}`, "holotwin holotwin/ac-1 device=ac-1 register=1234.5 @2026-05-26T23:03:57/device_local"},
	{"holotwin/ac-1/consumo", `{"power_w":75,"age_s":60,"firmware":"x"}`, "holotwin holotwin/ac-1 device=ac-1 power=75 @2026-01-01T04:59:00Z/relative"},
	{"holotwin/ac-1/consumo", "0.25", "holotwin holotwin/ac-1 device=ac-1 interval=0.25/0"},
	{"holotwin/ac-1/estado", "on", "holotwin holotwin/ac-1 device=ac-1 state=on"},
	{"holotwin/ac-1/estado", `{"state":"standby","timestamp":1767243540}`, "holotwin holotwin/ac-1 device=ac-1 state=standby @2026-01-01T04:59:00Z/device"},
	{"holotwin/th-1/ambiente", `{"temperature_c":24.5,"occupancy":3}`, "holotwin holotwin/th-1 device=th-1 temperature=24500 occupancy=3"},
	{"holotwin/ac-1/orden", "x", ""},

	{"shellies/shellyplug-s-ABC123/relay/0", "on", "shelly-gen1 shellies/shellyplug-s-ABC123/relay/0 state=on"},
	{"shellies/shellyplug-s-ABC123/relay/0", "overpower", "shelly-gen1 shellies/shellyplug-s-ABC123/relay/0 state=fault"},
	{"shellies/shellyplug-s-ABC123/relay/0/power", "30.63", "shelly-gen1 shellies/shellyplug-s-ABC123/relay/0 power=30.63 beside"},
	{"shellies/shellyplug-s-ABC123/relay/0/energy", "72000", "shelly-gen1 shellies/shellyplug-s-ABC123/relay/0 register=1.2"},
	{"shellies/shellyem-D3B45C/emeter/0/total", "64541.0", "shelly-gen1 shellies/shellyem-D3B45C/emeter/0 register=64.541"},
	{"shellies/shellyem-D3B45C/emeter/0/energy", "120", ""},
	{"shellies/shellyem-D3B45C/emeter/0/total_returned", "3.0", ""},
	{"shellies/shellyem-D3B45C/emeter/0/voltage", "224.3", ""},
	{"shellies/shellyem-D3B45C/online", "true", ""},
	{"shellies/shellyht-1/sensor/temperature", "22.75", "shelly-gen1 shellies/shellyht-1 temperature=22750"},
	{"shellies/shelly1pm-1/temperature", "61.2", ""},

	{"x/events/rpc", `{"src":"shelly1pmg4-1234567890ab","dst":"x/events","method":"NotifyStatus","params":{"ts":1757591520.01,
		"switch:0":{"aenergy":{"by_minute":[0,0,0],"minute_ts":1757591520,"total":0},"apower":0,"current":0,"freq":50.01,
		"ret_aenergy":{"by_minute":[0,0,0],"minute_ts":1757591520,"total":0},"voltage":228.5}}}`, "shelly-gen2 x/switch:0 register=0 power=0 beside @2025-09-11T11:52:00.01Z/device"},
	{"shelly-a/status/switch:0", `{"id":0,"source":"init","output":false,"apower":123.0,"voltage":231.3,"current":0.5,
		"aenergy":{"total":8629.000,"by_minute":[0.0,0.0,0.0],"minute_ts":1708858380},"temperature":{"tC":44.3,"tF":111.7}}`, "shelly-gen2 shelly-a/switch:0 register=8.629 power=123 beside state=off"},
	{"p/events/rpc", `{"src":"shellypro3em-1234567890ab","method":"NotifyStatus","params":{"ts":1757060280.21,"emdata:0":{"id":0,
		"a_total_act_energy":0.06,"a_total_act_ret_energy":0,"c_total_act_energy":26289.44,"c_total_act_ret_energy":131881.85,"total_act":26289.57,"total_act_ret":131881.86}}}`, "shelly-gen2 p/em:0 register=26.28957 @2025-09-05T08:18:00.21Z/device"},
	{"p/events/rpc", `{"src":"shellypro3em-1234567890ab","method":"NotifyStatus","params":{"ts":1757059829.08,"em:0":{"id":0,
		"c_act_power":-18,"c_aprt_power":108.7,"c_current":0.476,"c_pf":0.55,"c_voltage":228.3,"n_current":null,"total_act_power":-18.017}}}`, ""},
	{"p/status/em1data:1", `{"total_act_energy":2776175.11,"total_act_ret_energy":571584.87}`, "shelly-gen2 p/em1:1 register=2776.17511"},
	{"user/pm/events/rpc", `{"src":"shellypro4pm-f008d1d8b8b8","dst":"user_1","method":"NotifyStatus","params":{"ts":1631186545.04,"switch:0":{"id":0,"output":true,"source":"button"}}}`, "shelly-gen2 user/pm/switch:0 state=on @2021-09-09T11:22:25.04Z/device"},
	{"p/events/rpc", `{"method":"NotifyStatus","params":{"ts":1757059829.08,"switch:0":null}}`, ""},
	{"p/events/rpc", `{"method":"NotifyEvent","params":{"ts":1,"events":[]}}`, ""},

	{"tele/pow1/SENSOR", `{"Time":"2018-02-15T17:37:10","ENERGY":{"TotalStartTime":"2018-11-14T18:39:40","Total":6.294,"Yesterday":5.340,
		"Today":0.954,"Period":217,"Power":2635,"ApparentPower":2650,"ReactivePower":282,"Factor":0.99,"Voltage":227,"Current":11.661}}`, "tasmota tele/pow1 register=6.294 power=2635 beside @2018-02-15T17:37:10/device_local"},
	{"tele/tasmota/SENSOR", `{"Time":"2017-02-16T10:13:52", "DS18B20":{"Temperature":20.6}}`, "tasmota tele/tasmota temperature=20600 @2017-02-16T10:13:52/device_local"},
	{"stat/pow1/STATUS8", `{"StatusSNS":{"Time":"2018-11-15T08:54:18","ENERGY":{"Total":6.404}}}`, "tasmota tele/pow1 register=6.404 @2018-11-15T08:54:18/device_local"},
	{"tasmota/pow1/tele/SENSOR", `{"Time":"2018.02.04 23:17:01","ENERGY":{"Total":[1.320,2.100],"Current":[1.320,2.100]}}`, "tasmota tele/tasmota/pow1 register=1.32 @2018-02-04T23:17:01/device_local\ntasmota tele/tasmota/pow1#2 register=2.1 @2018-02-04T23:17:01/device_local"},
	{"tele/pow1/SENSOR", `{"Time":"2018-11-15T08:54:18+01:00","SML":{"1-0:1.8.0":12345.6789},"AM2301":{"Temperature":68,"Humidity":50.5},"TempUnit":"F"}`, "tasmota tele/pow1 temperature=20000 humidity=50500 @2018-11-15T07:54:18Z/device\ntasmota tele/pow1#SML register=12345.6789 @2018-11-15T07:54:18Z/device"},
	{"tele/pow1/STATE", `{"Time":"2018-11-15T08:54:18","POWER1":"ON","POWER2":"OFF","Wifi":{"RSSI":70}}`, "tasmota tele/pow1 state=on @2018-11-15T08:54:18/device_local\ntasmota tele/pow1#2 state=off @2018-11-15T08:54:18/device_local"},
	{"stat/pow1/POWER", "OFF", "tasmota tele/pow1 state=off"},
	{"tele/pow1/LWT", "Online", ""},

	{"zigbee2mqtt/Sala 1/enchufe", `{"current":0.15,"energy":80.747,"linkquality":255,"power":12,"state":"ON","temperature":18.8,"voltage":233.8}`, "zigbee2mqtt zigbee2mqtt/Sala 1/enchufe register=80.747 power=12 beside state=on temperature=18800"},
	{"zigbee2mqtt/plug", `{"child_lock":"UNLOCK","current":0,"energy":5.63,"last_seen":"2023-12-02T12:57:28.783Z","linkquality":112,"power":74,"state":"ON","voltage":222}`, "zigbee2mqtt zigbee2mqtt/plug register=5.63 power=74 beside state=on @2023-12-02T12:57:28.783Z/bridge"},
	{"zigbee2mqtt/plug", `{"current":null,"energy":null,"energy_month":null,"last_seen":1701521848783,"power":0,"state":null,"voltage":null}`, "zigbee2mqtt zigbee2mqtt/plug power=0 beside @2023-12-02T12:57:28.783Z/bridge"},
	{"zigbee2mqtt/th", `{"temperature":27.34,"humidity":44.72,"occupancy":true}`, "zigbee2mqtt zigbee2mqtt/th temperature=27340 humidity=44720 occupancy=1"},
	{"zigbee2mqtt/bridge/devices", `[{"ieee_address":"0x1"}]`, ""},
	{"zigbee2mqtt/plug/availability", "online", ""},

	{"gridmeter/sensor/sml/state", "12.345", "esphome gridmeter/sensor/sml plain=12.345"},
	{"aula101/sensor/energia_total/state", "nan", ""},
	{"aula101/switch/aire/state", "ON", "esphome aula101/switch/aire state=on"},
	{"aula101/status", "online", ""},

	{"homeassistant/sensor/nevera_energy/state", `"12.3"`, "homeassistant homeassistant/sensor/nevera_energy plain=12.3"},
	{"homeassistant/sensor/nevera_energy/state", "unavailable", ""},
	{"homeassistant/light/master_bedroom_dimmer/last_updated", "2017-10-01T23:20:30.920969+00:00", ""},

	{"emon/emontx/power", "10", "emoncms emon/emontx/power plain=10"},
	{"emon/emontx", `{"power":10,"time":"2025-07-04T12:00:00Z"}`, "emoncms emon/emontx/power plain=10 @2025-07-04T12:00:00Z/device"},
	{"emon/emontx", "10,11,12", "emoncms emon/emontx/1 plain=10\nemoncms emon/emontx/2 plain=11\nemoncms emon/emontx/3 plain=12"},

	{"some/other/thing", "17", ""},
}

func TestGoldenMessages(t *testing.T) {
	for _, g := range golden {
		all, err := dialect.New().Decode(message(g.topic, g.payload))
		require.NoError(t, err, "%s %s", g.topic, g.payload)
		require.Equal(t, g.want, said(all), "%s %s", g.topic, g.payload)
	}
}

// TestUnknownMembersAreIgnored puts members into every golden object that nobody knows.
func TestUnknownMembersAreIgnored(t *testing.T) {
	for _, g := range golden {
		var body map[string]json.RawMessage
		if json.Unmarshal([]byte(g.payload), &body) != nil {
			continue
		}
		strange := strings.Replace(g.payload, "{", `{"zz_new":{"deep":[1,{"x":null}]},"zz_flag":true,`, 1)
		if len(body) == 0 {
			continue
		}
		all, err := dialect.New().Decode(message(g.topic, strange))
		require.NoError(t, err, strange)
		require.Equal(t, g.want, said(all), strange)
	}
}

// TestGarbageIsNamed tells why a message makes no sense.
func TestGarbageIsNamed(t *testing.T) {
	for _, g := range []struct{ topic, payload, dialect, reason string }{
		{"tele/pow1/SENSOR", `{"Time"`, "tasmota", "not_json"},
		{"tele/pow1/SENSOR", `{"Time":"ayer","ENERGY":{"Total":1}}`, "tasmota", "bad_time"},
		{"tele/pow1/SENSOR", `{"ENERGY":{"Total":-1}}`, "tasmota", "negative"},
		{"zigbee2mqtt/plug", `[]`, "zigbee2mqtt", "wrong_shape"},
		{"zigbee2mqtt/plug", "\xff", "zigbee2mqtt", "not_json"},
		{"shellies/a/relay/0/energy", "many", "shelly-gen1", "not_a_number"},
		{"shellies/a/relay/0/energy", "\xff\xfe", "shelly-gen1", "not_text"},
		{"holotwin/a b/consumo", "1", "holotwin", "bad_topic"},
		{"holotwin/a/consumo", `{"kwh":1,"power_w":2}`, "holotwin", "wrong_shape"},
		{"holotwin/a/consumo", `{"kwh":"NaN"}`, "holotwin", "not_a_number"},
		{"holotwin/a/consumo", `{"kwh":-0.1}`, "holotwin", "negative"},
		{"emon/x", "1,b", "emoncms", "not_a_number"},
		{"x/events/rpc", `{"method":"NotifyStatus"}`, "shelly-gen2", "wrong_shape"},
		{"a/\x00/b", "1", "unknown", "bad_topic"},
		{"zigbee2mqtt/x", strings.Repeat(" ", 65<<10), "zigbee2mqtt", "too_large"},
	} {
		_, err := dialect.New().Decode(message(g.topic, g.payload))
		require.Equal(t, energy.ErrUnread{Dialect: g.dialect, Reason: g.reason}, err, "%s %s", g.topic, g.payload)
	}
}

// TestDiscovery reads topics of any make once their units are told.
func TestDiscovery(t *testing.T) {
	d := dialect.New()
	tell := func(topic, payload string) string {
		all, err := d.Decode(message(topic, payload))
		require.NoError(t, err)
		return said(all)
	}
	require.Empty(t, tell("heidelbridge/energy_meter", "17.5"))
	require.Empty(t, tell("homeassistant/sensor/HeidelBridge/energy_meter/config", `{"name":"Energy meter","device_class":"energy","state_topic":"heidelbridge/energy_meter",
		"unique_id":"energy_meter","unit_of_measurement":"kWh","device":{"identifiers":["BB42"],"name":"HeidelBridge"}}`))
	require.Equal(t, "homeassistant heidelbridge/energy_meter plain=17.5kWh", tell("heidelbridge/energy_meter", "17.5"))
	require.Empty(t, tell("homeassistant/sensor/x/config", `{"~":"inv/1","stat_t":"~/tele","unit_of_meas":"W","val_tpl":"{{ value_json.ac.power | float }}"}`))
	require.Empty(t, tell("homeassistant/sensor/y/config", `{"~":"inv/1","stat_t":"~/tele","unit_of_meas":"Wh","val_tpl":"{{ value_json['total'] }}"}`))
	require.Empty(t, tell("homeassistant/sensor/z/config", `{"stat_t":"inv/1/tele","val_tpl":"{% if value %}1{% endif %}"}`))
	require.Equal(t, "homeassistant inv/1/tele#ac.power plain=350W\nhomeassistant inv/1/tele#total plain=1200Wh", tell("inv/1/tele", `{"ac":{"power":350},"total":1200}`))
	require.Equal(t, "homeassistant inv/1/tele#total plain=1201Wh", tell("inv/1/tele", `{"ac":{"power":-350},"total":"1201"}`))
	require.Empty(t, tell("homeassistant/sensor/a/config", `{"state_topic":"aula101/sensor/energia_total/state","unit_of_measurement":"kWh"}`))
	require.Equal(t, "esphome aula101/sensor/energia_total plain=12.345kWh", tell("aula101/sensor/energia_total/state", "12.345"))
	require.Empty(t, tell("homeassistant/sensor/nevera/unit_of_measurement", `"kWh"`))
	require.Equal(t, "homeassistant homeassistant/sensor/nevera plain=3.5kWh", tell("homeassistant/sensor/nevera/state", `3.5`))
}

// TestReturnedIsRemembered takes what was given back from a counter that tells it only when it changes.
func TestReturnedIsRemembered(t *testing.T) {
	d := dialect.New()
	_, err := d.Decode(message("p/status/switch:0", `{"aenergy":{"total":1500},"ret_aenergy":{"total":500}}`))
	require.NoError(t, err)
	all, err := d.Decode(message("p/status/switch:0", `{"aenergy":{"total":1600}}`))
	require.NoError(t, err)
	require.Equal(t, "shelly-gen2 p/switch:0 register=1.1", said(all))
}

// TestOneKilowattHourInEveryDialect says the same energy in each dialect and reads the same.
func TestOneKilowattHourInEveryDialect(t *testing.T) {
	inKWh := func(e energy.Energy) string { return e.KWh() }
	inWh := func(e energy.Energy) string { return string(energy.AppendDecimal(nil, int64(e), 3)) }
	inWmin := func(e energy.Energy) string { return string(energy.AppendDecimal(nil, int64(e)*60, 3)) }
	ways := map[string]func(d *dialect.Decoder, e energy.Energy) energy.Message{
		"holotwin": func(_ *dialect.Decoder, e energy.Energy) energy.Message {
			return message("holotwin/a/consumo", `{"register_kwh":`+inKWh(e)+`}`)
		},
		"shelly relay": func(_ *dialect.Decoder, e energy.Energy) energy.Message {
			return message("shellies/a/relay/0/energy", inWmin(e))
		},
		"shelly meter": func(_ *dialect.Decoder, e energy.Energy) energy.Message {
			return message("shellies/a/emeter/0/total", inWh(e))
		},
		"shelly 2": func(_ *dialect.Decoder, e energy.Energy) energy.Message {
			return message("a/status/switch:0", `{"aenergy":{"total":`+inWh(e+5000)+`},"ret_aenergy":{"total":5}}`)
		},
		"shelly 3em": func(_ *dialect.Decoder, e energy.Energy) energy.Message {
			return message("a/events/rpc", `{"method":"NotifyStatus","params":{"ts":1,"emdata:0":{"total_act":`+inWh(e)+`}}}`)
		},
		"tasmota": func(_ *dialect.Decoder, e energy.Energy) energy.Message {
			return message("tele/a/SENSOR", `{"ENERGY":{"Total":`+inKWh(e)+`}}`)
		},
		"zigbee2mqtt": func(_ *dialect.Decoder, e energy.Energy) energy.Message {
			return message("zigbee2mqtt/a", `{"energy":`+inKWh(e)+`}`)
		},
		"esphome": func(d *dialect.Decoder, e energy.Energy) energy.Message {
			_, _ = d.Decode(message("homeassistant/sensor/a/config", `{"state_topic":"a/sensor/b/state","unit_of_measurement":"Wh"}`))
			return message("a/sensor/b/state", inWh(e))
		},
		"homeassistant": func(d *dialect.Decoder, e energy.Energy) energy.Message {
			_, _ = d.Decode(message("homeassistant/sensor/a/unit_of_measurement", "kWh"))
			return message("homeassistant/sensor/a/state", inKWh(e))
		},
	}
	rapid.Check(t, func(t *rapid.T) {
		e := energy.Energy(rapid.Int64Range(0, 1e13).Draw(t, "mWh"))
		for name, way := range ways {
			d := dialect.New()
			all, err := d.Decode(way(d, e))
			require.NoError(t, err, name)
			require.Len(t, all, 1, name)
			read := all[0].Register
			if read == nil {
				plain, err := all[0].Plain.Energy(all[0].Unit)
				require.NoError(t, err, name)
				read = &plain
			}
			require.Equal(t, e, *read, name)
		}
	})
}

// fuzz reads any payload on the topics of a dialect.
func fuzz(f *testing.F, topics ...string) {
	for _, g := range golden {
		for _, topic := range topics {
			if strings.HasPrefix(g.topic, strings.SplitN(topic, "/", 2)[0]) {
				f.Add(g.payload)
			}
		}
	}
	f.Add(`{"a":{"b":1e999}}`)
	f.Fuzz(func(t *testing.T, payload string) {
		d := dialect.New()
		for _, topic := range topics {
			all, err := d.Decode(message(topic, payload))
			if err != nil {
				require.ErrorAs(t, err, &energy.ErrUnread{})
			}
			for _, o := range all {
				require.NotEmpty(t, o.Address)
				require.False(t, o.Register != nil && *o.Register < 0, "%v", payload)
				require.False(t, o.Interval != nil && *o.Interval < 0, "%v", payload)
				require.False(t, o.Counts && o.Power != nil && *o.Power < 0, "%v", payload)
			}
		}
	})
}

func FuzzHoloTwin(f *testing.F) {
	fuzz(f, "holotwin/a/consumo", "holotwin/a/estado", "holotwin/a/ambiente")
}

func FuzzShellyGen1(f *testing.F) {
	fuzz(f, "shellies/a/relay/0", "shellies/a/relay/0/energy", "shellies/a/emeter/0/total", "shellies/a/emeter/0/power", "shellies/a/sensor/temperature")
}

func FuzzShellyGen2(f *testing.F) {
	fuzz(f, "p/events/rpc", "p/status/switch:0", "p/status/em1data:0")
}

func FuzzTasmota(f *testing.F) {
	fuzz(f, "tele/a/SENSOR", "tele/a/STATE", "stat/a/STATUS8", "stat/a/POWER")
}

func FuzzZigbee2MQTT(f *testing.F) { fuzz(f, "zigbee2mqtt/a b/c") }

func FuzzESPHome(f *testing.F) { fuzz(f, "aula101/sensor/x/state", "aula101/switch/x/state") }

func FuzzHomeAssistant(f *testing.F) {
	fuzz(f, "homeassistant/sensor/a/config", "homeassistant/sensor/a/unit_of_measurement", "homeassistant/sensor/a/state", "inv/1/tele")
}

func FuzzEmoncms(f *testing.F) { fuzz(f, "emon/a", "emon/a/b") }

// TestASenderTellsOfItself announces a unit for another's topic: it is believed of the announcer's own messages only.
func TestASenderTellsOfItself(t *testing.T) {
	d := dialect.New()
	from := func(sender, topic, payload string) string {
		m := message(topic, payload)
		m.From = sender
		all, err := d.Decode(m)
		require.NoError(t, err)
		return said(all)
	}
	const topic, config = "lab/sensor/e/state", `{"state_topic":"lab/sensor/e/state","unit_of_measurement":"`
	from("b", "homeassistant/sensor/b/config", config+`Wh"}`)
	from("a", "homeassistant/sensor/a/config", config+`MWh"}`)
	require.Equal(t, "esphome lab/sensor/e plain=5Wh", from("b", topic, "5"))
	require.Equal(t, "esphome lab/sensor/e plain=5MWh", from("a", topic, "5"))
	require.Equal(t, "esphome lab/sensor/e plain=5", from("", topic, "5"))
	from("a", "homeassistant/sensor/x/unit_of_measurement", "MWh")
	require.Equal(t, "homeassistant homeassistant/sensor/x plain=5", from("b", "homeassistant/sensor/x/state", "5"))
	const channel = "p/status/switch:0"
	from("a", channel, `{"aenergy":{"total":9000},"ret_aenergy":{"total":9000}}`)
	require.Equal(t, "shelly-gen2 p/switch:0 register=9", from("b", channel, `{"aenergy":{"total":9000}}`))
}

// TestNoSenderFillsTheMemory announces without end by one key: its own announcements of before hold, and another's are taken.
func TestNoSenderFillsTheMemory(t *testing.T) {
	d := dialect.New()
	unit := func(sender, entity string) string {
		m := message("homeassistant/sensor/"+entity+"/state", "5")
		m.From = sender
		all, err := d.Decode(m)
		require.NoError(t, err)
		return said(all)
	}
	announce := func(sender string, i int, name string) {
		m := message(fmt.Sprintf("homeassistant/sensor/e%d/unit_of_measurement", i), "kWh")
		m.From = sender
		_, err := d.Decode(m)
		require.NoError(t, err)
		m.Topic, m.Payload = "homeassistant/sensor/e/config", fmt.Appendf(nil, `{"state_topic":"t/%d","unit_of_measurement":"W","name":%q}`, i, name)
		_, err = d.Decode(m)
		require.NoError(t, err)
	}
	const few = 6000
	for i := range few {
		announce("a", i, strings.Repeat("n", 60))
	}
	require.Contains(t, unit("a", "e0"), "kWh")
	require.NotContains(t, unit("a", fmt.Sprintf("e%d", few-1)), "kWh")
	announce("b", few, strings.Repeat("ñ", 30_000))
	require.Contains(t, unit("b", fmt.Sprintf("e%d", few)), "kWh")
	m := message(fmt.Sprintf("t/%d", few), "5")
	m.From = "b"
	all, err := d.Decode(m)
	require.NoError(t, err)
	require.Len(t, all, 1)
	require.Less(t, len(all[0].Name), 300)
}

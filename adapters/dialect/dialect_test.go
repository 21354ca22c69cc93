package dialect_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/holotwin/holotwin/adapters/dialect"
	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/intake"
)

const arrived = energy.Instant(1_767_243_600_000)

func message(topic, payload string) intake.Message {
	return intake.Message{Topic: topic, Payload: []byte(payload), Arrived: arrived}
}

// observationLines writes one line for each observation: address, values, and the timestamp with its clock.
func observationLines(all []intake.Observation) string {
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
			if o.HasCounter {
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

// TestGarbageIsNamed checks the reason why a message cannot be decoded.
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
		require.Equal(t, intake.ErrUnread{Dialect: g.dialect, Reason: g.reason}, err, "%s %s", g.topic, g.payload)
	}
}

// TestDiscovery decodes topics of any make once their units are announced.
func TestDiscovery(t *testing.T) {
	d := dialect.New()
	decode := func(topic, payload string) string {
		all, err := d.Decode(message(topic, payload))
		require.NoError(t, err)
		return observationLines(all)
	}
	require.Empty(t, decode("heidelbridge/energy_meter", "17.5"))
	require.Empty(t, decode("homeassistant/sensor/HeidelBridge/energy_meter/config", `{"name":"Energy meter","device_class":"energy","state_topic":"heidelbridge/energy_meter",
		"unique_id":"energy_meter","unit_of_measurement":"kWh","device":{"identifiers":["BB42"],"name":"HeidelBridge"}}`))
	require.Equal(t, "homeassistant heidelbridge/energy_meter plain=17.5kWh", decode("heidelbridge/energy_meter", "17.5"))
	require.Empty(t, decode("homeassistant/sensor/x/config", `{"~":"inv/1","stat_t":"~/tele","unit_of_meas":"W","val_tpl":"{{ value_json.ac.power | float }}"}`))
	require.Empty(t, decode("homeassistant/sensor/y/config", `{"~":"inv/1","stat_t":"~/tele","unit_of_meas":"Wh","val_tpl":"{{ value_json['total'] }}"}`))
	require.Empty(t, decode("homeassistant/sensor/z/config", `{"stat_t":"inv/1/tele","val_tpl":"{% if value %}1{% endif %}"}`))
	require.Equal(t, "homeassistant inv/1/tele#ac.power plain=350W\nhomeassistant inv/1/tele#total plain=1200Wh", decode("inv/1/tele", `{"ac":{"power":350},"total":1200}`))
	require.Equal(t, "homeassistant inv/1/tele#total plain=1201Wh", decode("inv/1/tele", `{"ac":{"power":-350},"total":"1201"}`))
	require.Empty(t, decode("homeassistant/sensor/a/config", `{"state_topic":"aula101/sensor/energia_total/state","unit_of_measurement":"kWh"}`))
	require.Equal(t, "esphome aula101/sensor/energia_total plain=12.345kWh", decode("aula101/sensor/energia_total/state", "12.345"))
	require.Empty(t, decode("homeassistant/sensor/nevera/unit_of_measurement", `"kWh"`))
	require.Equal(t, "homeassistant homeassistant/sensor/nevera plain=3.5kWh", decode("homeassistant/sensor/nevera/state", `3.5`))
}

// TestReturnedIsRemembered subtracts the energy returned from a counter that reports it only when it changes.
func TestReturnedIsRemembered(t *testing.T) {
	d := dialect.New()
	_, err := d.Decode(message("p/status/switch:0", `{"aenergy":{"total":1500},"ret_aenergy":{"total":500}}`))
	require.NoError(t, err)
	all, err := d.Decode(message("p/status/switch:0", `{"aenergy":{"total":1600}}`))
	require.NoError(t, err)
	require.Equal(t, "shelly-gen2 p/switch:0 register=1.1", observationLines(all))
}

// TestOneKilowattHourInEveryDialect sends the same energy in each dialect and decodes the same amount.
func TestOneKilowattHourInEveryDialect(t *testing.T) {
	inKWh := func(e energy.Energy) string { return e.KWh() }
	inWh := func(e energy.Energy) string { return string(energy.AppendDecimal(nil, int64(e), 3)) }
	inWmin := func(e energy.Energy) string { return string(energy.AppendDecimal(nil, int64(e)*60, 3)) }
	ways := map[string]func(d *dialect.Decoder, e energy.Energy) intake.Message{
		"holotwin": func(_ *dialect.Decoder, e energy.Energy) intake.Message {
			return message("holotwin/a/consumo", `{"register_kwh":`+inKWh(e)+`}`)
		},
		"shelly relay": func(_ *dialect.Decoder, e energy.Energy) intake.Message {
			return message("shellies/a/relay/0/energy", inWmin(e))
		},
		"shelly meter": func(_ *dialect.Decoder, e energy.Energy) intake.Message {
			return message("shellies/a/emeter/0/total", inWh(e))
		},
		"shelly 2": func(_ *dialect.Decoder, e energy.Energy) intake.Message {
			return message("a/status/switch:0", `{"aenergy":{"total":`+inWh(e+5000)+`},"ret_aenergy":{"total":5}}`)
		},
		"shelly 3em": func(_ *dialect.Decoder, e energy.Energy) intake.Message {
			return message("a/events/rpc", `{"method":"NotifyStatus","params":{"ts":1,"emdata:0":{"total_act":`+inWh(e)+`}}}`)
		},
		"tasmota": func(_ *dialect.Decoder, e energy.Energy) intake.Message {
			return message("tele/a/SENSOR", `{"ENERGY":{"Total":`+inKWh(e)+`}}`)
		},
		"zigbee2mqtt": func(_ *dialect.Decoder, e energy.Energy) intake.Message {
			return message("zigbee2mqtt/a", `{"energy":`+inKWh(e)+`}`)
		},
		"esphome": func(d *dialect.Decoder, e energy.Energy) intake.Message {
			_, _ = d.Decode(message("homeassistant/sensor/a/config", `{"state_topic":"a/sensor/b/state","unit_of_measurement":"Wh"}`))
			return message("a/sensor/b/state", inWh(e))
		},
		"homeassistant": func(d *dialect.Decoder, e energy.Energy) intake.Message {
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

// fuzz decodes any payload on the topics of a dialect.
func fuzz(f *testing.F, topics ...string) {
	for _, c := range goldenCases(f) {
		for _, topic := range topics {
			if strings.HasPrefix(c.Topic, strings.SplitN(topic, "/", 2)[0]) {
				f.Add(c.text())
			}
		}
	}
	f.Add(`{"a":{"b":1e999}}`)
	f.Fuzz(func(t *testing.T, payload string) {
		d := dialect.New()
		for _, topic := range topics {
			all, err := d.Decode(message(topic, payload))
			if err != nil {
				require.ErrorAs(t, err, &intake.ErrUnread{})
			}
			for _, o := range all {
				require.NotEmpty(t, o.Address)
				require.False(t, o.Register != nil && *o.Register < 0, "%v", payload)
				require.False(t, o.Interval != nil && *o.Interval < 0, "%v", payload)
				require.False(t, o.HasCounter && o.Power != nil && *o.Power < 0, "%v", payload)
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

// TestASenderTellsOfItself announces a unit for another sender's topic: it applies to the announcer's own messages only.
func TestASenderTellsOfItself(t *testing.T) {
	d := dialect.New()
	from := func(sender, topic, payload string) string {
		m := message(topic, payload)
		m.From = sender
		all, err := d.Decode(m)
		require.NoError(t, err)
		return observationLines(all)
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

// TestNoSenderFillsTheMemory announces without end with one key: its earlier announcements stay, and those of another key are
// accepted.
func TestNoSenderFillsTheMemory(t *testing.T) {
	d := dialect.New()
	unit := func(sender, entity string) string {
		m := message("homeassistant/sensor/"+entity+"/state", "5")
		m.From = sender
		all, err := d.Decode(m)
		require.NoError(t, err)
		return observationLines(all)
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

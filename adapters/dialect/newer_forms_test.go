package dialect_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/adapters/dialect"
	"github.com/holotwin/holotwin/modules/energy/intake"
)

// newLineDecoder decodes messages one after the other, as lines.
func newLineDecoder(t *testing.T) func(topic, payload string) string {
	d := dialect.New()
	return func(topic, payload string) string {
		t.Helper()
		all, err := d.Decode(message(topic, payload))
		require.NoError(t, err, "%s %s", topic, payload)
		return observationLines(all)
	}
}

func TestSeveralSocketsOfAZigbeePlug(t *testing.T) {
	decode := newLineDecoder(t)
	require.Equal(t, "zigbee2mqtt zigbee2mqtt/Lab/toma#l1 register=5.2 power=12 beside state=on\nzigbee2mqtt zigbee2mqtt/Lab/toma#l2 register=17.4 power=640 beside state=on",
		decode("zigbee2mqtt/Lab/toma", `{"energy_l1":5.2,"energy_l2":17.4,"power_l1":12,"power_l2":640,"state_l1":"ON","state_l2":"ON"}`))
	require.Equal(t, "zigbee2mqtt zigbee2mqtt/Lab/toma#l12 register=1", decode("zigbee2mqtt/Lab/toma", `{"energy_l1":null,"energy_l12":1}`))
	require.Equal(t, "zigbee2mqtt zigbee2mqtt/Lab/toma register=9 temperature=20000\nzigbee2mqtt zigbee2mqtt/Lab/toma#l1 register=5.3",
		decode("zigbee2mqtt/Lab/toma", `{"energy":9,"energy_l1":5.3,"energy_today":0.1,"temperature":20}`), "a plain one stays the plug's own")
	require.Equal(t, "zigbee2mqtt zigbee2mqtt/Lab/toma#l2 register=17.5", decode("zigbee2mqtt/Lab/toma/energy_l2", "17.5"))
	require.Equal(t, "zigbee2mqtt zigbee2mqtt/Lab/toma#l2 power=3 beside", decode("zigbee2mqtt/Lab/toma/power_l2", "3"))
	_, err := dialect.New().Decode(message("zigbee2mqtt/x", `{"energy_phase_a":1.5}`))
	require.Equal(t, intake.ErrUnread{Dialect: "zigbee2mqtt", Reason: "not_understood"}, err)
}

func TestOneAttributeAMessage(t *testing.T) {
	decode := newLineDecoder(t)
	require.Equal(t, "zigbee2mqtt zigbee2mqtt/at-1 register=23.4", decode("zigbee2mqtt/at-1/energy", "23.40"))
	require.Equal(t, "zigbee2mqtt zigbee2mqtt/at-1 power=61 beside", decode("zigbee2mqtt/at-1/power", "61"), "beside its energy a power is no measurement")
	require.Equal(t, "zigbee2mqtt zigbee2mqtt/at-1 state=on", decode("zigbee2mqtt/at-1/state", "ON"))
	require.Equal(t, "zigbee2mqtt zigbee2mqtt/at-1 register=23.4 power=61 beside state=on", decode("zigbee2mqtt/at-1", `{"energy":23.40,"power":61,"state":"ON","linkquality":104}`))
	for attribute, payload := range map[string]string{
		"linkquality": "104", "child_lock": "UNLOCK", "update": `{"state":"idle","installed_version":1}`, "update_available": "false", "energy_month": "1.5",
		"voltage": "", "power_outage_memory": "restore", "color": `{"x":0.1}`, "last_seen": "2026-06-01T00:00:00Z", "device_temperature": "31",
	} {
		require.Empty(t, decode("zigbee2mqtt/at-1/"+attribute, payload), attribute)
	}
	require.Equal(t, "zigbee2mqtt zigbee2mqtt/th temperature=20500", decode("zigbee2mqtt/th/temperature", "20.5"))
	require.Equal(t, "zigbee2mqtt zigbee2mqtt/th occupancy=1", decode("zigbee2mqtt/th/occupancy", "true"))
}

func TestDiscoveryByDevice(t *testing.T) {
	decode := newLineDecoder(t)
	require.Empty(t, decode("homeassistant/device/secadora/config", `{"dev":{"ids":"sec4","name":"Secadora 4"},"o":{"name":"puente"},"stat_t":"puente/sec4","cmps":{
		"e":{"p":"sensor","uniq_id":"sec4_e","dev_cla":"energy","stat_cla":"total_increasing","unit_of_meas":"kWh","val_tpl":"{{ value_json.total }}"},
		"b":{"p":"button","cmd_t":"puente/x"},"u":{"p":"update"},
		"w":{"p":"sensor","uniq_id":"sec4_w","dev_cla":"power","unit_of_meas":"W","stat_t":"puente/sec4/otro","val_tpl":"{{ value_json.w }}"}}}`))
	require.Equal(t, "homeassistant puente/sec4#total plain=812.40kWh", decode("puente/sec4", `{"total":812.40,"w":1900}`))
	require.Equal(t, "homeassistant puente/sec4/otro#w plain=1900W", decode("puente/sec4/otro", `{"w":1900}`), "a topic of its own")
	require.Empty(t, decode("homeassistant/device/nodo/largo/config", `{"~":"p/l","device":{"name":"L"},"state_topic":"~/s","origin":{"name":"x"},
		"components":{"e":{"platform":"sensor","unit_of_measurement":"Wh","value_template":"{{ value_json['uno dos'][\"tres\"].cuatro }}"}}}`))
	require.Equal(t, "homeassistant p/l/s#uno dos.tres.cuatro plain=7Wh", decode("p/l/s", `{"uno dos":{"tres":{"cuatro":7}}}`))
	require.Empty(t, decode("homeassistant/sensor/sec5/e/config", `{"name":"Secadora 5","stat_t":"puente/sec5","dev_cla":"energy","unit_of_meas":"Wh","val_tpl":"{{ value_json[\"acum\"] }}"}`))
	require.Equal(t, "homeassistant puente/sec5#acum plain=66000Wh", decode("puente/sec5", `{"acum":66000}`))
}

// TestEnergyThatIsNotUnderstoodLeavesATrace does not run a program in a template, and reports it as not understood if it would
// return energy. It decodes what is beside it.
func TestEnergyThatIsNotUnderstoodLeavesATrace(t *testing.T) {
	d := dialect.New()
	_, err := d.Decode(message("homeassistant/device/a/config", `{"dev":{"name":"a"},"stat_t":"a/b","cmps":{
		"e":{"p":"sensor","unit_of_meas":"kWh","val_tpl":"{% if value %}{{ value_json.x * 3 }}{% endif %}"},
		"f":{"p":"sensor","unit_of_meas":"kWh","val_tpl":"{{ value_json.f }}"},
		"g":{"p":"sensor","unit_of_meas":"V","val_tpl":"{{ value_json.v * 2 }}"}}}`))
	var unread intake.ErrUnread
	require.True(t, errors.As(err, &unread))
	require.Equal(t, intake.ErrUnread{Dialect: "homeassistant", Reason: "not_understood"}, unread)
	all, err := d.Decode(message("a/b", `{"f":2}`))
	require.NoError(t, err)
	require.Equal(t, "homeassistant a/b#f plain=2kWh", observationLines(all))
}

package dialect_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/adapters/dialect"
	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/intake"
)

// goldenMessage is testdata/<dialect>/NAME.json: a message that a device sent. Its payload is a text, or any other JSON, which is
// then the payload itself.
type goldenMessage struct {
	Topic    string          `json:"topic"`
	Payload  json.RawMessage `json:"payload"`
	Retained bool            `json:"retained"`
	// Before are the messages that came before it, such as those of discovery.
	Before []goldenMessage `json:"before"`
}

func (m goldenMessage) text() string {
	var text string
	if json.Unmarshal(m.Payload, &text) == nil && m.Payload[0] == '"' {
		return text
	}
	return string(m.Payload)
}

func (m goldenMessage) message() intake.Message {
	sent := message(m.Topic, m.text())
	sent.Retained = m.Retained
	return sent
}

// decode decodes the message after those before it.
func (m goldenMessage) decode() ([]intake.Observation, error) {
	d := dialect.New()
	for _, before := range m.Before {
		if _, err := d.Decode(before.message()); err != nil {
			return nil, err
		}
	}
	return d.Decode(m.message())
}

// goldenObservation is an element of testdata/<dialect>/NAME.want.json: the set values of an observation. Amounts are numbers in
// the unit that the member names.
type goldenObservation struct {
	Address      string      `json:"address"`
	Device       string      `json:"device,omitempty"`
	Name         string      `json:"name,omitempty"`
	RegisterKWh  json.Number `json:"register_kwh,omitempty"`
	IntervalKWh  json.Number `json:"interval_kwh,omitempty"`
	IntervalS    json.Number `json:"interval_s,omitempty"`
	PowerW       json.Number `json:"power_w,omitempty"`
	Counts       bool        `json:"counts,omitempty"` // the channel has a counter, so its power is no measurement
	Plain        json.Number `json:"plain,omitempty"`
	Unit         string      `json:"unit,omitempty"`
	State        string      `json:"state,omitempty"`
	TemperatureC json.Number `json:"temperature_c,omitempty"`
	HumidityPct  json.Number `json:"humidity_pct,omitempty"`
	CO2PPM       json.Number `json:"co2_ppm,omitempty"`
	Occupancy    json.Number `json:"occupancy,omitempty"`
	At           string      `json:"at,omitempty"`         // RFC 3339
	LocalTime    string      `json:"local_time,omitempty"` // of a clock without a zone
	Source       string      `json:"source,omitempty"`     // whose clock it is
	Retained     bool        `json:"retained,omitempty"`
}

func goldenOf(o intake.Observation) goldenObservation {
	decimal := func(n *int64, digits int) json.Number {
		if n == nil {
			return ""
		}
		return json.Number(energy.AppendDecimal(nil, *n, digits))
	}
	g := goldenObservation{
		Address: o.Address, Device: string(o.Device), Name: o.Name, Counts: o.HasCounter, Plain: json.Number(fmt.Sprint(o.Plain)), Unit: string(o.Unit), State: string(o.State),
		TemperatureC: decimal(o.Temperature, 3), HumidityPct: decimal(o.Humidity, 3), CO2PPM: decimal(o.CO2, 0), Occupancy: decimal(o.Occupancy, 0),
		Source: o.Source.String(), Retained: o.Retained,
		RegisterKWh: decimal((*int64)(o.Register), 6), IntervalKWh: decimal((*int64)(o.Interval), 6), PowerW: decimal((*int64)(o.Power), 3),
	}
	if o.Span > 0 {
		g.IntervalS = decimal(&o.Span, 3)
	}
	switch {
	case o.At != 0:
		g.At = o.At.String()
	case o.Source == energy.ByDeviceLocal:
		g.LocalTime = fmt.Sprint(o.LocalTime)
	}
	return g
}

// wantOf writes the result of a message in the form of a want file: its observations, or the reason of its error.
func wantOf(t testing.TB, all []intake.Observation, err error) string {
	t.Helper()
	var want any
	var unread intake.ErrUnread
	if errors.As(err, &unread) {
		want = map[string]string{"rejected": unread.Reason}
	} else {
		require.NoError(t, err)
		observations := make([]goldenObservation, len(all))
		for i, o := range all {
			observations[i] = goldenOf(o)
		}
		want = observations
	}
	text, err := json.MarshalIndent(want, "", "  ")
	require.NoError(t, err)
	return string(text) + "\n"
}

// goldenCase is a message in the folder and its expected result.
type goldenCase struct {
	name string // <dialect>/NAME
	goldenMessage
	want string
}

// goldenCases returns all messages in the folder. A message without a want file fails with its result.
func goldenCases(t testing.TB) (all []goldenCase) {
	t.Helper()
	files, err := filepath.Glob("testdata/*/*.json")
	require.NoError(t, err)
	for _, file := range files {
		if strings.HasSuffix(file, ".want.json") {
			continue
		}
		name := strings.TrimSuffix(strings.TrimPrefix(filepath.ToSlash(file), "testdata/"), ".json")
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		c := goldenCase{name: name}
		decoder := json.NewDecoder(bytes.NewReader(text))
		decoder.DisallowUnknownFields()
		require.NoError(t, decoder.Decode(&c.goldenMessage), file)
		want, err := os.ReadFile(strings.TrimSuffix(file, ".json") + ".want.json")
		if errors.Is(err, os.ErrNotExist) {
			observations, unread := c.decode()
			t.Errorf("%s has no file %s.want.json. If this is what should come out, write it there:\n%s", file, path.Base(name), wantOf(t, observations, unread))
			continue
		}
		require.NoError(t, err)
		c.want = string(want)
		all = append(all, c)
	}
	require.NotEmpty(t, all)
	return all
}

// TestGoldenMessages decodes each message in testdata. You can drop a captured message into the folder of its dialect.
func TestGoldenMessages(t *testing.T) {
	for _, c := range goldenCases(t) {
		t.Run(c.name, func(t *testing.T) {
			all, err := c.decode()
			require.JSONEq(t, c.want, wantOf(t, all, err))
			for _, o := range all {
				require.Equal(t, path.Dir(c.name), o.Dialect, "its folder is named by its dialect")
			}
		})
	}
}

// TestEveryWantHasItsMessage finds want files without a message.
func TestEveryWantHasItsMessage(t *testing.T) {
	wants, err := filepath.Glob("testdata/*/*.want.json")
	require.NoError(t, err)
	require.NotEmpty(t, wants)
	for _, want := range wants {
		require.FileExists(t, strings.TrimSuffix(want, ".want.json")+".json")
	}
}

// TestUnknownMembersAreIgnored adds unknown members to every golden object.
func TestUnknownMembersAreIgnored(t *testing.T) {
	for _, c := range goldenCases(t) {
		var body map[string]json.RawMessage
		if json.Unmarshal([]byte(c.text()), &body) != nil || len(body) == 0 {
			continue
		}
		strange, err := json.Marshal(strings.Replace(c.text(), "{", `{"zz_new":{"deep":[1,{"x":null}]},"zz_flag":true,`, 1))
		require.NoError(t, err)
		c.Payload = strange
		all, err := c.decode()
		require.JSONEq(t, c.want, wantOf(t, all, err), c.name)
	}
}

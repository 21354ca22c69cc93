package blackbox

import (
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/test/program"
)

// emoncmsCase are the requests of the case's file, each as its parameters.
func emoncmsCase(t *testing.T) (requests []url.Values) {
	t.Helper()
	text, err := os.ReadFile("testdata/cases/emoncms_requests.sh")
	require.NoError(t, err)
	parameter := regexp.MustCompile(`--data-urlencode (?:'([^']*)'|(\S+))`)
	for line := range strings.Lines(string(text)) {
		form := make(url.Values)
		for _, found := range parameter.FindAllStringSubmatch(line, -1) {
			name, value, _ := strings.Cut(found[1]+found[2], "=")
			form.Set(name, value)
		}
		requests = append(requests, form)
	}
	return requests
}

// emoncmsWays are the ways in which a request may be sent, each with its key.
func emoncmsWays(c *program.Client, key string) map[string]func(t *testing.T, path string, form url.Values) program.Answer {
	nobody := &program.Client{URL: c.URL, HTTP: c.HTTP, Check: c.Check}
	send := func(t *testing.T, method, path, media, body string, headers ...string) program.Answer {
		t.Helper()
		answer, err := nobody.Raw(method, path, media, strings.NewReader(body), headers...)
		require.NoError(t, err)
		return answer
	}
	const form, object = "application/x-www-form-urlencoded", "application/json"
	return map[string]func(t *testing.T, path string, f url.Values) program.Answer{
		"GET, X-API-Key": func(t *testing.T, path string, f url.Values) program.Answer {
			return send(t, http.MethodGet, path+"?"+f.Encode(), "", "", "X-API-Key", key)
		},
		"GET, bearer": func(t *testing.T, path string, f url.Values) program.Answer {
			return send(t, http.MethodGet, path+"?"+f.Encode(), "", "", "Authorization", "Bearer "+key)
		},
		"GET, apikey": func(t *testing.T, path string, f url.Values) program.Answer {
			return send(t, http.MethodGet, path+"?apikey="+key+"&"+f.Encode(), "", "")
		},
		"POST, X-API-Key": func(t *testing.T, path string, f url.Values) program.Answer {
			return send(t, http.MethodPost, path, form, f.Encode(), "X-API-Key", key)
		},
		"POST, bearer": func(t *testing.T, path string, f url.Values) program.Answer {
			return send(t, http.MethodPost, path, form, f.Encode(), "Authorization", "Bearer "+key)
		},
		"POST, apikey in the form": func(t *testing.T, path string, f url.Values) program.Answer {
			return send(t, http.MethodPost, path, form, f.Encode()+"&apikey="+key)
		},
		"POST, all in the query": func(t *testing.T, path string, f url.Values) program.Answer {
			return send(t, http.MethodPost, path+"?apikey="+key+"&"+f.Encode(), form, "")
		},
		"POST, JSON": func(t *testing.T, path string, f url.Values) program.Answer {
			members := map[string]any{}
			for name := range f {
				members[name] = f.Get(name)
				if name == "fulljson" || name == "data" {
					members[name] = json.RawMessage(f.Get(name))
				}
			}
			body, err := json.Marshal(members)
			require.NoError(t, err)
			return send(t, http.MethodPost, path, object, string(body), "X-API-Key", key)
		},
	}
}

// TestTimesOfEmoncms sends the case by every way, and as it may be written otherwise.
func TestTimesOfEmoncms(t *testing.T) {
	each(t, func(t *testing.T, databaseURL string) {
		c := login(t, start(t, databaseURL))
		site := campusIn(t, c, "Europe/Madrid")
		key := gateway(t, c, map[string]any{"name": "em", "space_id": site}).Key
		said := emoncmsCase(t)
		require.Len(t, said, 3)
		register := func(id string) {
			send(t, c, 201, http.MethodPost, "/api/dispositivos", map[string]any{"id": id, "kind": "meter", "space_id": site, "mqtt_topic": "emon/" + id + "/e1", "mqtt_unit": "Wh"})
		}
		n := 0
		for name, way := range emoncmsWays(c, key) {
			n++
			id := "em-" + string(rune('a'+n))
			register(id)
			for i, want := range []int{200, 200, 400} {
				form := url.Values{"node": {id}}
				for name := range said[i] {
					if name != "node" {
						form[name] = said[i][name]
					}
				}
				answer := way(t, "/input/post", form)
				require.Equal(t, want, answer.Status, "%s: %d: %s", name, i, answer.Body)
			}
			readings := readingsOf(t, c, "device_id="+id)
			require.Equal(t, []string{"2026-06-15T16:30:00Z", "2026-06-15T16:35:00Z"}, instantsOf(readings), name)
			require.InDelta(t, 0.2, sumOf(seriesOf(t, c, "device", id, "2026-06-15", "2026-06-16", "day")), 1e-9, name)
			answer := way(t, "/input/bulk", url.Values{"time": {"1781541300000"}, "data": {`[[300,"` + id + `",{"e1":310400}],[600,"` + id + `",{"e1":310700}]]`}})
			require.Equal(t, 200, answer.Status, "%s: %s", name, answer.Body)
			require.InDelta(t, 0.7, sumOf(seriesOf(t, c, "device", id, "2026-06-15", "2026-06-16", "day")), 1e-9, name)
			require.Equal(t, "2026-06-15T16:45:00Z", readingsOf(t, c, "device_id="+id)[3].Timestamp)
		}
	})
}

// TestWhatEmoncmsIsNotToldAsSuccess rejects by name what is not stored, and stores the rest.
func TestWhatEmoncmsIsNotToldAsSuccess(t *testing.T) {
	each(t, func(t *testing.T, databaseURL string) {
		c := login(t, start(t, databaseURL, "RAW_RETENTION_DAYS=400"))
		site := campusIn(t, c, "Europe/Madrid", map[string]any{"id": "em-1", "kind": "meter", "mqtt_topic": "emon/em/e1", "mqtt_unit": "Wh"},
			map[string]any{"id": "em-2", "kind": "meter", "mqtt_topic": "emon/em/e2", "mqtt_unit": "kWh", "mqtt_interval": true})
		key := gateway(t, c, map[string]any{"name": "em", "space_id": site}).Key
		post := func(path string, status int, form url.Values) string {
			form.Set("apikey", key)
			return string(formWith(t, c, status, path, form).Body)
		}
		at := past(3 * time.Hour)
		require.Contains(t, post("/input/post", 200, url.Values{"node": {"em"}, "fulljson": {`{"e1":1000,"e2":0.1}`}, "time": {at}}), "success")
		post("/input/post", 200, url.Values{"node": {"em"}, "fulljson": {`{"e1":1000,"e2":0.1}`}, "time": {at}}) // the same again counts once
		for name, refused := range map[string]struct {
			path  string
			form  url.Values
			field string
		}{
			"another value of an instant": {"/input/post", url.Values{"fulljson": {`{"e1":1001}`}, "time": {at}}, "em/e1 time"},
			"a negative counter":          {"/input/post", url.Values{"fulljson": {`{"e1":-5}`}, "time": {past(2 * time.Hour)}}, "em/e1 register_kwh"},
			"a negative interval":         {"/input/post", url.Values{"fulljson": {`{"e2":-5}`}, "time": {past(2 * time.Hour)}}, "em/e2 kwh"},
			"older than is kept":          {"/input/post", url.Values{"fulljson": {`{"e1":5}`}, "time": {past(800 * 24 * time.Hour)}}, "em/e1 timestamp"},
			"six minutes ahead":           {"/input/post", url.Values{"fulljson": {`{"e1":5}`}, "time": {past(-6 * time.Minute)}}, "em/e1 timestamp"},
			"ms far ahead":                {"/input/post", url.Values{"fulljson": {`{"e1":5,"time":2040741000000}`}}, "em/e1 timestamp"},
			"a time that does not exist":  {"/input/post", url.Values{"fulljson": {`{"e1":5}`}, "time": {"2026-03-29T02:30:00"}}, "em/e1 timestamp"},
			"no time at all":              {"/input/post", url.Values{"fulljson": {`{"e1":5}`}, "time": {"mañana"}}, "time"},
			"nothing":                     {"/input/post", url.Values{"fulljson": {`{"e1":null}`}}, "data"},
			"an unknown one years ahead":  {"/input/post", url.Values{"fulljson": {`{"x1":5}`}, "time": {"2040741000"}}, "em/x1 timestamp"},
			"an unknown one too old":      {"/input/post", url.Values{"fulljson": {`{"x1":5}`}, "time": {past(800 * 24 * time.Hour)}}, "em/x1 timestamp"},
			"a bulk years ahead":          {"/input/bulk", url.Values{"data": {`[[0,"em",{"e1":5}]]`}, "time": {"2040741000"}}, "em/e1 timestamp"},
			"a bulk of another value":     {"/input/bulk", url.Values{"data": {`[[0,"em",{"e1":5}]]`}, "time": {at}}, "em/e1 time"},
			"a bulk with a bad number":    {"/input/bulk", url.Values{"data": {`[[0,"em",{"e1":"12,5"}]]`}, "time": {at}}, "em/e1"},
		} {
			if refused.path == "/input/post" {
				refused.form.Set("node", "em")
			}
			body := post(refused.path, 400, refused.form)
			require.NotContains(t, body, "success", name)
			require.Contains(t, body, `"field":"`+refused.field+`"`, name)
		}
		require.Len(t, readingsOf(t, c, "device_id=em-1"), 1)
		require.Len(t, readingsOf(t, c, "device_id=em-2"), 1)
		body := post("/input/post", 400, url.Values{"node": {"em"}, "fulljson": {`{"e1":1500,"e2":"roto"}`}, "time": {past(time.Hour)}})
		require.Contains(t, body, "em/e2")
		require.NotContains(t, body, "em/e1")
		require.Len(t, readingsOf(t, c, "device_id=em-1"), 2, "the rest of the request is stored")
		post("/input/post", 200, url.Values{"node": {"em"}, "fulljson": {`{"nuevo":7}`}, "time": {at}})
		var inbox listedNewcomers
		require.NoError(t, send(t, c, 200, http.MethodGet, "/api/dispositivos/nuevos", nil).JSON(&inbox))
		require.Len(t, inbox.Items, 1, "what waits in the inbox is a success, and nothing else waits there")
		require.Equal(t, "emon/em/nuevo", inbox.Items[0].Address)
	})
}

// TestALocalTimeThatWaitsIsOfItsDevicesSite adopts a device in another zone than the broker's messages are read in while they wait.
func TestALocalTimeThatWaitsIsOfItsDevicesSite(t *testing.T) {
	each(t, func(t *testing.T, databaseURL string) {
		broker := mosquitto(t)
		c := login(t, start(t, databaseURL, "SITE_TIME_ZONE=America/Bogota", "MQTT_URL="+broker.URL()))
		site := campusIn(t, c, "Europe/Madrid")
		connected(t, c)
		require.NoError(t, dial(t, broker.Address, "lejos", program.BrokerUser, program.BrokerPassword).Say("emon/lejos", `{"kwh":310,"time":"2026-06-15T18:30:00"}`))
		var inbox listedNewcomers
		eventually(t, "it waits", func() bool {
			require.NoError(t, send(t, c, 200, http.MethodGet, "/api/dispositivos/nuevos", nil).JSON(&inbox))
			return len(inbox.Items) == 1
		})
		send(t, c, 201, http.MethodPost, "/api/dispositivos/nuevos", map[string]any{"address": "emon/lejos/kwh", "id": "lejos", "kind": "meter", "space_id": site})
		require.Equal(t, []string{"2026-06-15T16:30:00Z"}, instantsOf(readingsOf(t, c, "device_id=lejos")))
	})
}

// formWith is form that shows what was sent where the status is another.
func formWith(t *testing.T, c *program.Client, status int, path string, values url.Values) program.Answer {
	t.Helper()
	nobody := &program.Client{URL: c.URL, HTTP: c.HTTP, Check: c.Check}
	answer, err := nobody.Raw(http.MethodPost, path, "application/x-www-form-urlencoded", strings.NewReader(values.Encode()))
	require.NoError(t, err)
	require.Equal(t, status, answer.Status, "%v: %s", values, answer.Body)
	return answer
}

package weather

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/campus"
	"github.com/holotwin/holotwin/modules/energy/conditions"
)

const (
	hour = energy.Instant(time.Hour / time.Millisecond)
	day  = 24 * hour
	// newYear is the first hour of the answers in testdata, 2026-01-01T00:00:00Z, in Open-Meteo's form, for Cali.
	newYear = energy.Instant(1_767_225_600_000)
)

var cali = campus.Coordinates{Latitude: 3.40231, Longitude: -76.549412}

// server counts the requests and stores the last URL.
type server struct {
	*httptest.Server
	calls atomic.Int64
	asked atomic.Pointer[url.URL]
}

func serve(t *testing.T, answer http.HandlerFunc) *server {
	t.Helper()
	s := &server{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.calls.Add(1)
		s.asked.Store(r.URL)
		answer(w, r)
	}))
	t.Cleanup(s.Close)
	return s
}

func recorded(t *testing.T, status int, name string) http.HandlerFunc {
	t.Helper()
	body, err := os.ReadFile("testdata/" + name)
	require.NoError(t, err)
	return text(status, string(body))
}

func text(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}
}

// clientOf returns a client that waits only a millisecond between attempts.
func clientOf(s *server) *Client {
	c := New(s.URL + "/")
	c.pause = time.Millisecond
	return c
}

func TestTheArchiveIsDecoded(t *testing.T) {
	s := serve(t, recorded(t, http.StatusOK, "archive.json"))
	hours, err := clientOf(s).Archive(context.Background(), cali, newYear, newYear+2*day)
	require.NoError(t, err)
	require.Len(t, hours, 46, "the last two are null")
	require.Equal(t, newYear, hours[0].Start)
	require.Equal(t, newYear+45*hour, hours[45].Start)
	require.Equal(t, []int64{25_700, 66_000}, []int64{*hours[0].Temperature, *hours[0].Humidity})
	asked := s.asked.Load()
	require.Equal(t, "/v1/archive", asked.Path)
	require.Equal(t, url.Values{
		"latitude": {"3.4023"}, "longitude": {"-76.5494"}, "hourly": {"temperature_2m,relative_humidity_2m"},
		"start_date": {"2026-01-01"}, "end_date": {"2026-01-02"}, "timezone": {"UTC"}, "timeformat": {"unixtime"},
	}, asked.Query())
}

func TestOnlyTheRequestedHoursAreReturned(t *testing.T) {
	s := serve(t, recorded(t, http.StatusOK, "outlook.json"))
	hours, err := clientOf(s).Forecast(context.Background(), cali, newYear+day, newYear+3*day)
	require.NoError(t, err)
	require.Len(t, hours, 48)
	require.Equal(t, newYear+day, hours[0].Start)
	require.Equal(t, "/v1/forecast", s.asked.Load().Path)
	require.Equal(t, "2026-01-03", s.asked.Load().Query().Get("end_date"))
}

func TestTheArchiveOfOpenMeteoHasItsOwnHost(t *testing.T) {
	require.Equal(t, "https://archive-api.open-meteo.com", New(Public+"/").archive)
	require.Equal(t, "http://meteo.usc.edu.co", New("http://meteo.usc.edu.co").archive)
}

// TestAnInvalidAnswerIsRejected: an answer with any error is rejected as a whole.
func TestAnInvalidAnswerIsRejected(t *testing.T) {
	whole := `{"utc_offset_seconds":0,"hourly_units":{"time":"unixtime","temperature_2m":"°C","relative_humidity_2m":"%"},"hourly":{"time":[1767225600,1767229200],"temperature_2m":[22.1,null],"relative_humidity_2m":[78,80]}}`
	read := func(body string) ([]conditions.WeatherHour, error) {
		return clientOf(serve(t, text(http.StatusOK, body))).Archive(context.Background(), cali, newYear, newYear+day)
	}
	hours, err := read(whole)
	require.NoError(t, err)
	require.Len(t, hours, 1)
	hours, err = read(strings.Replace(whole, "22.1", "6999", 1))
	require.NoError(t, err)
	require.Empty(t, hours, "an impossible temperature is left out")
	hours, err = read(strings.NewReplacer(`,"relative_humidity_2m":[78,80]`, "", `,"relative_humidity_2m":"%"`, "").Replace(whole))
	require.NoError(t, err)
	require.Nil(t, hours[0].Humidity)
	for name, change := range map[string][2]string{
		"cut off":         {`]}}`, ""},
		"NaN":             {"22.1", "NaN"},
		"another unit":    {"°C", "°F"},
		"another clock":   {"unixtime", "iso8601"},
		"another zone":    {`"utc_offset_seconds":0`, `"utc_offset_seconds":-18000`},
		"no zone":         {`"utc_offset_seconds":0,`, ""},
		"a short column":  {"[22.1,null]", "[22.1]"},
		"a short column ": {"[78,80]", "[78]"},
		"the same hour":   {"1767229200", "1767225600"},
		"half an hour":    {"1767229200", "1767227400"},
		"never":           {"1767229200", "9223372036854774000"},
		"a date":          {"1767225600", `"2026-01-01T00:00"`},
		"two answers":     {"[78,80]}}", "[78,80]}} {}"},
		"a page":          {whole, "<html>"},
		"nothing":         {whole, ""},
	} {
		_, err := read(strings.Replace(whole, change[0], change[1], 1))
		require.ErrorIs(t, err, ErrUnreadable, name)
	}
}

func TestRefusalsHaveAReasonAndAreNotRetried(t *testing.T) {
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		want   string
	}{
		"wrongly asked": {recorded(t, http.StatusBadRequest, "out_of_range.json"), "WEATHER_URL: answered 400: Parameter 'start_date' is out of allowed range from 2025-10-01 to 2026-01-16"},
		"too much":      {recorded(t, http.StatusTooManyRequests, "limit.json"), "WEATHER_URL: answered 429: Daily API request limit exceeded. Please try again tomorrow."},
		"a page":        {text(http.StatusNotFound, "<html>"), "WEATHER_URL: answered 404"},
		"a long reason": {text(http.StatusBadRequest, `{"error":true,"reason":"a\n`+strings.Repeat("ñ", 300)+`"}`), "WEATHER_URL: answered 400: a" + strings.Repeat("ñ", 199) + "…"},
	} {
		s := serve(t, c.answer)
		_, err := clientOf(s).Forecast(context.Background(), cali, newYear, newYear+day)
		require.EqualError(t, err, strings.ReplaceAll(c.want, "a\n", "a"), name)
		require.EqualValues(t, 1, s.calls.Load(), name)
	}
}

func TestAFailedRequestIsRetried(t *testing.T) {
	var s *server
	good := recorded(t, http.StatusOK, "outlook.json")
	s = serve(t, func(w http.ResponseWriter, r *http.Request) {
		if s.calls.Load() < attempts {
			text(http.StatusBadGateway, "<html>")(w, r)
			return
		}
		good(w, r)
	})
	hours, err := clientOf(s).Forecast(context.Background(), cali, newYear, newYear+day)
	require.NoError(t, err)
	require.Len(t, hours, 24)
	require.EqualValues(t, attempts, s.calls.Load())

	down := serve(t, text(http.StatusServiceUnavailable, ""))
	_, err = clientOf(down).Forecast(context.Background(), cali, newYear, newYear+day)
	require.EqualError(t, err, "WEATHER_URL: answered 503")
	require.EqualValues(t, attempts, down.calls.Load())
}

func TestAnAnswerThatIsTooLongIsNotRead(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		block := []byte(strings.Repeat(" ", 64<<10))
		for range maxAnswer/len(block) + 1 {
			if _, err := w.Write(block); err != nil {
				return
			}
		}
	})
	_, err := clientOf(s).Archive(context.Background(), cali, newYear, newYear+day)
	require.ErrorContains(t, err, "larger than")
	require.EqualValues(t, 1, s.calls.Load())
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// TestTheWaitForASlowServerIsBounded: the client waits neither longer than its timeout nor longer than the caller's context. The error
// does not contain the URL, which may hold a password.
func TestTheWaitForASlowServerIsBounded(t *testing.T) {
	ended := make(chan struct{})
	s := serve(t, func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-r.Context().Done():
		case <-ended:
		}
	})
	t.Cleanup(func() { close(ended) })
	c := New(strings.Replace(s.URL, "http://", "http://user:hunter2@", 1))
	c.pause, c.http.Timeout = time.Millisecond, time.Second
	var tries atomic.Int64 // and not those that arrive: on a busy machine one may be given up before
	transport := c.http.Transport
	c.http.Transport = roundTrip(func(r *http.Request) (*http.Response, error) {
		tries.Add(1)
		return transport.RoundTrip(r)
	})
	_, err := c.Forecast(context.Background(), cali, newYear, newYear+day)
	require.ErrorContains(t, err, "WEATHER_URL: no answer")
	require.NotContains(t, err.Error(), "hunter2")
	require.NotContains(t, err.Error(), "127.0.0.1")
	require.EqualValues(t, attempts, tries.Load())

	c.http.Timeout, c.pause = time.Minute, time.Minute
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Millisecond)
	defer cancel()
	_, err = c.Forecast(ctx, cali, newYear, newYear+day)
	require.ErrorIs(t, err, context.DeadlineExceeded)
}

// TestARedirectToAnotherHostIsNotFollowed: the URL may hold a key. The error names the new host.
func TestARedirectToAnotherHostIsNotFollowed(t *testing.T) {
	other := serve(t, recorded(t, http.StatusOK, "outlook.json"))
	s := serve(t, http.RedirectHandler(other.URL, http.StatusTemporaryRedirect).ServeHTTP)
	_, err := clientOf(s).Forecast(context.Background(), cali, newYear, newYear+day)
	require.ErrorContains(t, err, "WEATHER_URL: redirected to another host")
	require.ErrorContains(t, err, other.URL)
	require.EqualValues(t, 1, s.calls.Load(), "the client does not retry")
	require.Zero(t, other.calls.Load())
}

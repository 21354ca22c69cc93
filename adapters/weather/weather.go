// Package weather asks Open-Meteo, or a server of one's own that speaks its protocol, for the hourly weather of a place. Start
// with Client; answer.go reads what it says.
package weather

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/platform/httpclient"
)

// Client answers energy.Weather.
type Client struct {
	forecast, archive string
	http              *http.Client
	// pause is that before the second attempt; it doubles from one to the next.
	pause time.Duration
}

var _ energy.Weather = (*Client)(nil)

const (
	// Public is where Open-Meteo itself answers; its archive has a host of its own.
	Public        = "https://api.open-meteo.com"
	publicArchive = "https://archive-api.open-meteo.com"
	// answerTime bounds what an answer is waited for. Half a year of two measures is some 100 kB.
	answerTime    = 30 * time.Second
	longestAnswer = 4 << 20
	attempts      = 3
	firstPause    = 2 * time.Second
	// coordinateDecimals are some ten metres: enough for the height of the place, which the temperature is made for.
	coordinateDecimals = 4
)

// New makes a client of the server at a base address.
func New(base string) *Client {
	base = strings.TrimSuffix(base, "/")
	c := &Client{forecast: base, archive: base, http: httpclient.New(httpclient.Limits{Answer: answerTime, Body: longestAnswer}), pause: firstPause}
	if base == Public {
		c.archive = publicArchive
	}
	return c
}

// Archive asks for the reanalysis of past days.
func (c *Client) Archive(ctx context.Context, at energy.Coordinates, from, to energy.Instant) ([]energy.WeatherHour, error) {
	return c.hours(ctx, c.archive+"/v1/archive", at, from, to)
}

// Outlook asks for the last days and the forecast of the next.
func (c *Client) Outlook(ctx context.Context, at energy.Coordinates, from, to energy.Instant) ([]energy.WeatherHour, error) {
	return c.hours(ctx, c.forecast+"/v1/forecast", at, from, to)
}

func (c *Client) hours(ctx context.Context, address string, at energy.Coordinates, from, to energy.Instant) ([]energy.WeatherHour, error) {
	query := url.Values{
		"latitude": {degrees(at.Latitude)}, "longitude": {degrees(at.Longitude)}, "hourly": {"temperature_2m,relative_humidity_2m"},
		"start_date": {dateOf(from)}, "end_date": {dateOf(to - 1)}, "timezone": {"UTC"}, "timeformat": {"unixtime"},
	}
	body, err := c.get(ctx, address+"?"+query.Encode())
	if err != nil {
		return nil, err
	}
	return readAnswer(body, from, to)
}

func degrees(d float64) string { return strconv.FormatFloat(d, 'f', coordinateDecimals, 64) }

func dateOf(i energy.Instant) string { return i.Time().Format(time.DateOnly) }

// passing is an error that may be gone in a moment.
type passing struct{ error }

// get reads an answer, and asks again where the network or the server failed. Who is told that he asks too much, or wrongly,
// does not ask again.
func (c *Client) get(ctx context.Context, address string) (body []byte, err error) {
	pause := c.pause
	for attempt := 1; ; attempt++ {
		body, err = c.once(ctx, address)
		if err == nil || attempt == attempts || !errors.As(err, &passing{}) {
			return body, err
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(pause):
		}
		pause *= 2
	}
}

func (c *Client) once(ctx context.Context, address string) (body []byte, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, errors.New("WEATHER_URL: not an address")
	}
	response, err := c.http.Do(request)
	if errors.Is(err, httpclient.ErrRedirected) {
		return nil, fmt.Errorf("WEATHER_URL: %w", httpclient.Cause(err))
	}
	if err != nil {
		return nil, passing{fmt.Errorf("WEATHER_URL: no answer: %w", httpclient.Cause(err))}
	}
	defer func() { err = errors.Join(err, response.Body.Close()) }()
	body, err = io.ReadAll(response.Body)
	switch {
	case errors.Is(err, httpclient.ErrTooLong):
		return nil, fmt.Errorf("WEATHER_URL: %w: %d bytes", err, longestAnswer)
	case err != nil:
		return nil, passing{fmt.Errorf("WEATHER_URL: no whole answer: %w", err)}
	case response.StatusCode >= http.StatusInternalServerError:
		return nil, passing{refusal(response.StatusCode, body)}
	case response.StatusCode != http.StatusOK:
		return nil, refusal(response.StatusCode, body)
	}
	return body, nil
}

// Package weather reads the hourly weather of a place from Open-Meteo, or from a private server with the same API. Start with
// Client; answer.go decodes the answers.
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
	"github.com/holotwin/holotwin/modules/energy/campus"
	"github.com/holotwin/holotwin/modules/energy/conditions"
	"github.com/holotwin/holotwin/platform/httpclient"
)

// Client implements energy.Weather.
type Client struct {
	forecast, archive string
	http              *http.Client
	// pause is the wait before the second attempt; it doubles with each further attempt.
	pause time.Duration
}

var _ conditions.Weather = (*Client)(nil)

const (
	// Public is Open-Meteo's public server; its archive has its own host.
	Public        = "https://api.open-meteo.com"
	publicArchive = "https://archive-api.open-meteo.com"
	// answerTime is the maximum time to wait for an answer. Half a year of two quantities is about 100 kB.
	answerTime = 30 * time.Second
	maxAnswer  = 4 << 20
	attempts   = 3
	firstPause = 2 * time.Second
	// coordinateDecimals mean about ten metres: enough for the elevation of the place, to which the temperature is adjusted.
	coordinateDecimals = 4
)

// New returns a client for the server at a base URL.
func New(base string) *Client {
	base = strings.TrimSuffix(base, "/")
	c := &Client{forecast: base, archive: base, http: httpclient.New(httpclient.Limits{Answer: answerTime, Body: maxAnswer}), pause: firstPause}
	if base == Public {
		c.archive = publicArchive
	}
	return c
}

// Archive returns the reanalysis of past days.
func (c *Client) Archive(ctx context.Context, at campus.Coordinates, from, to energy.Instant) ([]conditions.WeatherHour, error) {
	return c.hours(ctx, c.archive+"/v1/archive", at, from, to)
}

// Forecast returns the last days and the forecast of the next days.
func (c *Client) Forecast(ctx context.Context, at campus.Coordinates, from, to energy.Instant) ([]conditions.WeatherHour, error) {
	return c.hours(ctx, c.forecast+"/v1/forecast", at, from, to)
}

func (c *Client) hours(ctx context.Context, address string, at campus.Coordinates, from, to energy.Instant) ([]conditions.WeatherHour, error) {
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

// transient is an error that may go away, so that a retry is useful.
type transient struct{ error }

// get reads an answer and retries if the network or the server failed. It does not retry a rejected request, such as one that
// is invalid or over the rate limit.
func (c *Client) get(ctx context.Context, address string) (body []byte, err error) {
	pause := c.pause
	for attempt := 1; ; attempt++ {
		body, err = c.attempt(ctx, address)
		if err == nil || attempt == attempts || !errors.As(err, &transient{}) {
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

func (c *Client) attempt(ctx context.Context, address string) (body []byte, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, errors.New("WEATHER_URL: not a valid URL")
	}
	response, err := c.http.Do(request)
	if errors.Is(err, httpclient.ErrRedirected) {
		return nil, fmt.Errorf("WEATHER_URL: %w", httpclient.Cause(err))
	}
	if err != nil {
		return nil, transient{fmt.Errorf("WEATHER_URL: no answer: %w", httpclient.Cause(err))}
	}
	defer func() { err = errors.Join(err, response.Body.Close()) }()
	body, err = io.ReadAll(response.Body)
	switch {
	case errors.Is(err, httpclient.ErrTooLong):
		return nil, fmt.Errorf("WEATHER_URL: %w: %d bytes", err, maxAnswer)
	case err != nil:
		return nil, transient{fmt.Errorf("WEATHER_URL: incomplete answer: %w", err)}
	case response.StatusCode >= http.StatusInternalServerError:
		return nil, transient{refusal(response.StatusCode, body)}
	case response.StatusCode != http.StatusOK:
		return nil, refusal(response.StatusCode, body)
	}
	return body, nil
}

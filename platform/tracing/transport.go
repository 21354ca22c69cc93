package tracing

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// tracesURL returns where traces are posted, as the specification of OTLP adds it to the base address.
func tracesURL(endpoint string) string { return strings.TrimSuffix(endpoint, "/") + "/v1/traces" }

// hostOf returns an address for the log.
func hostOf(endpoint string) string {
	if u, err := url.Parse(endpoint); err == nil {
		return u.Host
	}
	return ""
}

// transport refuses the answers of what is no collector. It follows no redirect, which would send the headers, and a key in them, to another
// host.
type transport struct{ next http.RoundTripper }

func newTransport() transport {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.MaxIdleConnsPerHost, t.MaxResponseHeaderBytes = 1, 64<<10
	return transport{t}
}

var errNoCollector = errors.New("a web page answers there, and no collector of OTLP; its port for HTTP is 4318 by default")

// RoundTrip implements http.RoundTripper.
func (t transport) RoundTrip(r *http.Request) (*http.Response, error) {
	response, err := t.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	if strings.HasPrefix(response.Header.Get("Content-Type"), "text/html") && response.StatusCode < http.StatusMultipleChoices {
		return nil, errors.Join(errNoCollector, response.Body.Close())
	}
	if response.StatusCode >= http.StatusMultipleChoices && response.StatusCode < http.StatusBadRequest {
		return nil, errors.Join(fmt.Errorf("it answers %d, a redirect, which is not followed", response.StatusCode), response.Body.Close())
	}
	return response, nil
}

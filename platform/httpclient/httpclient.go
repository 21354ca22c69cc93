// Package httpclient makes HTTP clients for external services. An answer never takes longer and is never larger than its
// limits, and data for one host is never sent to another.
package httpclient

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"

	"github.com/holotwin/holotwin/platform/tracing"
)

// Limits bound one request.
type Limits struct {
	// Answer is the maximum time of a request, with all redirects and the body.
	Answer time.Duration
	// Body is the maximum number of bytes that are read of a body.
	Body int64
}

const (
	connectTime        = 5 * time.Second
	headerBytes        = 64 << 10
	maxRedirects       = 3
	connectionsPerHost = 16
)

var (
	// ErrTooLong is the error for a body over the limit.
	ErrTooLong = errors.New("the answer is larger than the limit")
	// ErrRedirected is the error for a redirect to another host, or from HTTPS to HTTP. It is not followed, because a key or a
	// secret would be sent along.
	ErrRedirected       = errors.New("redirected to another host; the redirect was not followed")
	errTooManyRedirects = errors.New("too many redirects")
)

// New returns a client.
func New(l Limits) *http.Client {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.DialContext = (&net.Dialer{Timeout: connectTime, KeepAlive: 30 * time.Second}).DialContext
	transport.MaxResponseHeaderBytes = headerBytes
	transport.MaxConnsPerHost = connectionsPerHost
	return &http.Client{Timeout: l.Answer, Transport: limitedTransport{transport, l.Body}, CheckRedirect: sameHost}
}

// sameHost follows a redirect on the same host, or from HTTP to HTTPS of the same host.
func sameHost(next *http.Request, before []*http.Request) error {
	from, to := before[0].URL, next.URL
	switch {
	case len(before) > maxRedirects:
		return errTooManyRedirects
	case from.Scheme == to.Scheme && from.Host == to.Host:
		return nil
	case from.Scheme == "http" && to.Scheme == "https" && from.Port() == "" && from.Host == to.Host:
		return nil
	}
	return fmt.Errorf("%w: %s://%s", ErrRedirected, to.Scheme, to.Host)
}

// limitedTransport limits how many bytes of a body are read.
type limitedTransport struct {
	next     http.RoundTripper
	maxBytes int64
}

func (b limitedTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	// A span names the host alone: paths and queries can hold secrets. The trace is not sent to other services.
	ctx, span := tracing.Continue(r.Context(), r.Method+" "+r.URL.Hostname(), trace.SpanKindClient, attribute.String("server.address", r.URL.Hostname()))
	response, err := b.next.RoundTrip(r.WithContext(ctx))
	if err == nil {
		span.Set(attribute.Int("http.response.status_code", response.StatusCode))
	}
	span.End(err)
	if err != nil {
		return nil, err
	}
	response.Body = &limitedBody{response.Body, b.maxBytes}
	return response, nil
}

type limitedBody struct {
	io.ReadCloser
	remaining int64
}

func (b *limitedBody) Read(p []byte) (int, error) {
	if b.remaining < 0 {
		return 0, ErrTooLong
	}
	if int64(len(p)) > b.remaining+1 {
		p = p[:b.remaining+1]
	}
	n, err := b.ReadCloser.Read(p)
	if b.remaining -= int64(n); b.remaining < 0 {
		return n - 1, ErrTooLong
	}
	return n, err
}

// Cause returns a client's error without the URL, which may contain a secret of the operator.
func Cause(err error) error {
	var failed *url.Error
	if errors.As(err, &failed) {
		return failed.Err
	}
	return err
}

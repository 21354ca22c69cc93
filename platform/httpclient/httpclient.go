// Package httpclient makes the clients by which services outside are asked. Whatever a service does, an answer takes no
// longer and measures no more than is allowed, and what is sent to one host is sent to no other.
package httpclient

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"
)

// Limits bound one request.
type Limits struct {
	// Answer is how long a request may take with all that it is redirected to and the body.
	Answer time.Duration
	// Body is how many bytes of a body are read.
	Body int64
}

const (
	connectTime        = 5 * time.Second
	headerBytes        = 64 << 10
	maxRedirects       = 3
	connectionsPerHost = 16
)

var (
	// ErrTooLong is a body that measures more than is allowed.
	ErrTooLong = errors.New("the answer is longer than is read")
	// ErrRedirected is a redirect to another host, or away from TLS. It is not followed: a key or a secret would go along.
	ErrRedirected       = errors.New("redirected to another host, which is not followed")
	errTooManyRedirects = errors.New("redirected too often")
)

// New makes a client.
func New(l Limits) *http.Client {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.DialContext = (&net.Dialer{Timeout: connectTime, KeepAlive: 30 * time.Second}).DialContext
	transport.MaxResponseHeaderBytes = headerBytes
	transport.MaxConnsPerHost = connectionsPerHost
	return &http.Client{Timeout: l.Answer, Transport: limitedTransport{transport, l.Body}, CheckRedirect: sameHost}
}

// sameHost follows a redirect within a host, or from plain HTTP to its TLS.
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

// limitedTransport reads no more of a body than is allowed.
type limitedTransport struct {
	next     http.RoundTripper
	maxBytes int64
}

func (b limitedTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	response, err := b.next.RoundTrip(r)
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

// Cause takes the address out of an error of a client: it may hold what an operator keeps secret.
func Cause(err error) error {
	var failed *url.Error
	if errors.As(err, &failed) {
		return failed.Err
	}
	return err
}

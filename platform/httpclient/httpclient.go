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
	connectTime  = 5 * time.Second
	headerBytes  = 64 << 10
	maxRedirects = 3
	perHost      = 16
)

var (
	// ErrTooLong is a body that measures more than is allowed.
	ErrTooLong = errors.New("the answer is longer than is read")
	// ErrRedirected is a redirect to another host, or away from TLS. It is not followed: a key or a secret would go along.
	ErrRedirected = errors.New("redirected to another host, which is not followed")
	errCircle     = errors.New("redirected too often")
)

// New makes a client.
func New(l Limits) *http.Client {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.DialContext = (&net.Dialer{Timeout: connectTime, KeepAlive: 30 * time.Second}).DialContext
	transport.MaxResponseHeaderBytes = headerBytes
	transport.MaxConnsPerHost = perHost
	return &http.Client{Timeout: l.Answer, Transport: bounded{transport, l.Body}, CheckRedirect: sameHost}
}

// sameHost follows a redirect within a host, or from plain HTTP to its TLS.
func sameHost(next *http.Request, before []*http.Request) error {
	from, to := before[0].URL, next.URL
	switch {
	case len(before) > maxRedirects:
		return errCircle
	case from.Scheme == to.Scheme && from.Host == to.Host:
		return nil
	case from.Scheme == "http" && to.Scheme == "https" && from.Port() == "" && from.Host == to.Host:
		return nil
	}
	return fmt.Errorf("%w: %s://%s", ErrRedirected, to.Scheme, to.Host)
}

// bounded reads no more of a body than is allowed.
type bounded struct {
	next http.RoundTripper
	most int64
}

func (b bounded) RoundTrip(r *http.Request) (*http.Response, error) {
	response, err := b.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	response.Body = &boundedBody{response.Body, b.most}
	return response, nil
}

type boundedBody struct {
	io.ReadCloser
	left int64
}

func (b *boundedBody) Read(p []byte) (int, error) {
	if b.left < 0 {
		return 0, ErrTooLong
	}
	if int64(len(p)) > b.left+1 {
		p = p[:b.left+1]
	}
	n, err := b.ReadCloser.Read(p)
	if b.left -= int64(n); b.left < 0 {
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

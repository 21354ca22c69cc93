package peer

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/otel/trace"

	"github.com/holotwin/holotwin/platform/tracing"
)

// Limits of a call.
const (
	// callTime is less than the time that a request has, so that its caller gets an answer that says why.
	callTime = 20 * time.Second
	// slotTime is how long a call waits while as many as maxCalls run.
	slotTime = 2 * time.Second
	maxCalls = 64
	// maxTries is how often a call is sent that may be repeated. The pause before a repetition is random, up to firstPause and then
	// up to twice as long each time, so that many callers do not come back at one instant.
	maxTries   = 3
	firstPause = 100 * time.Millisecond

	dialTime     = 2 * time.Second
	maxAnswer    = 64 << 20
	maxIdleCalls = 16
	// idleTime is less than that of a proxy or a process, so that neither closes a connection under a call.
	idleTime = 30 * time.Second
)

// Headers of a call.
const (
	// timeHeader is how long the caller waits, ms: the other process stops working for a caller who has gone.
	timeHeader = "Holotwin-Time-Ms"
	// RefusedHeader is the code of a refusal and its arguments, escaped, with & between.
	RefusedHeader = "Holotwin-Refused"
	contentType   = "application/x-gob"
)

// ClientOptions are what a client needs.
type ClientOptions struct {
	// URL is the base address of the other process, or of the proxy in front of its replicas.
	URL    string
	Tokens *Tokens
	// Headers are sent along with a call, such as the request's id; nil sends none.
	Headers func(ctx context.Context) map[string]string
	// Count counts each call with its result: ok, refused, away or failed; nil counts none.
	Count func(module, call, result string, took time.Duration)
}

// Client asks one other process.
type Client struct {
	o       ClientOptions
	base    string
	http    *http.Client
	slots   chan struct{}
	breaker breaker
	// signs is the number of the key that the other process accepted last.
	signs atomic.Int32
}

// ErrURL is the error for an address that is not one of an HTTP server.
var ErrURL = errors.New("must be http://host:port or https://host")

// CheckURL checks the base address of a process. Errors: ErrURL.
func CheckURL(base string) error {
	u, err := url.Parse(base)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" || (u.Scheme != "http" && u.Scheme != "https") {
		return ErrURL
	}
	return nil
}

// NewClient returns a client. It connects when it is first used. Errors: ErrURL.
func NewClient(o ClientOptions) (*Client, error) {
	if err := CheckURL(o.URL); err != nil {
		return nil, err
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.Proxy = nil
	transport.DialContext = (&net.Dialer{Timeout: dialTime}).DialContext
	transport.DisableCompression = true
	transport.MaxIdleConnsPerHost = maxIdleCalls
	transport.IdleConnTimeout = idleTime
	return &Client{
		o: o, base: strings.TrimSuffix(o.URL, "/") + Path + "/", slots: make(chan struct{}, maxCalls),
		http: &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }},
	}, nil
}

// ask sends a question until it is answered, its time is over, or it must not be sent again.
func (c *Client) ask(ctx context.Context, module, name string, changes bool, question []byte) ([]byte, error) {
	began := time.Now()
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	ctx, span := tracing.Continue(ctx, "ask "+module+"/"+name, trace.SpanKindClient)
	answer, err := c.askInSlot(ctx, module, name, changes, question)
	if c.o.Count != nil {
		c.o.Count(module, name, resultOf(err), time.Since(began))
	}
	if result := resultOf(err); result != "ok" && result != "refused" {
		span.Fail(result)
	}
	span.End(nil)
	return answer, err
}

func resultOf(err error) string {
	var refusal Refusal
	switch {
	case err == nil:
		return "ok"
	case errors.As(err, &refusal):
		return "refused"
	case IsAway(err):
		return "away"
	}
	return "failed"
}

func (c *Client) askInSlot(ctx context.Context, module, name string, changes bool, question []byte) ([]byte, error) {
	waiting := time.NewTimer(slotTime)
	defer waiting.Stop()
	select {
	case c.slots <- struct{}{}:
		defer func() { <-c.slots }()
	case <-waiting.C:
		return nil, ErrAway{Module: module, After: slotTime, Cause: errors.New("too many calls are waiting for it")}
	case <-ctx.Done():
		return nil, ErrAway{Module: module, Cause: ctx.Err()}
	}
	for try := 1; ; try++ {
		if wait, ok := c.breaker.allow(time.Now()); !ok {
			return nil, ErrAway{Module: module, After: wait, Cause: errors.New("it did not answer a moment ago")}
		}
		answer, err := c.once(ctx, module, name, question)
		c.learn(ctx, err)
		if !IsAway(err) || try == maxTries || (changes && !neverArrived(err)) || !pause(ctx, try) {
			return answer, err
		}
	}
}

// learn records a try in the breaker. A caller who gave up shows nothing about the other process. A process of another version that
// does not know a call answers others.
func (c *Client) learn(ctx context.Context, err error) {
	if IsAway(err) && errors.Is(ctx.Err(), context.Canceled) {
		c.breaker.abandon()
		return
	}
	c.breaker.record(!IsAway(err) || errors.As(err, new(unknownCall)), time.Now())
}

// unknownCall is the cause of an answer of a process that does not know the call, or not in this form.
type unknownCall string

// IsUnknownCall reports whether the other process does not know a call, as one of an earlier version does not.
func IsUnknownCall(err error) bool { return errors.As(err, new(unknownCall)) }

func (u unknownCall) Error() string { return string(u) }

// pause waits before the next try. It returns false if ctx ends first.
func pause(ctx context.Context, try int) bool {
	timer := time.NewTimer(rand.N(firstPause << (try - 1)))
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}

// neverArrived reports whether a call surely did not reach the other process.
func neverArrived(err error) bool {
	var dial *net.OpError
	return errors.As(err, &dial) && dial.Op == "dial"
}

// errRefusedToken is the cause of an answer of a process that does not accept our token.
var errRefusedToken = errors.New("it does not accept our token; set the same SERVICE_SECRET or JWT_SECRET for all processes, and set their clocks")

// once sends a question once. While a secret is replaced, the other process may know another one than the newest: a question whose token
// was refused was not looked at, and is sent with a token of the next secret.
func (c *Client) once(ctx context.Context, module, name string, question []byte) (answer []byte, err error) {
	first, keys := int(c.signs.Load()), len(c.o.Tokens.keys)
	for i := range keys {
		number := (first + i) % keys
		answer, err = c.send(ctx, module, name, question, number)
		if !errors.Is(err, errRefusedToken) {
			if !IsAway(err) {
				c.signs.Store(int32(number))
			}
			return answer, err
		}
	}
	return answer, err
}

// send sends a question with a token of the key with a number.
func (c *Client) send(ctx context.Context, module, name string, question []byte, number int) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.base+module+"/"+name, bytes.NewReader(question))
	if err != nil {
		return nil, err
	}
	token, err := c.o.Tokens.sign(number)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Authorization", bearer+token)
	request.Header.Set("Content-Type", contentType)
	if end, ok := ctx.Deadline(); ok {
		request.Header.Set(timeHeader, strconv.FormatInt(time.Until(end).Milliseconds(), 10))
	}
	if c.o.Headers != nil {
		for name, value := range c.o.Headers(ctx) {
			request.Header.Set(name, value)
		}
	}
	response, err := c.http.Do(request)
	if err != nil {
		if errors.Is(err, context.DeadlineExceeded) {
			c.http.CloseIdleConnections() // they may lead to a machine that is gone, and its address to another
		}
		return nil, ErrAway{Module: module, Cause: withoutURL(err)}
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer+1))
	switch {
	case err != nil:
		return nil, ErrAway{Module: module, Cause: err}
	case len(body) > maxAnswer:
		return nil, fmt.Errorf("the answer to %s/%s is larger than %d bytes", module, name, maxAnswer)
	}
	return body, c.judge(module, name, response)
}

// judge returns the error that an answer's status means.
func (c *Client) judge(module, name string, response *http.Response) error {
	switch status := response.StatusCode; status {
	case http.StatusOK:
		return nil
	case http.StatusUnprocessableEntity:
		return refusalOf(response.Header.Get(RefusedHeader))
	case http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout, http.StatusTooManyRequests:
		seconds, _ := strconv.Atoi(response.Header.Get("Retry-After"))
		return ErrAway{Module: module, After: time.Duration(seconds) * time.Second, Cause: fmt.Errorf("it answers %d", status)}
	case http.StatusUnauthorized:
		return ErrAway{Module: module, Cause: errRefusedToken}
	case http.StatusNotFound:
		return ErrAway{Module: module, Cause: unknownCall(fmt.Sprintf("%s does not run this module, or an earlier version without %s", c.o.URL, name))}
	case http.StatusBadRequest:
		return ErrAway{Module: module, Cause: unknownCall(fmt.Sprintf("it runs another version, whose %s is asked in another form", name))}
	case http.StatusInternalServerError, http.StatusRequestEntityTooLarge:
		return fmt.Errorf("%s/%s answers %d; look for the request's id in its log", module, name, status)
	default: // of a proxy between the two
		return ErrAway{Module: module, Cause: fmt.Errorf("it answers %d", status)}
	}
}

// withoutURL returns a client's error without the address.
func withoutURL(err error) error {
	var failed *url.Error
	if errors.As(err, &failed) {
		return failed.Err
	}
	return err
}

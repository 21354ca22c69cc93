// Package tracingtest receives traces in tests, as a collector of OpenTelemetry does.
package tracingtest

import (
	"compress/gzip"
	"encoding/hex"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	common "go.opentelemetry.io/proto/otlp/common/v1"
	trace "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"
)

// Span is a span that arrived.
type Span struct {
	Service, Name, Trace, ID, Parent string
	Kind                             trace.Span_SpanKind
	Failed                           bool
	About                            map[string]string
}

// Collector is a collector that keeps what it receives.
type Collector struct {
	URL string

	mu      sync.Mutex
	spans   []Span
	raw     []byte
	headers []http.Header
}

// New starts a collector for a test.
func New(t testing.TB) *Collector {
	c := &Collector{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := c.take(r); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		w.Header().Set("Content-Type", "application/x-protobuf")
	}))
	t.Cleanup(server.Close)
	c.URL = server.URL
	return c
}

func (c *Collector) take(r *http.Request) error {
	body := io.Reader(r.Body)
	if r.Header.Get("Content-Encoding") == "gzip" {
		plain, err := gzip.NewReader(r.Body)
		if err != nil {
			return err
		}
		body = plain
	}
	raw, err := io.ReadAll(body)
	if err != nil {
		return err
	}
	var request collector.ExportTraceServiceRequest
	if err := proto.Unmarshal(raw, &request); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.raw, c.headers = append(c.raw, raw...), append(c.headers, r.Header)
	for _, of := range request.ResourceSpans {
		service := textsOf(of.Resource.Attributes)["service.name"]
		for _, scope := range of.ScopeSpans {
			for _, s := range scope.Spans {
				c.spans = append(c.spans, Span{
					Service: service, Name: s.Name, Trace: hex.EncodeToString(s.TraceId), ID: hex.EncodeToString(s.SpanId), Parent: hex.EncodeToString(s.ParentSpanId),
					Kind: s.Kind, Failed: s.Status.GetCode() == trace.Status_STATUS_CODE_ERROR, About: textsOf(s.Attributes),
				})
			}
		}
	}
	return nil
}

func textsOf(all []*common.KeyValue) map[string]string {
	texts := make(map[string]string, len(all))
	for _, a := range all {
		texts[a.Key] = a.Value.GetStringValue()
		if number, is := a.Value.GetValue().(*common.AnyValue_IntValue); is {
			texts[a.Key] = strconv.FormatInt(number.IntValue, 10)
		}
	}
	return texts
}

// Spans returns what arrived so far.
func (c *Collector) Spans() []Span {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]Span(nil), c.spans...)
}

// Raw returns the bytes that arrived so far, decompressed.
func (c *Collector) Raw() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return string(c.raw)
}

// Headers returns those of the requests so far.
func (c *Collector) Headers() []http.Header {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]http.Header(nil), c.headers...)
}

// Named waits for a span with a name.
func (c *Collector) Named(t testing.TB, name string) (found Span) {
	t.Helper()
	require.Eventually(t, func() bool {
		for _, s := range c.Spans() {
			if s.Name == name {
				found = s
				return true
			}
		}
		return false
	}, time.Minute, 5*time.Millisecond, "a span named %s", name)
	return found
}

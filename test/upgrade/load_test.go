package upgrade

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/holotwin/holotwin/test/program"
)

// edge is what a load balancer does: it passes requests to the servers in turn.
type edge struct {
	mu      sync.Mutex
	urls    []string
	turn    int
	stopped map[string]bool // asked to stop: they may refuse connections
}

func (e *edge) next() string {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.turn++
	return e.urls[e.turn%len(e.urls)]
}

func (e *edge) add(server *program.Server) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.urls = append(e.urls, server.URL)
}

// stop ends a server as an orchestrator does: requests go on to it until its connections are refused.
func (e *edge) stop(server *program.Server) error {
	e.mu.Lock()
	e.stopped[server.URL] = true
	e.mu.Unlock()
	return server.Stop()
}

// gone takes a stopped server that refuses connections out, and returns whether it was to be stopped.
func (e *edge) gone(url string) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.stopped[url] {
		e.urls = slices.DeleteFunc(e.urls, func(u string) bool { return u == url })
	}
	return e.stopped[url]
}

// load is what devices and people do beside the test.
type load struct {
	t      *testing.T
	edge   *edge
	client *program.Client // its URL changes with each request
	end    chan struct{}
	wait   sync.WaitGroup

	mu           sync.Mutex
	acknowledged map[string]int // how many readings, by device
	bySource     map[string]int // how many, by server
	answers      atomic.Int64   // to readers
}

func newLoad(t *testing.T, client *program.Client, e *edge) *load {
	return &load{t: t, edge: e, client: client, end: make(chan struct{}), acknowledged: make(map[string]int), bySource: make(map[string]int)}
}

// send sends to the next server until one answers. An answer of 500 or more is a failure. So is no answer of a server that was not
// stopped; the status is then 0.
func (l *load) send(method, path string, body any) (program.Answer, string) {
	for {
		client := *l.client
		client.URL = l.edge.next()
		answer, err := client.Send(method, path, body)
		if err != nil {
			if l.edge.gone(client.URL) {
				continue
			}
			if !l.t.Failed() { // else the servers are killed under the load
				l.t.Errorf("%s %s: a server that runs does not answer: %v", method, path, err)
			}
			return program.Answer{}, ""
		}
		if excused(answer) {
			continue
		}
		if answer.Status >= http.StatusInternalServerError {
			l.t.Errorf("%s %s at %s: %d %s", method, path, client.URL, answer.Status, answer.Body)
		}
		return answer, client.URL
	}
}

// again calls do at a pace that leaves the processors to others, until the load ends.
func (l *load) again(do func(i int)) {
	l.wait.Go(func() {
		pause := time.NewTicker(20 * time.Millisecond)
		defer pause.Stop()
		for i := 0; !l.t.Failed(); i++ {
			do(i)
			select {
			case <-l.end:
				return
			case <-pause.C:
			}
		}
	})
}

// write sends a reading a second of the device's time, from an instant on; reading adds what was measured. Each is repeated by send
// until it is acknowledged.
func (l *load) write(device string, from time.Time, reading func(i int) map[string]any) {
	l.again(func(i int) {
		body := reading(i)
		body["device_id"], body["timestamp"] = device, from.Add(time.Duration(i)*time.Second).Format(time.RFC3339)
		answer, server := l.send(http.MethodPost, "/consumo", body)
		// 200: it was stored by the request before, which a stopping server did not answer.
		if answer.Status != 0 && assert.Contains(l.t, []int{http.StatusCreated, http.StatusOK}, answer.Status, "%s", answer.Body) {
			l.acknowledge(device, server, 1)
		}
	})
}

// batchSize is how many readings a batch has.
const batchSize = 5

// writeBatches sends several readings at once.
func (l *load) writeBatches(device string, from time.Time) {
	l.again(func(i int) {
		var rows []any
		for k := range batchSize {
			at := from.Add(time.Duration(i*batchSize+k) * time.Second)
			rows = append(rows, map[string]any{"device_id": device, "timestamp": at.Format(time.RFC3339), "kwh": 0.001, "interval_s": 1})
		}
		answer, server := l.send(http.MethodPost, "/consumo/lote", rows)
		if answer.Status != 0 && assert.Equal(l.t, http.StatusOK, answer.Status, "%s", answer.Body) {
			l.acknowledge(device, server, batchSize)
		}
	})
}

// read asks for one path after the other; each must be answered with 200.
func (l *load) read(paths []string) {
	l.again(func(i int) {
		path := paths[i%len(paths)]
		answer, server := l.send(http.MethodGet, path, nil)
		if answer.Status != 0 && assert.Equal(l.t, http.StatusOK, answer.Status, "%s at %s: %s", path, server, answer.Body) {
			l.answers.Add(1)
		}
	})
}

func (l *load) acknowledge(device, server string, n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.acknowledged[device] += n
	l.bySource[server] += n
}

// comeIn waits until each of the servers acknowledged more readings, and readers were answered.
func (l *load) comeIn(what string, servers ...*program.Server) {
	l.t.Helper()
	counts := func() (all []int) {
		l.mu.Lock()
		defer l.mu.Unlock()
		for _, s := range servers {
			all = append(all, l.bySource[s.URL])
		}
		return all
	}
	before, answered := counts(), l.answers.Load()
	eventually(l.t, what, func() bool {
		for i, n := range counts() {
			if n < before[i]+50 {
				return false
			}
		}
		return l.answers.Load() > answered+int64(len(served))
	})
}

// stop ends the load and returns how many readings were acknowledged, by device.
func (l *load) stop() map[string]int {
	close(l.end)
	l.wait.Wait()
	return l.acknowledged
}

// eventually waits until something is true, or the test has failed.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	deadline := time.After(5 * time.Minute)
	for !t.Failed() && !holds() {
		select {
		case <-deadline:
			t.Fatal(what)
		case <-time.After(20 * time.Millisecond):
		}
	}
	if t.Failed() {
		t.FailNow()
	}
}

// logs are the lines of a server's log that say what failed.
func logs(server *program.Server) string {
	var failed []string
	for line := range strings.Lines(server.Log.String()) {
		if strings.Contains(line, `"level":"error"`) || strings.Contains(line, `"level":"warn"`) {
			failed = append(failed, line)
		}
	}
	return fmt.Sprintf("%s\n%s", server.URL, strings.Join(failed, ""))
}

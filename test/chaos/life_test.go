package chaos

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/test/program"
)

// tally counts what happened, by what it is.
type tally map[string]int

func (s tally) String() string {
	var parts []string
	for what, n := range s {
		parts = append(parts, fmt.Sprintf("%s %d", what, n))
	}
	slices.Sort(parts)
	return strings.Join(parts, ", ")
}

// start starts the server; the clients of the life before go on with their token.
func (w *world) start() {
	server, err := program.Start(context.Background(), w.folder, w.databaseURL, nil)
	require.NoError(w.t, err)
	w.server = server
	w.t.Cleanup(func() { _ = server.Kill() })
	if w.admin != nil {
		w.admin = &program.Client{URL: server.URL, HTTP: newHTTP(), Token: w.admin.Token}
	}
}

func newHTTP() *http.Client {
	return &http.Client{Timeout: time.Minute, Transport: &http.Transport{MaxIdleConnsPerHost: 64}}
}

func (w *world) login() {
	admin, err := program.Login(w.server.URL)
	require.NoError(w.t, err)
	w.admin = admin
}

// longestLife bounds a life in which little is done.
const longestLife = 10 * time.Second

// live is one life of the server, and the begin of the next, in which everything is checked.
func (w *world) live() {
	l := &life{world: w, prefix: fmt.Sprintf("r%d", w.round)}
	l.setUp()
	// By what is done and not by the clock alone, so that a busy machine does as much.
	target, more := int64(w.random.IntN(100)), time.Duration(w.random.IntN(30))*time.Millisecond
	var working sync.WaitGroup
	for _, work := range l.workers() {
		worker := &worker{life: l, random: rand.New(rand.NewPCG(w.random.Uint64(), 0)), number: len(l.all)}
		l.all = append(l.all, worker)
		working.Go(func() { work(worker) })
	}
	for waited := time.Now(); l.acknowledged.Load() < target && time.Since(waited) < longestLife; {
		time.Sleep(time.Millisecond)
	}
	time.Sleep(more)
	require.NoError(w.t, w.server.Kill())
	working.Wait()
	w.whileDown(l)
	w.start()
	l.check()
	if w.t.Failed() {
		w.t.Fatalf("round %d, killed after %d acknowledged requests and %s\n%s", w.round, l.acknowledged.Load(), more, w.server.Log)
	}
}

// whileDown kills what runs without the server, in some rounds.
func (w *world) whileDown(l *life) {
	switch w.round % 5 {
	case 1:
		w.killImport(l)
	case 2:
		w.killUserCommand(l)
	case 3: // what a start does is cut short too
		command, err := program.Command(w.folder, w.databaseURL, "serve")
		require.NoError(w.t, err)
		address, err := program.FreeAddress()
		require.NoError(w.t, err)
		command.Env = append(command.Env, "HTTP_ADDR="+address)
		w.killed(command, time.Second)
	}
}

// life is what is done in one life of the server.
type life struct {
	*world
	// prefix begins the names and request ids of all of it.
	prefix string
	all    []*worker
	// acknowledged counts requests.
	acknowledged atomic.Int64
	// metered are devices whose readings and totals are compared; live is the one that sends readings one by one.
	metered   []string
	live      string
	corrected []*object
	uploads   []*upload
	adoption  *adoption
	// imported is the device of a file, commanded the address of a user, that commands left.
	imported, commanded string
}

// setUp makes the devices of the life.
func (l *life) setUp() {
	device := func(name string) string {
		id := l.prefix + "-" + name
		l.must(201, http.MethodPost, "/api/dispositivos", map[string]any{"id": id, "kind": "appliance", "space_id": l.busy.Room, "rated_w": 100_000})
		l.metered = append(l.metered, id)
		return id
	}
	l.live = device("live")
	for i, atomic := range []bool{true, false} {
		l.uploads = append(l.uploads, &upload{device: device(fmt.Sprintf("upload%d", i)), atomic: atomic})
	}
	corrected := device("corrected")
	for i := range 2 {
		at := time.Now().UTC().Truncate(time.Hour).AddDate(0, 0, -3*i).Add(-2 * time.Hour).Format(time.RFC3339)
		l.must(201, http.MethodPost, "/consumo", map[string]any{"device_id": corrected, "kwh": 0.5, "timestamp": at})
		place := "/consumo/" + corrected + "/" + at
		l.corrected = append(l.corrected, &object{name: place, state: "0.5", read: func(*standing) string { return l.readingAt(place) }})
	}
	l.adoption = &adoption{node: l.prefix, device: l.prefix + "-adopted", sent: make(map[string]bool)}
	l.adoptions = append(l.adoptions, l.adoption)
}

// workers are what goes on at once.
func (l *life) workers() []func(*worker) {
	return []func(*worker){
		(*worker).spaces, (*worker).devices, (*worker).calendars, (*worker).tariffs, (*worker).users, (*worker).statuses, (*worker).scenarios,
		func(w *worker) { w.corrections(l.corrected[0]) }, func(w *worker) { w.corrections(l.corrected[1]) },
		func(w *worker) { w.upload(l.uploads[0]) }, func(w *worker) { w.upload(l.uploads[1]) },
		(*worker).readings,
		func(w *worker) { w.speak(l.adoption, 0) }, func(w *worker) { w.speak(l.adoption, 1) }, func(w *worker) { w.adopt(l.adoption) },
	}
}

package chaos

import (
	"encoding/csv"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// standing is the content of the server, from its answers.
type standing struct {
	spaces, devices, calendars, tariffs, scenarios []string
	// users are role and whether disabled, by address; statuses are those of recommendations by id.
	users, statuses map[string]string
	// entries are how many entries of the audit requests have, by id.
	entries map[string]int
}

// only is the name that begins so; there may be one.
func (s *standing) only(t *testing.T, names []string, prefix string) (found string) {
	for _, name := range names {
		if strings.HasPrefix(name, prefix) {
			require.Empty(t, found, "%s is there twice", prefix)
			found = name
		}
	}
	return found
}

// named is a thing of a list.
type named struct{ ID, Name string }

// list reads a list page by page.
func list[T any](w *world, path string) (all []T) {
	separator := "?"
	if strings.Contains(path, "?") {
		separator = "&"
	}
	for cursor := ""; ; {
		var page struct {
			Items []T
			Next  *string
		}
		limit := "limit=1000"
		if strings.HasPrefix(path, "/api/simulaciones") { // it has no pages
			limit = ""
		}
		require.NoError(w.t, w.must(200, http.MethodGet, path+separator+limit+cursor, nil).JSON(&page))
		all = append(all, page.Items...)
		if page.Next == nil {
			return all
		}
		cursor = "&cursor=" + url.QueryEscape(*page.Next)
	}
}

func (w *world) names(path string) (names []string) {
	for _, n := range list[named](w, path) {
		names = append(names, n.Name)
	}
	return names
}

func (w *world) standing() *standing {
	s := &standing{
		spaces: w.names("/api/espacios?parent_id=" + w.busy.Site), devices: w.names("/api/dispositivos?space_id=" + w.busy.Site),
		calendars: w.names("/api/calendarios?space_id=" + w.busy.Site), tariffs: w.names("/api/tarifas?space_id=" + w.busy.Site),
		scenarios: w.names("/api/simulaciones"), users: make(map[string]string), statuses: make(map[string]string), entries: make(map[string]int),
	}
	for _, u := range list[struct {
		Email, Role string
		Disabled    bool
	}](w, "/auth/usuarios") {
		s.users[u.Email] = fmt.Sprintf("%s %t", u.Role, u.Disabled)
	}
	for _, status := range []string{"open", "accepted", "dismissed"} {
		var found struct{ Recomendaciones []struct{ ID string } }
		require.NoError(w.t, w.must(200, http.MethodGet, "/api/recomendaciones?status="+status, nil).JSON(&found))
		for _, r := range found.Recomendaciones {
			require.Empty(w.t, s.statuses[r.ID])
			s.statuses[r.ID] = status
		}
	}
	for _, e := range list[struct {
		RequestID string `json:"request_id"`
	}](w, "/auth/auditoria?from="+url.QueryEscape(w.begun.Format(time.RFC3339))) {
		s.entries[e.RequestID]++
	}
	return s
}

// check compares what is there with what was acknowledged in a life.
func (l *life) check() {
	s := l.standing()
	known := make(map[string]bool)
	for _, w := range l.all {
		for i, r := range w.requests {
			known[r.id] = true
			l.checkRequest(s, r, i == len(w.requests)-1)
		}
	}
	for id := range s.entries {
		require.True(l.t, !strings.HasPrefix(id, l.prefix+"-") || known[id], "the audit has a request that was never sent: %s", id)
	}
	l.checkObjects(s)
	l.checkCommands(s)
	l.checkReadings()
	for _, u := range l.uploads {
		l.checkUpload(u)
	}
	l.checkAdoptions()
	for _, device := range l.metered {
		l.checkTotals(device)
	}
}

// checkRequest looks for a request's entry. Whether one without an answer was done shows in its object.
func (l *life) checkRequest(s *standing, r *request, last bool) {
	done := r.acked
	if !r.acked {
		require.True(l.t, last, "a worker ends with the request that has no answer")
		actual := r.object.read(s)
		require.Contains(l.t, []string{r.object.state, r.after}, actual, "%s has no answer: it is done or it is not", r.what)
		done = actual == r.after
		l.sum["without an answer"]++
		if done {
			l.sum["without an answer, but done"]++
		}
		r.object.state = actual
	} else {
		l.sum["acknowledged changes"]++
	}
	want := 0
	if done {
		want = 1
	}
	require.Equal(l.t, want, s.entries[r.id], "entries in the audit of %s, done: %t", r.what, done)
}

// checkObjects reads all that was changed.
func (l *life) checkObjects(s *standing) {
	seen := make(map[*object]bool)
	for _, w := range l.all {
		for _, r := range w.requests {
			if !seen[r.object] {
				seen[r.object] = true
				require.Equal(l.t, r.object.state, r.object.read(s), r.object.name)
			}
		}
	}
}

// readingAt is what stands under a reading's address; empty where it is withdrawn.
func (w *world) readingAt(place string) string {
	var history struct{ Reading *struct{ KWh float64 } }
	require.NoError(w.t, w.must(200, http.MethodGet, place, nil).JSON(&history))
	if history.Reading == nil {
		return ""
	}
	return strconv.FormatFloat(history.Reading.KWh, 'f', -1, 64)
}

// stored are the readings of a device: kWh by instant, each once.
func (w *world) stored(device, column string) map[string]float64 {
	answer, err := w.admin.Raw(http.MethodGet, "/consumo?device_id="+device, "", nil, "Accept", "text/csv")
	require.NoError(w.t, err)
	require.Equal(w.t, http.StatusOK, answer.Status)
	rows, err := csv.NewReader(strings.NewReader(string(answer.Body))).ReadAll()
	require.NoError(w.t, err)
	at := make(map[string]int)
	for i, name := range rows[0] {
		at[name] = i
	}
	all := make(map[string]float64, len(rows))
	for _, row := range rows[1:] {
		instant, err := time.Parse(time.RFC3339, row[at["timestamp"]])
		require.NoError(w.t, err)
		stamp := instant.UTC().Format(time.RFC3339)
		if _, twice := all[stamp]; twice {
			require.Fail(w.t, "a reading is there twice", stamp)
		}
		all[stamp], err = strconv.ParseFloat(row[at[column]], 64)
		require.NoError(w.t, err)
	}
	return all
}

// checkReadings compares the readings that were sent one by one.
func (l *life) checkReadings() {
	stored := l.stored(l.live, "kwh")
	for _, w := range l.all {
		for _, stamp := range w.measured {
			if _, there := stored[stamp]; !there {
				require.Fail(l.t, "an acknowledged reading is lost", stamp)
			}
			delete(stored, stamp)
		}
		delete(stored, w.tried)
		l.sum["acknowledged readings"] += len(w.measured)
	}
	require.Empty(l.t, stored, "nobody sent these")
}

// checkUpload sends an upload again that had no answer.
func (l *life) checkUpload(u *upload) {
	before := len(l.stored(u.device, "kwh"))
	switch {
	case u.acked:
		require.Equal(l.t, uploadRows, before)
		l.sum["acknowledged uploads"]++
	case u.atomic:
		require.Contains(l.t, []int{0, uploadRows}, before, "all of it or none")
	}
	if !u.acked {
		answer, err := l.admin.Raw(http.MethodPost, u.path(), "text/csv", strings.NewReader(rowsOf(u.device)))
		require.NoError(l.t, err)
		var summary struct{ Inserted, Duplicates int }
		require.NoError(l.t, answer.JSON(&summary))
		require.Equal(l.t, []int{uploadRows - before, before}, []int{summary.Inserted, summary.Duplicates})
		require.Len(l.t, l.stored(u.device, "kwh"), uploadRows)
	}
}

// checkTotals compares the totals of a device, at every bucket, with its readings.
func (w *world) checkTotals(device string) {
	sum := 0.0
	for _, kwh := range w.stored(device, "kwh") {
		sum += kwh
	}
	w.requireTotals("level=device&id="+device, sum)
}

func (w *world) requireTotals(query string, want float64) {
	from := time.Now().UTC().AddDate(0, 0, -70).Format(time.DateOnly)
	for _, bucket := range []string{"15m", "hour", "day", "week", "month"} {
		var series struct{ Items []struct{ KWh *float64 } }
		require.NoError(w.t, w.must(200, http.MethodGet, "/api/consumo/serie?"+query+"&from="+from+"&bucket="+bucket, nil).JSON(&series))
		got := 0.0
		for _, item := range series.Items {
			if item.KWh != nil {
				got += *item.KWh
			}
		}
		require.Equal(w.t, milliwattHours(want), milliwattHours(got), "%s by %s, in mWh", query, bucket)
	}
}

// milliwattHours are what energy is counted in; their sums as kWh err by far less than one.
func milliwattHours(kwh float64) int64 { return int64(math.Round(kwh * 1e6)) }

// checkAdoptions checks the devices whose buffered messages are booked by now, and adopts those whose adoption failed.
func (w *world) checkAdoptions() {
	waiting := make(map[string]int)
	for _, n := range list[struct {
		Address  string
		Messages int
	}](w, "/api/dispositivos/nuevos") {
		waiting[n.Address] = n.Messages
	}
	for _, a := range w.adoptions {
		messages, waits := waiting[a.address()]
		switch {
		case a.checked:
		case (a.adopted == nil || a.adopted.state == "") && waits:
			require.GreaterOrEqual(w.t, messages, a.count(true), "acknowledged messages of %s are lost", a.device)
			require.LessOrEqual(w.t, messages, a.count(false), "messages that %s did not send", a.device)
			w.must(201, http.MethodPost, "/api/dispositivos/nuevos", w.adoptionOf(a))
			a.adopted = &object{name: a.device, state: a.device}
		case a.adopted == nil || a.adopted.state == "":
			require.Zero(w.t, a.count(true), "acknowledged messages of %s are lost", a.device)
			a.checked = true
		case !waits:
			w.checkAdopted(a)
			a.checked = true
		}
	}
}

func (a *adoption) count(acked bool) (n int) {
	for _, was := range a.sent {
		if was || !acked {
			n++
		}
	}
	return n
}

// checkAdopted compares the registers of an adopted device with what it sent, and its totals with the registers.
func (w *world) checkAdopted(a *adoption) {
	stored := w.stored(a.device, "register_kwh")
	least, most := math.Inf(1), math.Inf(-1)
	lost := 0
	for stamp, acked := range a.sent {
		if _, there := stored[stamp]; acked && !there {
			lost++
		}
	}
	require.Zero(w.t, lost, "of %d acknowledged registers of %s, which was adopted while it spoke", a.count(true), a.device)
	for stamp, kwh := range stored {
		if _, sent := a.sent[stamp]; !sent {
			require.Fail(w.t, "nobody sent it", stamp)
		}
		least, most = min(least, kwh), max(most, kwh)
	}
	w.sum["acknowledged registers of adopted devices"] += a.count(true)
	if len(stored) > 0 {
		w.requireTotals("level=device&id="+a.device, most-least)
	}
}

// settled waits until all that was kept of adopted devices is booked, and checks it.
func (w *world) settled() {
	require.Eventually(w.t, func() bool {
		w.checkAdoptions()
		for _, a := range w.adoptions {
			if !a.checked {
				return false
			}
		}
		return true
	}, 10*time.Minute, 500*time.Millisecond, "what was kept of adopted devices is not booked")
}

// checkWhole compares the totals of the busy site with those of its devices.
func (w *world) checkWhole() {
	sum := 0.0
	from := time.Now().UTC().AddDate(0, 0, -70).Format(time.DateOnly)
	for _, d := range list[named](w, "/api/dispositivos?space_id="+w.busy.Site) {
		var series struct{ Items []struct{ KWh *float64 } }
		require.NoError(w.t, w.must(200, http.MethodGet, "/api/consumo/serie?level=device&id="+d.ID+"&from="+from+"&bucket=month", nil).JSON(&series))
		for _, item := range series.Items {
			if item.KWh != nil {
				sum += *item.KWh
			}
		}
	}
	w.requireTotals("level=site&id="+w.busy.Site, sum)
}

package chaos

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"time"

	"github.com/holotwin/holotwin/test/program"
)

// object is something that one worker changes. Its state is a text, empty where it is not there; no change leaves it as it was.
type object struct {
	name  string
	state string // as it was last acknowledged
	read  func(*standing) string
}

// request is a change that was sent.
type request struct {
	id     string // under which the audit has it
	what   string
	object *object
	after  string // the object's state
	acked  bool
}

// worker sends one request after the other until the server is gone.
type worker struct {
	*life
	random   *rand.Rand
	number   int
	requests []*request
	// measured are instants of readings that were acknowledged, tried the last that was sent.
	measured []string
	tried    string
}

// change sends a change of an object; it is false where there was no answer, which ends the worker.
func (w *worker) change(o *object, after, method, path string, body any) (program.Answer, bool) {
	r := &request{id: fmt.Sprintf("%s-%d-%d", w.prefix, w.number, len(w.requests)), what: method + " " + path, object: o, after: after}
	w.requests = append(w.requests, r)
	encoded, err := json.Marshal(body)
	if err != nil {
		w.t.Error(err)
		return program.Answer{}, false
	}
	answer, err := w.admin.Raw(method, path, "application/json", bytes.NewReader(encoded), "X-Request-Id", r.id)
	if err != nil {
		return answer, false
	}
	if answer.Status >= 300 {
		w.t.Errorf("%s %s: %d %s", method, path, answer.Status, answer.Body)
		return answer, false
	}
	r.acked, o.state = true, after
	w.acknowledged.Add(1)
	return answer, true
}

// name is a unique name; the part after it is the object's state.
func (w *worker) name(kind string, i int) string { return fmt.Sprintf("%s-%s%d ", w.prefix, kind, i) }

// cycle makes, renames and drops things under a path, again and again. body makes the body of a name.
func (w *worker) cycle(kind, path, rename string, body func(i int, name string) map[string]any, names func(*standing) []string) {
	for i := 0; ; i++ {
		name := w.name(kind, i)
		o := &object{name: name, read: func(s *standing) string { return s.only(w.t, names(s), name) }}
		answer, ok := w.change(o, name+"a", http.MethodPost, path, body(i, name+"a"))
		if !ok {
			return
		}
		var made struct{ ID string }
		if err := answer.JSON(&made); err != nil {
			w.t.Error(err)
			return
		}
		if rename != "" {
			for _, next := range []string{"b", "c"} {
				if _, ok = w.change(o, name+next, rename, path+"/"+made.ID, map[string]any{"name": name + next}); !ok {
					return
				}
			}
		}
		if w.random.IntN(4) == 0 {
			continue // it stays
		}
		if _, ok = w.change(o, "", http.MethodDelete, path+"/"+made.ID, nil); !ok {
			return
		}
	}
}

func (w *worker) spaces() {
	w.cycle("space", "/api/espacios", http.MethodPatch, func(_ int, name string) map[string]any {
		return map[string]any{"name": name, "kind": "room", "parent_id": w.busy.Site}
	}, func(s *standing) []string { return s.spaces })
}

func (w *worker) devices() {
	w.cycle("device", "/api/dispositivos", http.MethodPatch, func(i int, name string) map[string]any {
		return map[string]any{"id": fmt.Sprintf("%s-made%d", w.prefix, i), "name": name, "kind": "tv", "space_id": w.busy.Room}
	}, func(s *standing) []string { return s.devices })
}

func (w *worker) calendars() {
	w.cycle("calendar", "/api/calendarios", "", func(_ int, name string) map[string]any {
		return map[string]any{"space_id": w.busy.Site, "name": name, "kind": "closed", "from": "2026-01-01", "to": "2026-01-02"}
	}, func(s *standing) []string { return s.calendars })
}

func (w *worker) tariffs() {
	w.cycle("tariff", "/api/tarifas", "", func(i int, name string) map[string]any {
		day := time.Date(2000+w.round, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, i%365)
		return map[string]any{"space_id": w.busy.Site, "name": name, "valid_from": day.Format(time.DateOnly), "price_per_kwh": 700}
	}, func(s *standing) []string { return s.tariffs })
}

func (w *worker) scenarios() {
	w.cycle("scenario", "/api/simulaciones", "", func(_ int, name string) map[string]any {
		return map[string]any{"name": name, "save": true, "changes": []any{map[string]any{"target": "ac-1", "action": "off_hours"}}}
	}, func(s *standing) []string { return s.scenarios })
}

// users makes users and changes what they may do.
func (w *worker) users() {
	for i := 0; ; i++ {
		email := fmt.Sprintf("%s.%d@usc.edu.co", w.prefix, i)
		o := &object{name: email, read: func(s *standing) string { return s.users[email] }}
		answer, ok := w.change(o, "viewer false", http.MethodPost, "/auth/usuarios", map[string]any{"email": email, "password": "una-frase-larga-7", "role": "viewer"})
		if !ok {
			return
		}
		var made struct{ ID string }
		if err := answer.JSON(&made); err != nil {
			w.t.Error(err)
			return
		}
		place := "/auth/usuarios/" + made.ID
		for _, next := range []struct {
			after string
			body  map[string]any
		}{{"manager false", map[string]any{"role": "manager"}}, {"manager true", map[string]any{"disabled": true}}, {"viewer false", map[string]any{"disabled": false, "role": "viewer"}}} {
			if _, ok = w.change(o, next.after, http.MethodPatch, place, next.body); !ok {
				return
			}
		}
		if _, ok = w.change(o, "", http.MethodDelete, place, nil); !ok {
			return
		}
	}
}

// statuses decides on the recommendation, now so and now so.
func (w *worker) statuses() {
	o := w.recommendation
	for {
		next := "accepted"
		if o.state == "accepted" {
			next = "dismissed"
		}
		if _, ok := w.change(o, next, http.MethodPost, "/api/recomendaciones/"+o.name+"/estado", map[string]any{"status": next}); !ok {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// corrections corrects and withdraws a reading.
func (w *worker) corrections(o *object) {
	for i := 0; ; i++ {
		var ok bool
		if i%4 == 3 {
			_, ok = w.change(o, "", http.MethodDelete, o.name+"?reason="+url.QueryEscape("del vecino"), nil)
		} else {
			kwh := fmt.Sprintf("0.%d%d", 100+w.random.IntN(900), 1+i%2) // never the one before
			_, ok = w.change(o, kwh, http.MethodPut, o.name, map[string]any{"kwh": json.Number(kwh), "reason": "leído mal"})
		}
		if !ok {
			return
		}
	}
}

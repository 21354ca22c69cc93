package auth

import (
	"context"
	"strconv"
	"sync"
	"time"
)

// RefusalsLeftOut is an entry that says how many refused requests of its actor, or of strangers, have no entry of their own.
const RefusalsLeftOut = "refusals.left_out"

// StrangersKept is how long entries about the refused requests of strangers are kept. All others are kept for ever.
const StrangersKept = 90 * 24 * time.Hour

// How many refused requests have an entry of their own: so many at once, and then so many a minute. What is beyond is counted.
var (
	// allowedCaller is that of each caller who is known: far more than a person or a device that errs, and too little for
	// one who means to fill the disk.
	allowedCaller = allowance{burst: 1000, perMinute: 10}
	// allowedNetwork is that of each network that strangers come from, allowedStrangers that of all of them together.
	allowedNetwork   = allowance{burst: 60, perMinute: 10}
	allowedStrangers = allowance{burst: 600, perMinute: 10}
)

// maxNetworks bounds the memory. Of strangers from further networks only their sum is bounded.
const maxNetworks = 10_000

// Refusals writes the audit's entries about refused requests. Each caller who is known has a bound of their own, so that no flood
// of others' keeps theirs out. Strangers have another one, and refused logins are counted apart from their other requests.
type Refusals struct {
	audit Audit
	clock Clock

	mu      sync.Mutex
	callers map[string]*taken
	// networks are counted by network and kind; strangers by kind.
	networks, strangers map[string]*taken
}

// NewRefusals makes them.
func NewRefusals(audit Audit, clock Clock) *Refusals {
	return &Refusals{audit: audit, clock: clock, callers: make(map[string]*taken), networks: make(map[string]*taken), strangers: make(map[string]*taken)}
}

// Note writes an entry, or counts it where its actor, or strangers, had too many.
func (r *Refusals) Note(ctx context.Context, e Entry) error {
	e.Refused = true
	if !r.admit(e) {
		return nil
	}
	return r.audit.Note(ctx, e)
}

func (r *Refusals) admit(e Entry) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.clock.Now()
	if e.Actor != "" {
		t := of(r.callers, e.Actor)
		ok := t.take(allowedCaller, now)
		if !ok {
			t.leftOut++
		}
		return ok
	}
	kind := "request"
	if e.Action == LoginRefused {
		kind = LoginRefused
	}
	all := of(r.strangers, kind)
	from := kind + " " + network(e.Client)
	_, known := r.networks[from]
	if (known || len(r.networks) < maxNetworks) && !of(r.networks, from).take(allowedNetwork, now) || !all.take(allowedStrangers, now) {
		all.leftOut++
		return false
	}
	return true
}

// CountLeftOut writes how many entries were left out since the last call, and forgets who has all of their allowance again.
func (r *Refusals) CountLeftOut(ctx context.Context) error {
	entries, counted := r.leftOut()
	if err := r.audit.Note(ctx, entries...); err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for t, n := range counted {
		t.leftOut -= n
	}
	now := r.clock.Now()
	for _, all := range []map[string]*taken{r.callers, r.networks} {
		for key, t := range all {
			if t.leftOut == 0 && !t.due.After(now) {
				delete(all, key)
			}
		}
	}
	return nil
}

// leftOut gives the entries that say how many were left out, and how many each of them counts.
func (r *Refusals) leftOut() (entries []Entry, counted map[*taken]int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	counted = make(map[*taken]int)
	add := func(actor, target string, t *taken) {
		if t.leftOut > 0 {
			entries = append(entries, Entry{
				At: r.clock.Now(), Actor: actor, Action: RefusalsLeftOut, Target: target, Detail: strconv.Itoa(t.leftOut), Refused: true,
			})
			counted[t] = t.leftOut
		}
	}
	for actor, t := range r.callers {
		add(actor, "", t)
	}
	for kind, t := range r.strangers {
		add("", kind, t)
	}
	return entries, counted
}

// Forget drops entries about the refused requests of strangers that are older than StrangersKept.
func (r *Refusals) Forget(ctx context.Context) error {
	return r.audit.ForgetStrangers(ctx, r.clock.Now().Add(-StrangersKept))
}

// allowance is how many entries somebody may have.
type allowance struct{ burst, perMinute int }

// taken is what somebody took of an allowance.
type taken struct {
	// due is when all of it will have come back.
	due time.Time
	// leftOut is how many entries it was too small for and are not counted yet; of networks, all strangers' count has them.
	leftOut int
}

func of(all map[string]*taken, key string) *taken {
	t, known := all[key]
	if !known {
		t = &taken{}
		all[key] = t
	}
	return t
}

// take takes one, by the generic cell rate algorithm.
func (t *taken) take(a allowance, now time.Time) bool {
	each := time.Minute / time.Duration(a.perMinute)
	due := t.due
	if due.Before(now) {
		due = now
	}
	if due = due.Add(each); due.Sub(now) > time.Duration(a.burst)*each {
		return false
	}
	t.due = due
	return true
}

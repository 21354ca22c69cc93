package auth

import (
	"context"
	"strconv"
	"sync"
	"time"
)

// RefusalsLeftOut is the action of an entry that counts refused requests, of its actor or of strangers, without their own entry.
const RefusalsLeftOut = "refusals.left_out"

// StrangersKept is how long entries about refused requests of strangers are stored. All others are stored for ever.
const StrangersKept = 90 * 24 * time.Hour

// How many refused requests get their own entry: a burst, then a number per minute. Further requests are only counted.
var (
	// callerAllowance is for each known caller: far more than the errors of a person or device, too few to fill the disk.
	callerAllowance = allowance{burst: 1000, perMinute: 10}
	// networkAllowance is for each network of strangers, strangersAllowance for all strangers together.
	networkAllowance   = allowance{burst: 60, perMinute: 10}
	strangersAllowance = allowance{burst: 600, perMinute: 10}
)

// maxNetworks bounds the memory. Strangers from further networks are bounded only by strangersAllowance.
const maxNetworks = 10_000

// Refusals writes the audit's entries about refused requests and bounds their number. A stranger is a caller without an
// actor. Each known caller has a bound of their own, so that a flood of other requests does not suppress their entries.
// Strangers share a bound, and their refused logins are counted apart from their other requests.
type Refusals struct {
	notes Notes
	clock Clock

	mu      sync.Mutex
	callers map[string]*usage
	// networks are counted by network and kind; strangers by kind.
	networks, strangers map[string]*usage
}

// NewRefusals returns an audit writer for refused requests.
func NewRefusals(notes Notes, clock Clock) *Refusals {
	return &Refusals{notes: notes, clock: clock, callers: make(map[string]*usage), networks: make(map[string]*usage), strangers: make(map[string]*usage)}
}

// Note writes an entry, or only counts it if its actor, or strangers, already reached the bound.
func (r *Refusals) Note(ctx context.Context, e Entry) error {
	e.Refused = true
	if !r.admit(e) {
		return nil
	}
	return r.notes.Note(ctx, e)
}

func (r *Refusals) admit(e Entry) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.clock.Now()
	if e.Actor != "" {
		t := usageOf(r.callers, e.Actor)
		ok := t.take(callerAllowance, now)
		if !ok {
			t.leftOut++
		}
		return ok
	}
	kind := "request"
	if e.Action == LoginRefused {
		kind = LoginRefused
	}
	all := usageOf(r.strangers, kind)
	from := kind + " " + network(e.Client)
	_, known := r.networks[from]
	if (known || len(r.networks) < maxNetworks) && !usageOf(r.networks, from).take(networkAllowance, now) || !all.take(strangersAllowance, now) {
		all.leftOut++
		return false
	}
	return true
}

// CountLeftOut writes how many entries were left out since the last call, and deletes counters that are back to zero.
func (r *Refusals) CountLeftOut(ctx context.Context) error {
	entries, counted := r.leftOut()
	if err := r.notes.Note(ctx, entries...); err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for t, n := range counted {
		t.leftOut -= n
	}
	now := r.clock.Now()
	for _, all := range []map[string]*usage{r.callers, r.networks} {
		for key, t := range all {
			if t.leftOut == 0 && !t.due.After(now) {
				delete(all, key)
			}
		}
	}
	return nil
}

// leftOut returns the entries that count what was left out, and the number that each counter reports.
func (r *Refusals) leftOut() (entries []Entry, counted map[*usage]int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	counted = make(map[*usage]int)
	add := func(actor, target string, t *usage) {
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

// Forget deletes entries about refused requests of strangers that are older than StrangersKept.
func (r *Refusals) Forget(ctx context.Context) error {
	return r.notes.ForgetStrangers(ctx, r.clock.Now().Add(-StrangersKept))
}

// allowance is how many entries one counter admits.
type allowance struct{ burst, perMinute int }

// usage is the used part of an allowance.
type usage struct {
	// due is when the whole allowance is available again.
	due time.Time
	// leftOut is how many entries were left out and not yet written; for networks it stays 0, the strangers' counter has them.
	leftOut int
}

func usageOf(all map[string]*usage, key string) *usage {
	t, known := all[key]
	if !known {
		t = &usage{}
		all[key] = t
	}
	return t
}

// take uses one entry of the allowance if it can, by the generic cell rate algorithm.
func (t *usage) take(a allowance, now time.Time) bool {
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

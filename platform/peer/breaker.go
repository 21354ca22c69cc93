package peer

import (
	"sync"
	"time"
)

const (
	// failuresToOpen is how many failures in a row open the breaker.
	failuresToOpen = 5
	// minPause is how long it stays open at first; each further failure doubles it up to maxPause. It is short, so that a process
	// that is back is asked again within the promised five seconds.
	minPause = 250 * time.Millisecond
	maxPause = 2 * time.Second
)

// breaker keeps callers from waiting for a process that does not answer. While it is open, no caller asks. Then one caller
// tries, and its result decides for the others. If it has none after maxPause, another caller tries: the first may wait at a
// connection to a machine that is gone.
type breaker struct {
	mu       sync.Mutex
	failures int
	pause    time.Duration
	// until is when the next caller may try; probing is true if one tries.
	until   time.Time
	probing bool
}

// allow reports whether a caller may ask now. If not, it returns how long the breaker stays open.
func (b *breaker) allow(now time.Time) (wait time.Duration, ok bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.failures < failuresToOpen {
		return 0, true
	}
	if wait := b.until.Sub(now); wait > 0 {
		return wait, false
	}
	b.probing, b.until = true, now.Add(maxPause)
	return 0, true
}

// record notes whether the other process answered.
func (b *breaker) record(answered bool, now time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	wasProbing := b.probing
	b.probing = false
	if answered {
		b.failures, b.pause = 0, 0
		return
	}
	b.failures++
	if b.failures < failuresToOpen {
		return
	}
	switch {
	case b.pause == 0:
		b.pause = minPause
	case wasProbing: // callers that asked before it opened say nothing new
		b.pause = min(2*b.pause, maxPause)
	}
	b.until = now.Add(b.pause)
}

// abandon ends a try of which nothing was learnt, because the caller gave up.
func (b *breaker) abandon() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.probing {
		b.probing, b.until = false, time.Time{}
	}
}

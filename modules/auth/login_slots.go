package auth

import "sync"

// Maximum number of logins in the hasher's queue, in this process. The hasher works on one at a time and lets about twenty
// wait. The bounds keep slots free for callers from a known network, and keep one network from filling the queue.
const (
	maxSlotsOfCaller    = 5
	maxSlotsOfStrangers = 15
)

// loginSlots bounds the slots in the hasher's queue that one caller, and all strangers together, can take.
type loginSlots struct {
	mu        sync.Mutex
	byCaller  map[string]int
	strangers int
}

// acquire takes a slot until release is called; ErrBusy if there is none.
func (p *loginSlots) acquire(try loginTry) (release func(), err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.byCaller[try.caller] >= maxSlotsOfCaller || (try.stranger && p.strangers >= maxSlotsOfStrangers) {
		return nil, ErrBusy
	}
	p.count(try, 1)
	return func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.count(try, -1)
	}, nil
}

func (p *loginSlots) count(try loginTry, n int) {
	if p.byCaller[try.caller] += n; p.byCaller[try.caller] == 0 {
		delete(p.byCaller, try.caller)
	}
	if try.stranger {
		p.strangers += n
	}
}

package auth

import "sync"

// How many logins may be on their way to the hasher at once, in this process. The hasher takes one at a time and lets some
// twenty wait, so that strangers leave places for who logs in from where they did before, and one network leaves some for
// the others.
const (
	maxPlacesOfOne       = 5
	maxPlacesOfStrangers = 15
)

// loginPlaces bounds how much of the hasher's queue one caller, and all strangers together, can take.
type loginPlaces struct {
	mu        sync.Mutex
	of        map[string]int
	strangers int
}

// enter takes a place of a try until leave is called; ErrBusy where there is none.
func (p *loginPlaces) enter(try loginTry) (leave func(), err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.of[try.caller] >= maxPlacesOfOne || (try.stranger && p.strangers >= maxPlacesOfStrangers) {
		return nil, ErrBusy
	}
	p.count(try, 1)
	return func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.count(try, -1)
	}, nil
}

func (p *loginPlaces) count(try loginTry, n int) {
	if p.of[try.caller] += n; p.of[try.caller] == 0 {
		delete(p.of, try.caller)
	}
	if try.stranger {
		p.strangers += n
	}
}

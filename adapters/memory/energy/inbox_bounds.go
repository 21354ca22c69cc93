package memoryenergy

import (
	"cmp"

	"github.com/holotwin/holotwin/modules/energy"
)

// crowd counts what the inbox holds: newcomers in all, by space and by key, and measures by key.
type crowd struct {
	all    int
	spaces map[energy.SpaceID]int
	keys   map[string]int
	held   map[string]int64
}

func (t *tables) crowd() *crowd {
	c := &crowd{spaces: make(map[energy.SpaceID]int), keys: make(map[string]int), held: make(map[string]int64)}
	for _, n := range t.newcomers.rows {
		c.count(n.Newcomer, 1)
		c.held[n.Subject] += n.Held
	}
	return c
}

func (c *crowd) count(n energy.Newcomer, one int) {
	c.all += one
	c.spaces[n.Space] += one
	c.keys[n.Subject] += one
}

// admit counts another newcomer. Where there is no room, the one of its key that was silent for longest, and of which nothing
// is kept, makes room.
func (t *tables) admit(c *crowd, one energy.Sighting) error {
	full := energy.ErrInboxFull{Newcomer: one.Key()}
	switch {
	case c.keys[one.Subject] >= energy.MaxNewcomersOfKey:
		full.Bound, full.Max = "newcomers_of_key", energy.MaxNewcomersOfKey
	case one.Space != "" && c.spaces[one.Space] >= energy.MaxNewcomersOfSpace:
		full.Bound, full.Max = "newcomers_of_space", energy.MaxNewcomersOfSpace
	case c.all >= energy.MaxNewcomers:
		full.Bound, full.Max = "newcomers", energy.MaxNewcomers
	}
	if full.Bound != "" {
		silent, found := t.longestSilent(one.Subject)
		if !found {
			return full
		}
		t.newcomers.drop(silent.Key())
		c.count(silent, -1)
	}
	c.count(one.Newcomer, 1)
	return nil
}

// longestSilent is the newcomer of a key of which nothing is kept that was heard longest ago.
func (t *tables) longestSilent(subject string) (silent energy.Newcomer, found bool) {
	for _, n := range t.newcomers.rows {
		if n.Subject != subject || n.Held > 0 {
			continue
		}
		if !found || cmp.Or(cmp.Compare(n.LastSeen, silent.LastSeen), compareNewcomers(n.Key(), silent.Key())) < 0 {
			silent, found = n.Newcomer, true
		}
	}
	return silent, found
}

// roomForMeasure refuses another measure of a newcomer where too many are kept.
func (c *crowd) roomForMeasure(n newcomer) error {
	switch {
	case n.Held >= energy.MaxKept:
		return energy.ErrInboxFull{Newcomer: n.Key(), Bound: "kept", Max: energy.MaxKept}
	case c.held[n.Subject] >= energy.MaxKeptOfKey:
		return energy.ErrInboxFull{Newcomer: n.Key(), Bound: "kept_of_key", Max: energy.MaxKeptOfKey}
	}
	return nil
}

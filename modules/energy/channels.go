package energy

import (
	"context"
	"slices"
	"strings"
	"sync"
)

// wholeOf is the address of the device that an address is a channel of, where the channels of a dialect are parts of one device:
// "sr-2" of "sr-2/switch:0", "shellies/plug-1" of "shellies/plug-1/relay/0". It is empty where there is none.
func wholeOf(dialect, address string) string {
	switch dialect {
	case "shelly-gen2":
		if end := strings.LastIndexByte(address, '/'); end > 0 && strings.Contains(address[end:], ":") {
			return address[:end]
		}
	case "shelly-gen1":
		const parts = 3
		if part := strings.SplitN(address, "/", parts); len(part) == parts {
			return part[0] + "/" + part[1]
		}
	}
	return ""
}

// Channel is one that spoke of a device which is registered by the address of the whole.
type Channel struct {
	Device  DeviceID
	Address string
	// Measures is set where it measured, and not only told a state.
	Measures bool
}

// Channels keeps which channels spoke of devices that are registered by the address of the whole.
type Channels interface {
	// SaveChannels keeps channels; one that measured once does so for ever.
	SaveChannels(ctx context.Context, all []Channel) error
	// SavedChannels gives all.
	SavedChannels(ctx context.Context) ([]Channel, error)
}

// spoken are the channels of devices by their addresses, with whether each measures. Where only one does, it is the device; where
// several do, nobody said which, and they are never added up.
type spoken map[DeviceID]map[string]bool

// mostChannels of a device are remembered: one more than one is enough to be in doubt.
const mostChannels = 8

// lacks tells whether a channel tells something new.
func (s spoken) lacks(c Channel) bool {
	measures, known := s[c.Device][c.Address]
	return (!known && len(s[c.Device]) < mostChannels) || (known && c.Measures && !measures)
}

func (s spoken) note(all ...Channel) {
	for _, c := range all {
		if !s.lacks(c) {
			continue
		}
		if s[c.Device] == nil {
			s[c.Device] = make(map[string]bool)
		}
		s[c.Device][c.Address] = c.Measures
	}
}

// isOnly tells whether a channel is the only one of its device that measures, or, where it does not, the only one of those that do
// not. Channels that are devices of their own do not count.
func (s spoken) isOnly(campus *Campus, whole Device, address string) bool {
	measures, noted := s[whole.ID][address]
	for other, does := range s[whole.ID] {
		_, own := campus.DeviceAt(other)
		if other != address && does == measures && !own && strings.HasPrefix(other, whole.MQTTTopic+"/") {
			return false
		}
	}
	return noted
}

// wholeAt is the device that is registered by the address of the whole that an address is a channel of.
func (c *Campus) wholeAt(dialect, address string) (Device, bool) {
	whole := wholeOf(dialect, address)
	if _, own := c.DeviceAt(address); own || whole == "" {
		return Device{}, false
	}
	return c.DeviceAt(whole)
}

// adoptedAs is the device that a newcomer is by now, if it is one: by its own address, or as the only channel of one.
func adoptedAs(c *Campus, n Newcomer, all spoken) (Device, bool) {
	if d, known := n.deviceIn(c); known {
		return d, true
	}
	whole, is := c.wholeAt(n.Dialect, n.Address)
	return whole, is && c.Contains(n.Space, whole.Space) && all.isOnly(c, whole, n.Address)
}

// waiting are the channels that wait in the inbox.
func waiting(campus *Campus, all []Newcomer) (found []Channel) {
	for _, n := range all {
		if whole, is := campus.wholeAt(n.Dialect, n.Address); is && campus.Contains(n.Space, whole.Space) {
			found = append(found, Channel{whole.ID, n.Address, n.Said.Has(SaidRegister | SaidInterval | SaidPower)})
		}
	}
	return found
}

// wholes knows which channels spoke.
type wholes struct {
	store Channels
	inbox Inbox

	mu    sync.Mutex
	known spoken
}

// note remembers channels. Before one counts that was not heard of, it is looked what was kept and what waits in the inbox.
func (w *wholes) note(ctx context.Context, campus *Campus, said []Channel) error {
	w.mu.Lock()
	fresh := slices.DeleteFunc(said, func(c Channel) bool { return !w.known.lacks(c) })
	w.mu.Unlock()
	if len(fresh) == 0 {
		return nil
	}
	newcomers, err := w.inbox.Newcomers(ctx)
	if err != nil {
		return err
	}
	fresh = append(fresh, waiting(campus, newcomers)...)
	saved, err := w.store.SavedChannels(ctx)
	if err != nil {
		return err
	}
	w.mu.Lock()
	w.known.note(saved...)
	fresh = slices.DeleteFunc(fresh, func(c Channel) bool { return !w.known.lacks(c) })
	w.mu.Unlock()
	if len(fresh) == 0 {
		return nil
	}
	if err := w.store.SaveChannels(ctx, fresh); err != nil {
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.known.note(fresh...)
	return nil
}

// with gives what is kept, with what waits among newcomers.
func (w *wholes) with(ctx context.Context, campus *Campus, newcomers []Newcomer) (spoken, error) {
	saved, err := w.store.SavedChannels(ctx)
	all := make(spoken)
	all.note(saved...)
	all.note(waiting(campus, newcomers)...)
	return all, err
}

// noteChannels remembers which channels the observations are of.
func (t *taking) noteChannels(ctx context.Context) error {
	var said []Channel
	for _, o := range t.said {
		if whole, is := t.campus.wholeAt(o.Dialect, o.Address); is && o.Device == "" && t.campus.MayReport(t.caller, whole.ID) {
			said = append(said, Channel{whole.ID, o.Address, o.measures() || o.Power != nil})
		}
	}
	return t.intake.wholes.note(ctx, t.campus, said)
}

// wholeOf is the device that an observation is of as its only channel.
func (t *taking) wholeOf(o Observation) (Device, bool) {
	whole, is := t.campus.wholeAt(o.Dialect, o.Address)
	if !is {
		return whole, false
	}
	t.intake.wholes.mu.Lock()
	defer t.intake.wholes.mu.Unlock()
	return whole, t.intake.wholes.known.isOnly(t.campus, whole, o.Address)
}

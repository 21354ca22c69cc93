package intake

import (
	"context"
	"slices"
	"strings"
	"sync"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/campus"
)

// Channel is one that spoke of a device which is registered by the address of the whole.
type Channel struct {
	Device  energy.DeviceID
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

// channelSet are the channels of devices by their addresses, with whether each measures. Where only one does, it is the device; where
// several do, nobody said which, and they are never added up.
type channelSet map[energy.DeviceID]map[string]bool

// maxChannels of a device are remembered: one more than one is enough to be in doubt.
const maxChannels = 8

// lacks tells whether a channel tells something new.
func (s channelSet) lacks(c Channel) bool {
	measures, known := s[c.Device][c.Address]
	return (!known && len(s[c.Device]) < maxChannels) || (known && c.Measures && !measures)
}

func (s channelSet) note(all ...Channel) {
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
func (s channelSet) isOnly(campus *campus.Campus, whole campus.Device, address string) bool {
	measures, noted := s[whole.ID][address]
	for other, does := range s[whole.ID] {
		_, own := campus.DeviceAt(other)
		if other != address && does == measures && !own && strings.HasPrefix(other, whole.MQTTTopic+"/") {
			return false
		}
	}
	return noted
}

// adoptedAs is the device that a newcomer is by now, if it is one: by its own address, or as the only channel of one.
func adoptedAs(c *campus.Campus, n DiscoveredDevice, all channelSet) (campus.Device, bool) {
	if d, known := n.deviceIn(c); known {
		return d, true
	}
	whole, is := c.DeviceOfChannel(n.Dialect, n.Address)
	return whole, is && c.Contains(n.Space, whole.Space) && all.isOnly(c, whole, n.Address)
}

// waiting are the channels that wait in the inbox.
func waiting(campus *campus.Campus, all []DiscoveredDevice) (found []Channel) {
	for _, n := range all {
		if whole, is := campus.DeviceOfChannel(n.Dialect, n.Address); is && campus.Contains(n.Space, whole.Space) {
			found = append(found, Channel{whole.ID, n.Address, n.Measured.Has(SaidRegister | SaidInterval | SaidPower)})
		}
	}
	return found
}

// channelRegistry knows which channels spoke.
type channelRegistry struct {
	store Channels
	inbox Inbox

	mu    sync.Mutex
	known channelSet
}

// note remembers channels. Before one counts that was not heard of, it is looked what was kept and what waits in the inbox.
func (w *channelRegistry) note(ctx context.Context, campus *campus.Campus, said []Channel) error {
	w.mu.Lock()
	fresh := slices.DeleteFunc(said, func(c Channel) bool { return !w.known.lacks(c) })
	w.mu.Unlock()
	if len(fresh) == 0 {
		return nil
	}
	newcomers, err := w.inbox.Discovered(ctx)
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
func (w *channelRegistry) with(ctx context.Context, campus *campus.Campus, newcomers []DiscoveredDevice) (channelSet, error) {
	saved, err := w.store.SavedChannels(ctx)
	all := make(channelSet)
	all.note(saved...)
	all.note(waiting(campus, newcomers)...)
	return all, err
}

// noteChannels remembers which channels the observations are of.
func (t *ingestion) noteChannels(ctx context.Context) error {
	var said []Channel
	for _, o := range t.observations {
		if whole, is := t.campus.DeviceOfChannel(o.Dialect, o.Address); is && o.Device == "" && t.campus.MayReport(t.caller, whole.ID) {
			said = append(said, Channel{whole.ID, o.Address, o.measures() || o.Power != nil})
		}
	}
	return t.intake.wholes.note(ctx, t.campus, said)
}

// wholeOf is the device that an observation is of as its only channel.
func (t *ingestion) wholeOf(o Observation) (campus.Device, bool) {
	whole, is := t.campus.DeviceOfChannel(o.Dialect, o.Address)
	if !is {
		return whole, false
	}
	t.intake.wholes.mu.Lock()
	defer t.intake.wholes.mu.Unlock()
	return whole, t.intake.wholes.known.isOnly(t.campus, whole, o.Address)
}

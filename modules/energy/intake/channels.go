package intake

import (
	"context"
	"slices"
	"strings"
	"sync"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/campus"
)

// Channel is a channel that sent messages, of a device that is registered by the address of the whole device.
type Channel struct {
	Device  energy.DeviceID
	Address string
	// Measures is true if the channel sent a measurement, and not only a state.
	Measures bool
}

// Channels stores which channels sent messages, of devices that are registered by the address of the whole device.
type Channels interface {
	// SaveChannels stores channels. Measures never returns to false.
	SaveChannels(ctx context.Context, all []Channel) error
	// SavedChannels returns all channels.
	SavedChannels(ctx context.Context) ([]Channel, error)
}

// channelSet holds the channels of each device by address, and whether each one measures. A single measuring channel stands for
// the device. With several it is unknown which one does, so they are never added up.
type channelSet map[energy.DeviceID]map[string]bool

// maxChannels is the number of channels stored for a device: two are enough to know that it is not one.
const maxChannels = 8

// lacks reports whether a channel adds something new.
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

// isOnlyChannel reports whether a channel is the only measuring channel of its device, or the only one that does not measure if it does
// not. Channels that are devices themselves do not count.
func (s channelSet) isOnlyChannel(campus *campus.Campus, whole campus.Device, address string) bool {
	measures, noted := s[whole.ID][address]
	for other, does := range s[whole.ID] {
		_, own := campus.DeviceAt(other)
		if other != address && does == measures && !own && strings.HasPrefix(other, whole.MQTTTopic+"/") {
			return false
		}
	}
	return noted
}

// adoptedAs returns the device that a discovered device has become: by its own address, or as the only channel of a device.
func adoptedAs(c *campus.Campus, n DiscoveredDevice, all channelSet) (campus.Device, bool) {
	if d, known := n.deviceIn(c); known {
		return d, true
	}
	whole, is := c.DeviceOfChannel(n.Dialect, n.Address)
	return whole, is && c.Contains(n.Space, whole.Space) && all.isOnlyChannel(c, whole, n.Address)
}

// waiting returns the channels that wait in the inbox.
func waiting(campus *campus.Campus, all []DiscoveredDevice) (found []Channel) {
	for _, n := range all {
		if whole, is := campus.DeviceOfChannel(n.Dialect, n.Address); is && campus.Contains(n.Space, whole.Space) {
			found = append(found, Channel{whole.ID, n.Address, n.Measured.Has(SendsRegister | SendsInterval | SendsPower)})
		}
	}
	return found
}

// channelRegistry caches which channels sent messages.
type channelRegistry struct {
	store Channels
	inbox Inbox

	mu    sync.Mutex
	known channelSet
}

// note stores channels. If one is new, it first reads the stored channels and the inbox.
func (w *channelRegistry) note(ctx context.Context, campus *campus.Campus, sent []Channel) error {
	w.mu.Lock()
	fresh := slices.DeleteFunc(sent, func(c Channel) bool { return !w.known.lacks(c) })
	w.mu.Unlock()
	if len(fresh) == 0 {
		return nil
	}
	discovered, err := w.inbox.Discovered(ctx)
	if err != nil {
		return err
	}
	fresh = append(fresh, waiting(campus, discovered)...)
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

// withDiscovered returns the stored channels together with those of discovered devices.
func (w *channelRegistry) withDiscovered(ctx context.Context, campus *campus.Campus, discovered []DiscoveredDevice) (channelSet, error) {
	saved, err := w.store.SavedChannels(ctx)
	all := make(channelSet)
	all.note(saved...)
	all.note(waiting(campus, discovered)...)
	return all, err
}

// noteChannels stores the channels of the observations.
func (t *ingestion) noteChannels(ctx context.Context) error {
	var sent []Channel
	for _, o := range t.observations {
		if whole, is := t.campus.DeviceOfChannel(o.Dialect, o.Address); is && o.Device == "" && t.campus.MayReport(t.caller, whole.ID) {
			sent = append(sent, Channel{whole.ID, o.Address, o.measures() || o.Power != nil})
		}
	}
	return t.intake.channels.note(ctx, t.campus, sent)
}

// wholeOf returns the device whose only channel sent an observation.
func (t *ingestion) wholeOf(o Observation) (campus.Device, bool) {
	whole, is := t.campus.DeviceOfChannel(o.Dialect, o.Address)
	if !is {
		return whole, false
	}
	t.intake.channels.mu.Lock()
	defer t.intake.channels.mu.Unlock()
	return whole, t.intake.channels.known.isOnlyChannel(t.campus, whole, o.Address)
}

package mqtt

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"

	mochi "github.com/mochi-mqtt/server/v2"
	"github.com/mochi-mqtt/server/v2/packets"
	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"

	"github.com/holotwin/holotwin/adapters/mqtt/dialect"
	"github.com/holotwin/holotwin/modules/energy"
)

// desk is where the broker asks who may come in, what he may say, and has it stored.
type desk struct {
	mochi.HookBase
	receiver *Receiver
	login    Login
	catalog  *energy.Catalog
	clock    energy.Clock
	log      *zap.Logger
	refused  *prometheus.CounterVec
	ctx      context.Context
	end      context.CancelFunc

	mu     sync.Mutex
	guests map[*mochi.Client]*guest
}

// guest is a device that has logged in.
type guest struct {
	device energy.DeviceID
	key    string
	caller energy.Caller
	asked  energy.Instant // when its key was last found to hold
}

// ID names the hook.
func (*desk) ID() string { return "holotwin" }

// Provides tells what the desk does.
func (*desk) Provides(what byte) bool {
	return slices.Contains([]byte{mochi.OnConnectAuthenticate, mochi.OnACLCheck, mochi.OnPublish, mochi.OnDisconnect}, what)
}

// Stop ends what is under way.
func (d *desk) Stop() error {
	d.end()
	return nil
}

// OnConnectAuthenticate lets a device in that tells its id and a key by which it may report. A key that is bound to devices is
// good for those; another for any of its space, and for those that nobody has registered yet.
func (d *desk) OnConnectAuthenticate(client *mochi.Client, packet packets.Packet) bool {
	device, err := energy.ParseDeviceID(string(packet.Connect.Username))
	if err != nil || len(packet.Connect.Password) == 0 {
		d.refused.WithLabelValues("anonymous").Inc()
		return false
	}
	g := &guest{device: device, key: string(packet.Connect.Password)}
	if !d.holds(g) {
		d.refused.WithLabelValues("login").Inc()
		return false
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.guests[client] = g
	return true
}

// holds asks whether a guest's key holds, and for what.
func (d *desk) holds(g *guest) bool {
	ctx, cancel := context.WithTimeout(d.ctx, takeTime)
	defer cancel()
	caller, ok, err := d.login(ctx, g.key)
	if err != nil {
		d.log.Error("a device's key cannot be looked up", zap.Error(err))
		return g.asked != 0 // it held a moment ago
	}
	campus, err := d.catalog.Campus(ctx)
	if err != nil || !ok || !caller.MayReport() {
		return false
	}
	if _, registered := campus.Device(g.device); registered && !campus.MayReport(caller, g.device) {
		return false
	}
	if len(caller.Devices) > 0 && !slices.Contains(caller.Devices, g.device) {
		return false
	}
	g.caller, g.asked = caller, d.clock.Now()
	return true
}

// OnDisconnect forgets a guest.
func (d *desk) OnDisconnect(client *mochi.Client, _ error, _ bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.guests, client)
}

func (d *desk) guestOf(client *mochi.Client) *guest {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.guests[client]
}

// OnACLCheck lets a device speak under its own topics: those of which a level is its id, as all makes of device have it, and those
// at and below the address that it is registered with. It may listen to what is under holotwin/<id>.
func (d *desk) OnACLCheck(client *mochi.Client, topic string, write bool) bool {
	g := d.guestOf(client)
	if g == nil {
		return false
	}
	if !write {
		return strings.HasPrefix(topic, "holotwin/"+string(g.device)+"/")
	}
	if slices.Contains(strings.Split(topic, "/"), string(g.device)) {
		return true
	}
	if campus, err := d.catalog.Campus(d.ctx); err == nil {
		if device, known := campus.Device(g.device); known && device.MQTTTopic != "" {
			address, _, _ := strings.Cut(device.MQTTTopic, "#")
			if topic == address || strings.HasPrefix(topic, address+"/") {
				return true
			}
		}
	}
	d.refused.WithLabelValues("topic").Inc()
	return false
}

// OnPublish stores what a device says before it is acknowledged. Where that cannot be, the connection ends without an
// acknowledgement, so that the device sends again: an error code would be taken for an answer.
func (d *desk) OnPublish(client *mochi.Client, packet packets.Packet) (packets.Packet, error) {
	g := d.guestOf(client)
	if g == nil {
		return packet, packets.ErrRejectPacket
	}
	if d.clock.Now()-g.asked > energy.Instant(again.Milliseconds()) && !d.holds(g) {
		d.refused.WithLabelValues("revoked").Inc()
		client.Stop(packets.ErrNotAuthorized)
		return packet, packets.ErrRejectPacket
	}
	ctx, cancel := context.WithTimeout(d.ctx, takeTime)
	defer cancel()
	message := dialect.Message{Topic: packet.TopicName, Payload: packet.Payload, Arrived: d.clock.Now()}
	sent := published{message: message, id: packetID{string(g.device) + "\x00" + client.ID, packet.PacketID}, dup: packet.FixedHeader.Dup}
	err := d.receiver.Take(ctx, g.caller, sent)
	if errors.As(err, &energy.ErrInboxFull{}) {
		d.refused.WithLabelValues("inbox_full").Inc()
		return packet, unanswered(packet)
	}
	if err != nil {
		d.refused.WithLabelValues("not_stored").Inc()
		d.log.Error("a device's message was not stored; it must send it again", zap.String("device", string(g.device)), zap.Error(err))
		client.Stop(packets.ErrServerUnavailable)
		return packet, packets.ErrRejectPacket
	}
	packet.Ignore, packet.FixedHeader.Retain = true, false // it is for the books; nobody else listens
	return packet, nil
}

// unanswered is how a message is not taken of which a bound leaves no room: by a refusal where the protocol has one. What else the
// device has to say is heard.
func unanswered(packet packets.Packet) error {
	if packet.ProtocolVersion == 5 && packet.FixedHeader.Qos == 1 {
		return packets.ErrQuotaExceeded
	}
	return packets.ErrRejectPacket
}

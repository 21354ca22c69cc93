package mqtt

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	mochi "github.com/mochi-mqtt/server/v2"
	"github.com/mochi-mqtt/server/v2/packets"
	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/campus"
	"github.com/holotwin/holotwin/modules/energy/intake"
	"github.com/holotwin/holotwin/platform/supervise"
)

// brokerHook is asked by the library who may connect, what a device may say, and has it stored.
type brokerHook struct {
	mochi.HookBase
	server     *mochi.Server
	receiver   *Receiver
	gate       *gate
	clock      energy.Clock
	supervisor *supervise.Supervisor
	log        *zap.Logger
	refused    *prometheus.CounterVec
	ctx        context.Context
	cancel     context.CancelFunc

	sessions *sessions
	numbered atomic.Uint64
	// complained is when it was last logged that devices are not let in.
	complained atomic.Int64
}

func newBrokerHook(server *mochi.Server, receiver *Receiver, login Login, catalog *campus.Catalog, clock energy.Clock, supervisor *supervise.Supervisor, log *zap.Logger) *brokerHook {
	h := &brokerHook{
		server: server, receiver: receiver, gate: newGate(login, catalog), clock: clock, supervisor: supervisor, log: log, sessions: newSessions(),
		refused: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "holotwin_mqtt_refused_total", Help: "What the embedded broker refused, by reason."}, []string{"reason"}),
	}
	h.ctx, h.cancel = context.WithCancel(context.Background())
	return h
}

// ID names the hook.
func (*brokerHook) ID() string { return "holotwin" }

// Provides tells what the hook does.
func (*brokerHook) Provides(what byte) bool {
	return slices.Contains([]byte{
		mochi.OnConnect, mochi.OnConnectAuthenticate, mochi.OnPacketRead, mochi.OnPacketProcessed, mochi.OnPacketEncode, mochi.OnACLCheck, mochi.OnPublish, mochi.OnWill,
	}, what)
}

// Stop ends what is under way.
func (h *brokerHook) Stop() error {
	h.cancel()
	return nil
}

// OnPacketRead takes out of a packet what is not used, before anything is kept of it.
func (h *brokerHook) OnPacketRead(client *mochi.Client, packet packets.Packet) (packets.Packet, error) {
	c := connectionOf(client)
	c.working.Store(true)
	switch packet.FixedHeader.Type {
	case packets.Connect:
		c.spoke()
		if packet.Connect.WillFlag {
			h.refused.WithLabelValues("will").Inc()
		}
		return onlyConnect(packet), nil
	case packets.Publish, packets.Subscribe, packets.Unsubscribe:
		return onlyTopics(packet), nil
	}
	return packet, nil
}

// OnPacketProcessed is told that a packet is done with.
func (*brokerHook) OnPacketProcessed(client *mochi.Client, _ packets.Packet, _ error) {
	connectionOf(client).working.Store(false)
}

// connectionOf is the connection of a client: all come by our listener.
func connectionOf(client *mochi.Client) *connection { return client.Net.Conn.(*connection) }

// OnPacketEncode says in the answer to a connection what the library does not.
func (*brokerHook) OnPacketEncode(_ *mochi.Client, packet packets.Packet) packets.Packet {
	if packet.FixedHeader.Type == packets.Connack {
		packet.Properties.MaximumPacketSize = maxPacket
		packet.Properties.SharedSubAvailable, packet.Properties.SharedSubAvailableFlag = 0, true
	}
	return packet
}

// OnConnect lets a device in that tells its id and a key by which it may report, and answers all others.
func (h *brokerHook) OnConnect(client *mochi.Client, packet packets.Packet) error {
	if len(client.ID) > maxClientID {
		return h.refuse(client, "client_id", packets.ErrClientIdentifierNotValid)
	}
	device, err := energy.ParseDeviceID(string(packet.Connect.Username))
	if err != nil || len(packet.Connect.Password) == 0 {
		return h.refuse(client, "anonymous", packets.ErrBadUsernameOrPassword)
	}
	key := string(packet.Connect.Password)
	ctx, cancel := context.WithTimeout(h.ctx, loginTime)
	defer cancel()
	caller, most, err := h.gate.letIn(ctx, addressOf(client.Net.Conn.RemoteAddr()), key, device)
	switch {
	case errors.Is(err, errBusy):
		return h.refuse(client, "busy", packets.ErrServerBusy)
	case errors.Is(err, errDenied):
		return h.refuse(client, "login", packets.ErrBadUsernameOrPassword)
	case err != nil:
		h.complain("devices' keys cannot be looked up; devices must try again", zap.String("device", string(device)), zap.Error(err))
		return h.refuse(client, "unavailable", packets.ErrServerUnavailable)
	}
	one := &session{client: client, name: sessionName{key, device, client.ID}, caller: caller}
	// The library would take over by the id alone, and keeps its books by it.
	client.ID = "session-" + strconv.FormatUint(h.numbered.Add(1), 10)
	return h.admit(one, most)
}

// admit makes a connection a session.
func (h *brokerHook) admit(one *session, maxOfKey int) error {
	former, outcome := h.sessions.admit(one, maxOfKey)
	if former != nil {
		h.end(former, packets.ErrSessionTakenOver)
	}
	switch outcome {
	case keyIsFull:
		h.complain("a key holds all the MQTT connections that it may", zap.String("key", one.caller.Subject), zap.Int("connections", maxOfKey), zap.String("device", string(one.name.device)))
		return h.refuse(one.client, "key_full", packets.ErrQuotaExceeded)
	case allIsFull:
		h.complain("the MQTT broker holds all the connections that it may", zap.Int("connections", maxSessions))
		return h.refuse(one.client, "full", packets.ErrServerBusy)
	case noneAnyMore:
		return h.refuse(one.client, "unavailable", packets.ErrServerShuttingDown)
	}
	c := connectionOf(one.client)
	c.loggedIn()
	c.whenOver(func() { h.sessions.remove(one) }, func() { h.forget(one) })
	c.working.Store(false)
	return nil
}

// complainEvery is how often it is logged that devices are not let in; the metric counts each.
const complainEvery = time.Minute

func (h *brokerHook) complain(what string, fields ...zap.Field) {
	now, last := int64(h.clock.Now()), h.complained.Load()
	if now-last >= complainEvery.Milliseconds() && h.complained.CompareAndSwap(last, now) {
		h.log.Warn(what, fields...)
	}
}

// refuse answers a connection that is not let in, and ends it.
func (h *brokerHook) refuse(client *mochi.Client, reason string, code packets.Code) error {
	h.refused.WithLabelValues(reason).Inc()
	if _, has := packets.V5CodesToV3[code]; client.Properties.ProtocolVersion < 5 && !has {
		code = packets.ErrServerUnavailable // 3.1.1 has no word for it
	}
	_ = h.server.SendConnack(client, code, false, nil) // it may be gone
	return code
}

// OnConnectAuthenticate is asked after OnConnect, which let it in.
func (h *brokerHook) OnConnectAuthenticate(client *mochi.Client, _ packets.Packet) bool {
	return h.sessions.of(client) != nil
}

// forget clears what the library keeps of a connection, which it does not do itself after every end.
func (h *brokerHook) forget(one *session) {
	h.server.UnsubscribeClient(one.client)
	one.client.ClearInflights()
	h.server.Clients.Delete(one.client.ID)
}

// farewell is how long a device may take to read why its connection ends.
const farewell = time.Second

// end ends the connection of a session that is out, and says why where the protocol can. It does not wait for the device.
func (h *brokerHook) end(one *session, code packets.Code) {
	h.supervisor.Once("end of an mqtt connection", func(context.Context) {
		late := time.AfterFunc(farewell, connectionOf(one.client).abort)
		defer late.Stop()
		if one.client.Properties.ProtocolVersion < 5 {
			one.client.Stop(code)
			return
		}
		_ = h.server.DisconnectClient(one.client, code)
	})
}

// endAll ends all sessions, because the program does, and admits no more.
func (h *brokerHook) endAll() {
	h.sessions.close()
	for _, held := range h.sessions.all() {
		for _, one := range held {
			if h.sessions.remove(one) {
				h.end(one, packets.ErrServerShuttingDown)
			}
		}
	}
}

// sweep ends the sessions of those that may no longer be here.
func (h *brokerHook) sweep(ctx context.Context) {
	for key, held := range h.sessions.all() {
		caller, err := h.gate.holder(ctx, key)
		if err != nil && !errors.Is(err, errDenied) {
			continue
		}
		for _, one := range held {
			if err == nil && same(caller, one.caller) && h.gate.mayStay(ctx, caller, one.name.device) {
				continue
			}
			if h.sessions.remove(one) {
				h.refused.WithLabelValues("revoked").Inc()
				h.end(one, packets.ErrNotAuthorized)
			}
		}
	}
}

// OnACLCheck lets a device speak under its own topics: those of which a level is its id, as all makes of device have it, and those
// at and below the address that it is registered with. It may listen to what is under holotwin/<id>. A refusal is an answer, after
// which the device does not send again: what cannot be judged goes on to OnPublish, which gives none.
func (h *brokerHook) OnACLCheck(client *mochi.Client, topic string, write bool) bool {
	one := h.sessions.of(client)
	if one == nil {
		return write
	}
	allowed := fits(topic)
	if allowed && !write {
		allowed = mayHear(one, topic)
	}
	if allowed && write {
		var err error
		if allowed, err = h.maySay(one, topic); err != nil {
			h.notStored(one, err)
			return true
		}
	}
	if !allowed {
		h.refused.WithLabelValues("topic").Inc()
	}
	return allowed
}

// fits tells whether a topic or filter is of a size that devices use.
func fits(topic string) bool { return len(topic) <= maxTopic && strings.Count(topic, "/") < maxLevels }

func mayHear(one *session, filter string) bool {
	if !strings.HasPrefix(filter, "holotwin/"+string(one.name.device)+"/") {
		return false
	}
	_, renewed := one.client.State.Subscriptions.Get(filter)
	return renewed || one.client.State.Subscriptions.Len() < maxSubscriptions
}

// maySay tells whether a device may speak under a topic; an error says that it cannot be told now.
func (h *brokerHook) maySay(one *session, topic string) (bool, error) {
	if slices.Contains(strings.Split(topic, "/"), string(one.name.device)) {
		return true, nil
	}
	ctx, cancel := context.WithTimeout(h.ctx, loginTime)
	defer cancel()
	campus, err := h.gate.catalog.Campus(ctx)
	if err != nil {
		return false, err
	}
	device, known := campus.Device(one.name.device)
	if !known || device.MQTTTopic == "" {
		return false, nil
	}
	address, _, _ := strings.Cut(device.MQTTTopic, "#")
	return topic == address || strings.HasPrefix(topic, address+"/"), nil
}

// OnWill drops what is left of a will: nobody listens to one. It is for a will that comes past OnPacketRead.
func (*brokerHook) OnWill(*mochi.Client, mochi.Will) (mochi.Will, error) { return mochi.Will{}, nil }

// OnPublish stores what a device says before it is acknowledged. Where that cannot be, the connection ends without an
// acknowledgement, so that the device sends again: an error code would be taken for an answer.
func (h *brokerHook) OnPublish(client *mochi.Client, packet packets.Packet) (packets.Packet, error) {
	one := h.sessions.of(client)
	if one == nil {
		return packet, packets.ErrRejectPacket
	}
	if client.State.Inflight.Len() >= maxInFlight { // the library's own count can be talked down
		h.refused.WithLabelValues("in_flight").Inc()
		h.sessions.remove(one)
		h.end(one, packets.ErrReceiveMaximum)
		return packet, packets.ErrRejectPacket
	}
	ctx, cancel := context.WithTimeout(h.ctx, takeTime)
	defer cancel()
	message := intake.Message{Topic: packet.TopicName, Payload: packet.Payload, Arrived: h.clock.Now(), From: one.caller.Subject}
	sent := published{message: message, id: packetID{one.id(), packet.PacketID}, dup: packet.FixedHeader.Dup}
	err := h.receiver.Take(ctx, one.caller, sent)
	if errors.As(err, &intake.ErrInboxFull{}) {
		h.refused.WithLabelValues("inbox_full").Inc()
		return packet, unanswered(packet)
	}
	if err != nil {
		h.notStored(one, err)
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

// notStored ends a connection of which a message was not stored, without an answer.
func (h *brokerHook) notStored(one *session, err error) {
	h.refused.WithLabelValues("not_stored").Inc()
	h.log.Error("could not store a device's message; the device must send it again", zap.String("device", string(one.name.device)), zap.Error(err))
	h.sessions.remove(one)
	one.client.Stop(packets.ErrServerUnavailable)
}

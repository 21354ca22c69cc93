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

// brokerHook handles the library's events: it decides who may connect and what a device may publish, and stores messages.
type brokerHook struct {
	mochi.HookBase
	server     *mochi.Server
	receiver   *Receiver
	authorizer *authorizer
	clock      energy.Clock
	supervisor *supervise.Supervisor
	log        *zap.Logger
	refused    *prometheus.CounterVec
	ctx        context.Context
	cancel     context.CancelFunc

	sessions     *sessions
	sessionCount atomic.Uint64
	// lastWarned is when refused devices were last logged.
	lastWarned atomic.Int64
}

func newBrokerHook(server *mochi.Server, receiver *Receiver, login Login, catalog *campus.Catalog, clock energy.Clock, supervisor *supervise.Supervisor, log *zap.Logger) *brokerHook {
	h := &brokerHook{
		server: server, receiver: receiver, authorizer: newAuthorizer(login, catalog), clock: clock, supervisor: supervisor, log: log, sessions: newSessions(),
		refused: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "holotwin_mqtt_refused_total", Help: "What the embedded broker refused, by reason."}, []string{"reason"}),
	}
	h.ctx, h.cancel = context.WithCancel(context.Background())
	return h
}

// ID returns the name of the hook.
func (*brokerHook) ID() string { return "holotwin" }

// Provides reports which events the hook handles.
func (*brokerHook) Provides(what byte) bool {
	return slices.Contains([]byte{
		mochi.OnConnect, mochi.OnConnectAuthenticate, mochi.OnPacketRead, mochi.OnPacketProcessed, mochi.OnPacketEncode, mochi.OnACLCheck, mochi.OnPublish, mochi.OnWill,
	}, what)
}

// Stop cancels what is in progress.
func (h *brokerHook) Stop() error {
	h.cancel()
	return nil
}

// OnPacketRead removes the unused parts of a packet before any of it is kept.
func (h *brokerHook) OnPacketRead(client *mochi.Client, packet packets.Packet) (packets.Packet, error) {
	c := connectionOf(client)
	c.working.Store(true)
	switch packet.FixedHeader.Type {
	case packets.Connect:
		c.onConnectPacket()
		if packet.Connect.WillFlag {
			h.refused.WithLabelValues("will").Inc()
		}
		return reducedConnect(packet), nil
	case packets.Publish, packets.Subscribe, packets.Unsubscribe:
		return reducedPublish(packet), nil
	}
	return packet, nil
}

// OnPacketProcessed is called when a packet is done.
func (*brokerHook) OnPacketProcessed(client *mochi.Client, _ packets.Packet, _ error) {
	connectionOf(client).working.Store(false)
}

// connectionOf returns the connection of a client: all of them come from this package's listener.
func connectionOf(client *mochi.Client) *connection { return client.Net.Conn.(*connection) }

// OnPacketEncode adds to the response to a CONNECT what the library leaves out.
func (*brokerHook) OnPacketEncode(_ *mochi.Client, packet packets.Packet) packets.Packet {
	if packet.FixedHeader.Type == packets.Connack {
		packet.Properties.MaximumPacketSize = maxPacket
		packet.Properties.SharedSubAvailable, packet.Properties.SharedSubAvailableFlag = 0, true
	}
	return packet
}

// OnConnect admits a device that sends its id and a key that may report for it, and refuses all others.
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
	caller, maxConnections, err := h.authorizer.admit(ctx, addressOf(client.Net.Conn.RemoteAddr()), key, device)
	switch {
	case errors.Is(err, errTooManyLogins):
		return h.refuse(client, "busy", packets.ErrServerBusy)
	case errors.Is(err, errDenied):
		return h.refuse(client, "login", packets.ErrBadUsernameOrPassword)
	case err != nil:
		h.warnRarely("could not look up API keys; devices must try again", zap.String("device", string(device)), zap.Error(err))
		return h.refuse(client, "unavailable", packets.ErrServerUnavailable)
	}
	one := &session{client: client, name: sessionName{key, device, client.ID}, caller: caller}
	// The library would take over a connection by the client id alone, and indexes its clients by it.
	client.ID = "session-" + strconv.FormatUint(h.sessionCount.Add(1), 10)
	return h.admit(one, maxConnections)
}

// admit turns a connection into a session.
func (h *brokerHook) admit(one *session, maxOfKey int) error {
	former, outcome := h.sessions.admit(one, maxOfKey)
	if former != nil {
		h.end(former, packets.ErrSessionTakenOver)
	}
	switch outcome {
	case keyAtLimit:
		h.warnRarely("an API key has reached its limit of MQTT connections; give each device a key, or end old connections", zap.String("key", one.caller.Subject), zap.Int("connections", maxOfKey), zap.String("device", string(one.name.device)))
		return h.refuse(one.client, "key_full", packets.ErrQuotaExceeded)
	case brokerAtLimit:
		h.warnRarely("the MQTT broker has reached its limit of connections; use an outside broker for more", zap.Int("connections", maxSessions))
		return h.refuse(one.client, "full", packets.ErrServerBusy)
	case brokerClosed:
		return h.refuse(one.client, "unavailable", packets.ErrServerShuttingDown)
	}
	c := connectionOf(one.client)
	c.onLogin()
	c.onEnd(func() { h.sessions.remove(one) }, func() { h.forget(one) })
	c.working.Store(false)
	return nil
}

// minWarnInterval is how often refused devices are logged; the metric counts each.
const minWarnInterval = time.Minute

func (h *brokerHook) warnRarely(what string, fields ...zap.Field) {
	now, last := int64(h.clock.Now()), h.lastWarned.Load()
	if now-last >= minWarnInterval.Milliseconds() && h.lastWarned.CompareAndSwap(last, now) {
		h.log.Warn(what, fields...)
	}
}

// refuse responds to a refused connection and ends it.
func (h *brokerHook) refuse(client *mochi.Client, reason string, code packets.Code) error {
	h.refused.WithLabelValues(reason).Inc()
	if _, has := packets.V5CodesToV3[code]; client.Properties.ProtocolVersion < 5 && !has {
		code = packets.ErrServerUnavailable // MQTT 3.1.1 has no code for it
	}
	_ = h.server.SendConnack(client, code, false, nil) // the device may be gone
	return code
}

// OnConnectAuthenticate is called after OnConnect, which admitted the client.
func (h *brokerHook) OnConnectAuthenticate(client *mochi.Client, _ packets.Packet) bool {
	return h.sessions.sessionOf(client) != nil
}

// forget removes what the library keeps of a connection; the library does not do so after every kind of end.
func (h *brokerHook) forget(one *session) {
	h.server.UnsubscribeClient(one.client)
	one.client.ClearInflights()
	h.server.Clients.Delete(one.client.ID)
}

// maxCloseTime is how long a device may take to read why its connection ends.
const maxCloseTime = time.Second

// end ends the connection of a removed session, with a reason if the protocol has one. It does not wait for the device.
func (h *brokerHook) end(one *session, code packets.Code) {
	h.supervisor.Once("end of an mqtt connection", func(context.Context) {
		late := time.AfterFunc(maxCloseTime, connectionOf(one.client).abort)
		defer late.Stop()
		if one.client.Properties.ProtocolVersion < 5 {
			one.client.Stop(code)
			return
		}
		_ = h.server.DisconnectClient(one.client, code)
	})
}

// endAll ends all sessions when the program stops, and admits no more.
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

// sweep ends the sessions that lost their rights.
func (h *brokerHook) sweep(ctx context.Context) {
	for key, held := range h.sessions.all() {
		caller, err := h.authorizer.callerOf(ctx, key)
		if err != nil && !errors.Is(err, errDenied) {
			continue
		}
		for _, one := range held {
			if err == nil && sameRights(caller, one.caller) && h.authorizer.mayStay(ctx, caller, one.name.device) {
				continue
			}
			if h.sessions.remove(one) {
				h.refused.WithLabelValues("revoked").Inc()
				h.end(one, packets.ErrNotAuthorized)
			}
		}
	}
}

// OnACLCheck lets a device publish under its own topics: those with its id as a level, as all makes of device have it, and those
// at and below its registered address. It may subscribe to topics under holotwin/<id>. A refusal is a response, after which the
// device does not retry; so a topic that cannot be checked now is passed to OnPublish, which sends no response.
func (h *brokerHook) OnACLCheck(client *mochi.Client, topic string, write bool) bool {
	one := h.sessions.sessionOf(client)
	if one == nil {
		return write
	}
	allowed := fits(topic)
	if allowed && !write {
		allowed = maySubscribe(one, topic)
	}
	if allowed && write {
		var err error
		if allowed, err = h.mayPublish(one, topic); err != nil {
			h.notStored(one, err)
			return true
		}
	}
	if !allowed {
		h.refused.WithLabelValues("topic").Inc()
	}
	return allowed
}

// fits reports whether a topic or filter has a size that devices use.
func fits(topic string) bool { return len(topic) <= maxTopic && strings.Count(topic, "/") < maxLevels }

func maySubscribe(one *session, filter string) bool {
	if !strings.HasPrefix(filter, "holotwin/"+string(one.name.device)+"/") {
		return false
	}
	_, renewed := one.client.State.Subscriptions.Get(filter)
	return renewed || one.client.State.Subscriptions.Len() < maxSubscriptions
}

// mayPublish reports whether a device may publish under a topic. An error means that this cannot be checked now.
func (h *brokerHook) mayPublish(one *session, topic string) (bool, error) {
	if slices.Contains(strings.Split(topic, "/"), string(one.name.device)) {
		return true, nil
	}
	ctx, cancel := context.WithTimeout(h.ctx, loginTime)
	defer cancel()
	campus, err := h.authorizer.catalog.Campus(ctx)
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

// OnWill drops a will that passed OnPacketRead: the broker publishes none.
func (*brokerHook) OnWill(*mochi.Client, mochi.Will) (mochi.Will, error) { return mochi.Will{}, nil }

// OnPublish stores a message before it is acknowledged. On failure it ends the connection without an acknowledgement, so that the
// device sends the message again. An error code would be an acknowledgement.
func (h *brokerHook) OnPublish(client *mochi.Client, packet packets.Packet) (packets.Packet, error) {
	one := h.sessions.sessionOf(client)
	if one == nil {
		return packet, packets.ErrRejectPacket
	}
	if client.State.Inflight.Len() >= maxInFlight { // a client can lower the library's own count
		h.refused.WithLabelValues("in_flight").Inc()
		h.sessions.remove(one)
		h.end(one, packets.ErrReceiveMaximum)
		return packet, packets.ErrRejectPacket
	}
	ctx, cancel := context.WithTimeout(h.ctx, maxIngestTime)
	defer cancel()
	message := intake.Message{Topic: packet.TopicName, Payload: packet.Payload, Arrived: h.clock.Now(), From: one.caller.Subject}
	sent := published{message: message, id: packetID{one.id(), packet.PacketID}, dup: packet.FixedHeader.Dup}
	err := h.receiver.Ingest(ctx, one.caller, sent)
	if errors.As(err, &intake.ErrInboxFull{}) {
		h.refused.WithLabelValues("inbox_full").Inc()
		return packet, inboxFullResponse(packet)
	}
	if err != nil {
		h.notStored(one, err)
		return packet, packets.ErrRejectPacket
	}
	packet.Ignore, packet.FixedHeader.Retain = true, false // stored; there are no subscribers for it
	return packet, nil
}

// inboxFullResponse returns the response to a message for which a limit leaves no room: a refusal if the protocol has one. The
// connection stays.
func inboxFullResponse(packet packets.Packet) error {
	if packet.ProtocolVersion == 5 && packet.FixedHeader.Qos == 1 {
		return packets.ErrQuotaExceeded
	}
	return packets.ErrRejectPacket
}

// notStored ends the connection of a message that was not stored, without a response.
func (h *brokerHook) notStored(one *session, err error) {
	h.refused.WithLabelValues("not_stored").Inc()
	h.log.Error("could not store a device's message; the device must send it again", zap.String("device", string(one.name.device)), zap.Error(err))
	h.sessions.remove(one)
	one.client.Stop(packets.ErrServerUnavailable)
}

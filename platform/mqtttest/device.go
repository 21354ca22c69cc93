// Package mqtttest sends and reads MQTT packets one by one, to test how a broker handles them. It can send packets that no
// client library sends, and packets that are corrupted from a random seed.
package mqtttest

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"time"

	"github.com/mochi-mqtt/server/v2/packets"
)

// answerFor is far above what an answer takes, also on a busy machine: only what never comes takes it.
const answerFor = 10 * time.Minute

// Device is an MQTT connection of a device.
type Device struct {
	Conn    net.Conn
	version byte
	reader  *bufio.Reader
}

// Dial connects and sends nothing.
func Dial(address string) (*Device, error) {
	conn, err := net.Dial("tcp", address)
	if err != nil {
		return nil, err
	}
	return &Device{Conn: conn, reader: bufio.NewReader(conn)}, nil
}

// ConnectPacket returns a CONNECT with a clean session; version 4 is MQTT 3.1.1.
func ConnectPacket(version byte, id, user, password string) packets.Packet {
	const keepAlive = 3600 // longer than a test waits, so that it is never what ends a connection
	return packets.Packet{
		FixedHeader: packets.FixedHeader{Type: packets.Connect}, ProtocolVersion: version,
		Connect: packets.ConnectParams{
			ProtocolName: []byte("MQTT"), Clean: true, Keepalive: keepAlive, ClientIdentifier: id,
			UsernameFlag: true, Username: []byte(user), PasswordFlag: true, Password: []byte(password),
		},
	}
}

// Connect sends a CONNECT and returns the CONNACK.
func (d *Device) Connect(packet packets.Packet) (packets.Packet, error) {
	d.version = packet.ProtocolVersion
	if err := d.Send(packet); err != nil {
		return packets.Packet{}, err
	}
	answer, err := d.Read(answerFor)
	if err == nil && answer.FixedHeader.Type != packets.Connack {
		err = fmt.Errorf("a packet of type %d in place of a CONNACK", answer.FixedHeader.Type)
	}
	return answer, err
}

// Encode returns the bytes of a packet that a device may send.
func Encode(p packets.Packet) ([]byte, error) {
	var b bytes.Buffer
	var err error
	switch p.FixedHeader.Type {
	case packets.Connect:
		err = p.ConnectEncode(&b)
	case packets.Publish:
		err = p.PublishEncode(&b)
	case packets.Pubrel:
		err = p.PubrelEncode(&b)
	case packets.Pubcomp:
		err = p.PubcompEncode(&b)
	case packets.Subscribe:
		err = p.SubscribeEncode(&b)
	case packets.Unsubscribe:
		err = p.UnsubscribeEncode(&b)
	case packets.Pingreq:
		err = p.PingreqEncode(&b)
	case packets.Disconnect:
		err = p.DisconnectEncode(&b)
	default:
		err = fmt.Errorf("a device does not send packets of type %d", p.FixedHeader.Type)
	}
	return b.Bytes(), err
}

// Send sends a packet.
func (d *Device) Send(p packets.Packet) error {
	p.ProtocolVersion = d.version
	b, err := Encode(p)
	if err != nil {
		return err
	}
	_, err = d.Conn.Write(b)
	return err
}

// Read returns the next packet. It returns an error if the connection was closed, or nothing arrived in time.
func (d *Device) Read(within time.Duration) (packets.Packet, error) {
	p := packets.Packet{ProtocolVersion: d.version}
	if err := d.Conn.SetReadDeadline(time.Now().Add(within)); err != nil {
		return p, err
	}
	first, err := d.reader.ReadByte()
	if err != nil {
		return p, err
	}
	if err := p.FixedHeader.Decode(first); err != nil {
		return p, err
	}
	if p.FixedHeader.Remaining, _, err = packets.DecodeLength(d.reader); err != nil {
		return p, err
	}
	body := make([]byte, p.FixedHeader.Remaining)
	if _, err := io.ReadFull(d.reader, body); err != nil {
		return p, err
	}
	switch p.FixedHeader.Type {
	case packets.Connack:
		err = p.ConnackDecode(body)
	case packets.Publish:
		err = p.PublishDecode(body)
	case packets.Puback:
		err = p.PubackDecode(body)
	case packets.Pubrec:
		err = p.PubrecDecode(body)
	case packets.Pubcomp:
		err = p.PubcompDecode(body)
	case packets.Suback:
		err = p.SubackDecode(body)
	case packets.Disconnect:
		err = p.DisconnectDecode(body)
	}
	return p, err
}

// Ping sends a PINGREQ, and returns all packets that arrived before the answer.
func (d *Device) Ping() (before []packets.Packet, err error) {
	if err := d.Send(packets.Packet{FixedHeader: packets.FixedHeader{Type: packets.Pingreq}}); err != nil {
		return nil, err
	}
	for {
		p, err := d.Read(answerFor)
		if err != nil || p.FixedHeader.Type == packets.Pingresp {
			return before, err
		}
		before = append(before, p)
	}
}

// Subscribe subscribes to filters and returns the reason codes of the SUBACK.
func (d *Device) Subscribe(filters ...string) ([]byte, error) {
	p := packets.Packet{FixedHeader: packets.FixedHeader{Type: packets.Subscribe, Qos: 1}, PacketID: 1}
	for _, filter := range filters {
		p.Filters = append(p.Filters, packets.Subscription{Filter: filter, Qos: 1})
	}
	if err := d.Send(p); err != nil {
		return nil, err
	}
	answer, err := d.Read(answerFor)
	return answer.ReasonCodes, err
}

// Publish publishes a message with QoS 1 and returns the answer.
func (d *Device) Publish(topic, payload string, retain bool) (packets.Packet, error) {
	err := d.Send(packets.Packet{FixedHeader: packets.FixedHeader{Type: packets.Publish, Qos: 1, Retain: retain}, PacketID: 2, TopicName: topic, Payload: []byte(payload)})
	if err != nil {
		return packets.Packet{}, err
	}
	return d.Read(answerFor)
}

// WaitClosed waits until the connection is closed. It returns the last packet before that, if any.
func (d *Device) WaitClosed(within time.Duration) (last packets.Packet, ended bool) {
	for until := time.Now().Add(within); time.Now().Before(until); {
		p, err := d.Read(time.Until(until))
		if err != nil {
			return last, !errors.Is(err, os.ErrDeadlineExceeded)
		}
		last = p
	}
	return last, false
}

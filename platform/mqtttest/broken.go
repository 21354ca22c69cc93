package mqtttest

import (
	"math/rand/v2"
	"strings"

	"github.com/mochi-mqtt/server/v2/packets"
)

// Broken returns what a faulty device may send on a connection: a CONNECT, often with a will and an invalid id, and packets
// after it. Some bytes are changed, added or missing. The user and the password are correct at first.
func Broken(chance *rand.Rand, user, password string) []byte {
	version := []byte{3, 4, 5, 5}[chance.IntN(4)]
	sent := [][]byte{encoded(oddConnect(chance, version, user, password))}
	for range chance.IntN(4) {
		p := oddPacket(chance, user)
		p.ProtocolVersion = version
		sent = append(sent, encoded(p))
	}
	if chance.IntN(8) > 0 { // else all packets are well-formed
		which := chance.IntN(len(sent))
		sent[which] = corrupt(chance, sent[which])
	}
	var all []byte
	for _, b := range sent {
		all = append(all, b...)
	}
	return all
}

// encoded returns the bytes of a packet; none if it cannot be encoded.
func encoded(p packets.Packet) []byte {
	b, err := Encode(p)
	if err != nil {
		return nil
	}
	return b
}

// oddTexts are topics and ids that are mostly invalid; some are valid.
var oddTexts = []string{
	"", "a", "da", "holotwin/db/orden", "#", "+", "+/+", "$SYS/broker", "$share/g/#", "\x00", "\xff\xfe", "\u202e", "/", "//",
	strings.Repeat("/", 5000), strings.Repeat("a/", 30_000), strings.Repeat("i", 65_535), strings.Repeat("日", 300), "session-1", "../../etc",
}

func pick(chance *rand.Rand, from []string) string { return from[chance.IntN(len(from))] }

func oddConnect(chance *rand.Rand, version byte, user, password string) packets.Packet {
	p := ConnectPacket(version, pick(chance, oddTexts), user, password)
	if version == 3 {
		p.Connect.ProtocolName = []byte("MQIsdp")
	}
	p.Connect.Clean = chance.IntN(2) == 0
	p.Connect.Keepalive = uint16(chance.IntN(1 << 16))
	if chance.IntN(2) == 0 {
		p.Connect.WillFlag, p.Connect.WillRetain, p.Connect.WillQos = true, chance.IntN(2) == 0, byte(chance.IntN(4))
		p.Connect.WillTopic, p.Connect.WillPayload = pick(chance, oddTexts), []byte(strings.Repeat("w", chance.IntN(2000)))
		p.Connect.WillProperties = oddProperties(chance)
	}
	p.Properties = oddProperties(chance)
	if chance.IntN(8) == 0 {
		p.Connect.Username = []byte(pick(chance, oddTexts))
	}
	return p
}

func oddProperties(chance *rand.Rand) packets.Properties {
	return packets.Properties{
		SessionExpiryInterval: chance.Uint32(), SessionExpiryIntervalFlag: chance.IntN(2) == 0, WillDelayInterval: chance.Uint32(),
		ReceiveMaximum: uint16(chance.IntN(3)), TopicAliasMaximum: uint16(chance.IntN(1 << 16)), MaximumPacketSize: uint32(chance.IntN(60)),
		RequestProblemInfo: byte(chance.IntN(3)), RequestProblemInfoFlag: chance.IntN(2) == 0, ResponseTopic: pick(chance, oddTexts[:10]),
		AuthenticationMethod: pick(chance, oddTexts[:10]), User: []packets.UserProperty{{Key: pick(chance, oddTexts[:10]), Val: strings.Repeat("v", chance.IntN(500))}},
	}
}

func oddPacket(chance *rand.Rand, user string) packets.Packet {
	topic := pick(chance, append([]string{"holotwin/" + user + "/nota", "x/" + user}, oddTexts...))
	id := uint16(1 + chance.IntN(3))
	switch chance.IntN(7) {
	case 0:
		return packets.Packet{FixedHeader: packets.FixedHeader{Type: packets.Subscribe, Qos: 1}, PacketID: id, Filters: packets.Subscriptions{
			{Filter: topic, Qos: byte(chance.IntN(3))}, {Filter: "holotwin/" + user + "/#", Qos: 1},
		}}
	case 1:
		return packets.Packet{FixedHeader: packets.FixedHeader{Type: packets.Unsubscribe, Qos: 1}, PacketID: id, Filters: packets.Subscriptions{{Filter: topic}}}
	case 2:
		return packets.Packet{FixedHeader: packets.FixedHeader{Type: packets.Pubrel, Qos: 1}, PacketID: id}
	case 3:
		return packets.Packet{FixedHeader: packets.FixedHeader{Type: packets.Disconnect}, ReasonCode: 4, Properties: oddProperties(chance)}
	case 4:
		return oddConnect(chance, 5, user, "again")
	}
	return packets.Packet{
		FixedHeader: packets.FixedHeader{Type: packets.Publish, Qos: byte(chance.IntN(3)), Retain: chance.IntN(2) == 0}, PacketID: id, TopicName: topic,
		Payload: []byte(strings.Repeat("x", chance.IntN(100))), Properties: packets.Properties{TopicAlias: uint16(chance.IntN(3)), TopicAliasFlag: chance.IntN(2) == 0},
	}
}

// corrupt changes, adds or removes some bytes.
func corrupt(chance *rand.Rand, b []byte) []byte {
	b = append([]byte(nil), b...)
	for range 1 + chance.IntN(3) {
		if len(b) == 0 {
			return b
		}
		near := chance.IntN(min(len(b), 40)) // the lengths and flags are here
		switch chance.IntN(4) {
		case 0:
			b[near] ^= byte(1 << chance.IntN(8))
		case 1:
			b = append(b[:near:near], b[min(len(b), near+1+chance.IntN(4)):]...)
		case 2:
			b = append(b[:near:near], append([]byte{byte(chance.IntN(256))}, b[near:]...)...)
		case 3:
			b = b[:1+chance.IntN(len(b))]
		}
	}
	return b
}

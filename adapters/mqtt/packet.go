package mqtt

import (
	"bytes"
	"strings"

	"github.com/mochi-mqtt/server/v2/packets"
)

// What the library reads are parts of the packet's bytes, up to maxPacket of them: whoever keeps a part keeps all. So what is kept
// is copied, and what is not used is dropped.

// onlyConnect is a wish to connect without what the broker does not do: a will is not kept, a session does not outlive its
// connection, and of the properties those count that say what the device can take. The device is let in all the same.
func onlyConnect(packet packets.Packet) packets.Packet {
	c := &packet.Connect
	c.ClientIdentifier, c.Username, c.Password = strings.Clone(c.ClientIdentifier), bytes.Clone(c.Username), bytes.Clone(c.Password)
	if c.WillFlag && c.WillQos <= 2 { // another is no MQTT, which the library says
		c.WillFlag, c.WillRetain, c.WillQos = false, false, 0
	}
	c.WillTopic, c.WillPayload, c.WillProperties = "", nil, packets.Properties{}
	c.Clean = c.Clean || c.ClientIdentifier != "" // a session that nobody names cannot be asked for, which the library says
	asked := packet.Properties
	packet.Properties = packets.Properties{
		SessionExpiryInterval: asked.SessionExpiryInterval, SessionExpiryIntervalFlag: asked.SessionExpiryIntervalFlag,
		ReceiveMaximum: asked.ReceiveMaximum, MaximumPacketSize: asked.MaximumPacketSize,
		RequestProblemInfo: asked.RequestProblemInfo, RequestProblemInfoFlag: asked.RequestProblemInfoFlag,
	}
	return packet
}

// onlyTopics is a message or a subscription with topics of its own, and without what would be sent back with the answer.
func onlyTopics(packet packets.Packet) packets.Packet {
	if fits(packet.TopicName) {
		packet.TopicName = strings.Clone(packet.TopicName)
	}
	for i, sub := range packet.Filters {
		if fits(sub.Filter) {
			packet.Filters[i].Filter = strings.Clone(sub.Filter)
		}
	}
	packet.Properties.User = nil
	return packet
}

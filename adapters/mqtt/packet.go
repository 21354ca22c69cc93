package mqtt

import (
	"bytes"
	"strings"

	"github.com/mochi-mqtt/server/v2/packets"
)

// The library's strings are slices of the packet's bytes, up to maxPacket of them: a kept string keeps all. So what is kept is
// copied, and what is unused is dropped.

// reducedConnect returns a CONNECT without what the broker does not support: no will, no session beyond the connection, and only
// the properties that describe what the device can receive. The device is admitted all the same.
func reducedConnect(packet packets.Packet) packets.Packet {
	c := &packet.Connect
	c.ClientIdentifier, c.Username, c.Password = strings.Clone(c.ClientIdentifier), bytes.Clone(c.Username), bytes.Clone(c.Password)
	if c.WillFlag && c.WillQos <= 2 { // the library rejects any other as malformed
		c.WillFlag, c.WillRetain, c.WillQos = false, false, 0
	}
	c.WillTopic, c.WillPayload, c.WillProperties = "", nil, packets.Properties{}
	c.Clean = c.Clean || c.ClientIdentifier != "" // the library rejects a session without an id
	requested := packet.Properties
	packet.Properties = packets.Properties{
		SessionExpiryInterval: requested.SessionExpiryInterval, SessionExpiryIntervalFlag: requested.SessionExpiryIntervalFlag,
		ReceiveMaximum: requested.ReceiveMaximum, MaximumPacketSize: requested.MaximumPacketSize,
		RequestProblemInfo: requested.RequestProblemInfo, RequestProblemInfoFlag: requested.RequestProblemInfoFlag,
	}
	return packet
}

// reducedPublish returns a PUBLISH or SUBSCRIBE with copied topics, and without properties that would be sent back in the
// response.
func reducedPublish(packet packets.Packet) packets.Packet {
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

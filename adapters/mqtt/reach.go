package mqtt

import (
	"context"
	"crypto/tls"
	"net"
	"net/url"
)

// Reach returns an error if the broker does not accept a connection. It does not log in: a second session of the same id would end the
// server's own.
func Reach(ctx context.Context, s ClientSettings) error {
	broker, err := url.Parse(s.URL)
	if err != nil {
		return ErrSettings{"MQTT_URL", "is not a URL"}
	}
	c := Client{settings: s, broker: broker}
	if broker.Scheme == "mqtts" {
		if c.tls, err = clientTLS(broker.Hostname(), s.CAFile); err != nil {
			return err
		}
	}
	connection, err := (&net.Dialer{}).DialContext(ctx, "tcp", c.address())
	if err != nil {
		return err
	}
	defer func() { _ = connection.Close() }()
	if c.tls == nil {
		return nil
	}
	return tls.Client(connection, c.tls).HandshakeContext(ctx)
}

package nats

import (
	"fmt"

	"github.com/nats-io/nats.go"
)

// Reach returns an error if none of the servers accepts a connection.
func Reach(address string) error {
	servers, _, err := parseAddress(address, "")
	if err != nil {
		return err
	}
	connection, err := nats.Connect(servers, nats.Name("holotwin doctor"), nats.Timeout(connectTime))
	if err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	connection.Close()
	return nil
}

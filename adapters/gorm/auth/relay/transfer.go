package gormrelay

import "github.com/holotwin/holotwin/platform/database/transfer"

// Transfer returns how the tables are backed up and restored.
func Transfer() transfer.Rules {
	return transfer.Rules{LeftOut: map[string]string{"relay_claim": "it names the running process that sends the entries"}}
}

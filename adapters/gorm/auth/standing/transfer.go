package gormstanding

import "github.com/holotwin/holotwin/platform/database/transfer"

// Transfer returns how the tables are backed up and restored.
func Transfer() transfer.Rules {
	const copied = "it is a copy of what the process of auth knows, which is asked again"
	return transfer.Rules{LeftOut: map[string]string{
		"standing_cursor": copied, "standing_families": copied, "standing_users": copied, "standing_keys": copied,
	}}
}

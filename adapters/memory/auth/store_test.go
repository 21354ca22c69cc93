package memoryauth_test

import (
	"testing"

	memoryauth "github.com/holotwin/holotwin/adapters/memory/auth"
	"github.com/holotwin/holotwin/modules/auth/authtest"
)

func TestStore(t *testing.T) { authtest.Run(t, memoryauth.New()) }

func TestRelayStore(t *testing.T) { authtest.RunRelay(t, memoryauth.NewRelayStore()) }

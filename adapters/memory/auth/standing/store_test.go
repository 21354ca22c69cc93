package memorystanding_test

import (
	"testing"

	memorystanding "github.com/holotwin/holotwin/adapters/memory/auth/standing"
	"github.com/holotwin/holotwin/modules/auth/standing/standingtest"
)

func TestStore(t *testing.T) { standingtest.Run(t, memorystanding.New()) }

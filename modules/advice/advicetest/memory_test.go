package advicetest

import "testing"

func TestMemory(t *testing.T) {
	RunStore(t, func(*testing.T) Store { return NewMemory() })
}

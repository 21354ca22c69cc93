package main

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
)

// TestStepsStopBackwards checks that every step that began is stopped, in the opposite order: after the time for it, after a step that
// does not stop, and after a step that does not start.
func TestStepsStopBackwards(t *testing.T) {
	var ran []string
	note := func(what string, err error) func(context.Context) error {
		return func(context.Context) error { ran = append(ran, what); return err }
	}
	stuck, broken := errors.New("stuck"), errors.New("broken")
	hook := hookOf([]step{
		{name: "database", stop: note("-database", nil)},
		{name: "HTTP", start: note("+HTTP", nil), stop: note("-HTTP", stuck)},
		{name: "ready", start: note("+ready", nil)},
	}, zap.NewNop())
	require.NoError(t, hook.OnStart(t.Context()))
	late, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, hook.OnStop(late), stuck)
	require.Equal(t, []string{"+HTTP", "+ready", "-HTTP", "-database"}, ran)

	ran = nil
	hook = hookOf([]step{
		{name: "database", stop: note("-database", nil)},
		{name: "HTTP", start: note("+HTTP", broken), stop: note("-HTTP", nil)},
		{name: "ready", start: note("+ready", nil)},
	}, zap.NewNop())
	require.ErrorIs(t, hook.OnStart(t.Context()), broken)
	require.Equal(t, []string{"+HTTP", "-database"}, ran)
}

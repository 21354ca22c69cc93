// Package supervise starts every goroutine of the process. A panic in a goroutine ends a Go program, even if a middleware
// recovers panics, and one bad message must not stop the server. So none is started with a bare go statement: the supervisor
// recovers the panic, logs it with its stack, and restarts a long-running goroutine.
package supervise

import (
	"context"
	"runtime/debug"
	"sync"
	"time"

	"go.uber.org/zap"
)

// Supervisor owns goroutines and waits for them when the program stops.
type Supervisor struct {
	log    *zap.Logger
	ctx    context.Context
	cancel context.CancelFunc
	wait   sync.WaitGroup
}

// restartPause keeps a goroutine that always panics from using a whole core.
const restartPause = time.Second

// New returns a supervisor without goroutines.
func New(log *zap.Logger) *Supervisor {
	ctx, cancel := context.WithCancel(context.Background())
	return &Supervisor{log: log, ctx: ctx, cancel: cancel}
}

// Run keeps a long-running function running until Stop. If it panics, it is restarted after a second. If it returns, it is not
// restarted. Its context ends with Stop.
func (s *Supervisor) Run(name string, run func(context.Context)) {
	s.wait.Go(func() {
		for s.runRecovered(name, run) {
			select {
			case <-s.ctx.Done():
				return
			case <-time.After(restartPause):
			}
		}
	})
}

// Once runs a function once in the background.
func (s *Supervisor) Once(name string, run func(context.Context)) {
	s.wait.Go(func() { s.runRecovered(name, run) })
}

// runRecovered runs a function and returns true if it panicked.
func (s *Supervisor) runRecovered(name string, run func(context.Context)) (panicked bool) {
	defer func() {
		if cause := recover(); cause != nil {
			panicked = true
			s.log.Error("goroutine panicked; it is started again if it runs for long; report it with this line", zap.String("goroutine", name), zap.Any("cause", cause),
				zap.ByteString("stack", debug.Stack()))
		}
	}()
	run(s.ctx)
	return false
}

// Stop ends the context of every goroutine and waits for them until ctx ends.
func (s *Supervisor) Stop(ctx context.Context) error {
	s.cancel()
	done := make(chan struct{})
	go func() { s.wait.Wait(); close(done) }()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Package supervise starts every goroutine of the process. A panic in a goroutine ends a Go program whatever
// middleware recovers (one bad message must not stop the server), so none is started with a bare go statement:
// the supervisor recovers it, logs it with its stack, and starts a long-running one again.
package supervise

import (
	"context"
	"runtime/debug"
	"sync"
	"time"

	"go.uber.org/zap"
)

// Supervisor owns goroutines and waits for them at the end.
type Supervisor struct {
	log    *zap.Logger
	ctx    context.Context
	cancel context.CancelFunc
	wait   sync.WaitGroup
}

// restartPause keeps a goroutine that always panics from taking a core.
const restartPause = time.Second

// New makes a supervisor without goroutines.
func New(log *zap.Logger) *Supervisor {
	ctx, cancel := context.WithCancel(context.Background())
	return &Supervisor{log: log, ctx: ctx, cancel: cancel}
}

// Run keeps a long-running function running until Stop: when it panics it is started again after a second, when
// it returns it is over. Its context ends with Stop.
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

// Once runs a function in the background, once.
func (s *Supervisor) Once(name string, run func(context.Context)) {
	s.wait.Go(func() { s.runRecovered(name, run) })
}

// runRecovered runs and tells whether run panicked.
func (s *Supervisor) runRecovered(name string, run func(context.Context)) (panicked bool) {
	defer func() {
		if cause := recover(); cause != nil {
			panicked = true
			s.log.Error("goroutine panicked", zap.String("goroutine", name), zap.Any("cause", cause),
				zap.ByteString("stack", debug.Stack()))
		}
	}()
	run(s.ctx)
	return false
}

// Stop ends every goroutine's context and waits for them until ctx ends.
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

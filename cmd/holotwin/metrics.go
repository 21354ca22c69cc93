package main

import (
	"context"
	"fmt"
	"net"

	"go.uber.org/fx"
	"go.uber.org/zap"

	"github.com/holotwin/holotwin/platform/metrics"
)

// metricsServer serves the metrics on METRICS_ADDR, if it is set.
type metricsServer struct {
	server   *metrics.Server
	listener net.Listener
}

func (s *server) listenForMetrics(context.Context) (err error) {
	if s.Config.MetricsAddr == "" {
		return nil
	}
	if s.metrics.listener, err = net.Listen("tcp", s.Config.MetricsAddr); err != nil {
		return fmt.Errorf("METRICS_ADDR: %s cannot be listened on: %s", s.Config.MetricsAddr, listenReason(err))
	}
	s.metrics.server = metrics.NewServer(s.Registry, metrics.NewToken(s.Config.MetricsToken))
	return nil
}

// serveMetrics serves until drainMetrics, which runs after the HTTP server has ended: what a stop costs can be seen.
func (s *server) serveMetrics(context.Context) error {
	if s.metrics.server == nil {
		return nil
	}
	s.Log.Info("metrics are served on an address of their own", zap.Stringer("address", s.metrics.listener.Addr()))
	s.Supervisor.Once("metrics", func(context.Context) {
		if err := s.metrics.server.Serve(s.metrics.listener); err != nil {
			s.Log.Error("the server of the metrics has ended; the program ends", zap.Error(err))
			_ = s.Program.Shutdown(fx.ExitCode(1))
		}
	})
	return nil
}

func (s *server) drainMetrics(ctx context.Context) error {
	if s.metrics.server == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, metricsDrainTime)
	defer cancel()
	return s.metrics.server.Shutdown(ctx)
}

// stopListeningForMetrics matters if a later step of the start fails.
func (s *server) stopListeningForMetrics(context.Context) error {
	if s.metrics.listener != nil {
		_ = s.metrics.listener.Close()
	}
	return nil
}

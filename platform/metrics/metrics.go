// Package metrics serves the Prometheus metrics on an address of their own, and guards them with a token.
package metrics

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Token is the bearer token that a scraper must send. The zero Token requires none.
type Token struct {
	digest [sha256.Size]byte
	isSet  bool
}

// NewToken returns a token; an empty text requires none.
func NewToken(text string) Token {
	return Token{digest: sha256.Sum256([]byte(text)), isSet: text != ""}
}

// Allows checks the value of an Authorization header. Its time does not depend on how much of the token is right.
func (t Token) Allows(authorization string) bool {
	if !t.isSet {
		return true
	}
	scheme, text, _ := strings.Cut(authorization, " ")
	digest := sha256.Sum256([]byte(text))
	return subtle.ConstantTimeCompare(digest[:], t.digest[:]) == 1 && strings.EqualFold(scheme, "Bearer")
}

// Path is where the metrics are.
const Path = "/metrics"

// Limits of a scraper. A scrape needs one small request.
const (
	headTime  = 5 * time.Second
	writeTime = 30 * time.Second
	idleTime  = 2 * time.Minute
	headBytes = 8 << 10
)

// Server serves the metrics, and nothing else, on an address of its own.
type Server struct{ http *http.Server }

// NewServer returns a server that does not serve yet.
func NewServer(gatherer prometheus.Gatherer, token Token) *Server {
	mux := http.NewServeMux()
	scrape := promhttp.HandlerFor(gatherer, promhttp.HandlerOpts{})
	mux.HandleFunc("GET "+Path, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Content-Type-Options", "nosniff")
		if !token.Allows(r.Header.Get("Authorization")) {
			w.Header().Set("WWW-Authenticate", "Bearer")
			http.Error(w, "the token of METRICS_TOKEN is required: Authorization: Bearer TOKEN", http.StatusUnauthorized)
			return
		}
		scrape.ServeHTTP(w, r)
	})
	return &Server{&http.Server{
		Handler: mux, ReadTimeout: headTime, WriteTimeout: writeTime, IdleTimeout: idleTime, MaxHeaderBytes: headBytes,
		ErrorLog: log.New(io.Discard, "", 0), // what broken clients send is of no interest
	}}
}

// Serve answers requests on the listener until Shutdown.
func (s *Server) Serve(listener net.Listener) error {
	if err := s.http.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// Shutdown accepts no more connections, and waits for open requests until ctx ends.
func (s *Server) Shutdown(ctx context.Context) error { return s.http.Shutdown(ctx) }

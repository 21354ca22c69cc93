package peer

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Server answers the calls of other processes. Calls are added with Answer before it serves.
type Server struct {
	tokens *Tokens
	// refusalOf returns how an error of a module is sent; ok is false if it is a failure.
	refusalOf func(err error) (r Refusal, ok bool)
	calls     map[string]func(ctx context.Context, question []byte) ([]byte, error)
}

// NewServer returns a server without calls.
func NewServer(tokens *Tokens, refusalOf func(err error) (r Refusal, ok bool)) *Server {
	return &Server{tokens: tokens, refusalOf: refusalOf, calls: make(map[string]func(context.Context, []byte) ([]byte, error))}
}

var (
	// ErrNoCall is the error for a call that this process does not answer.
	ErrNoCall      = errors.New("this process does not answer that call")
	errBadQuestion = errors.New("the question cannot be decoded")
)

// Reply is what goes back to the asking process.
type Reply struct {
	Status int
	// Refused is the value of RefusedHeader; empty if nothing was refused.
	Refused string
	Body    []byte
}

// Verify checks the Authorization header of a call. Errors: ErrToken.
func (s *Server) Verify(authorization string) error { return s.tokens.Verify(authorization) }

// Answers reports whether the server knows a call; call is module/name.
func (s *Server) Answers(call string) bool { return s.calls[call] != nil }

// Serve answers a call of a verified process; call is module/name. Errors: ErrNoCall, and what the call failed with.
func (s *Server) Serve(ctx context.Context, call string, question []byte) (Reply, error) {
	answer, found := s.calls[call]
	if !found {
		return Reply{}, ErrNoCall
	}
	body, err := answer(ctx, question)
	if errors.Is(err, errBadQuestion) {
		return Reply{Status: http.StatusBadRequest}, nil
	}
	if r, ok := s.refusalOf(err); err != nil && ok {
		return Reply{Status: http.StatusUnprocessableEntity, Refused: r.header()}, nil
	}
	return Reply{Status: http.StatusOK, Body: body}, err
}

// Limit returns how long a caller waits, by the header that its client sends; 0 if it does not say.
func Limit(header func(name string) string) time.Duration {
	wait, err := time.ParseDuration(header(timeHeader) + "ms")
	if err != nil || wait < 0 {
		return 0
	}
	return wait
}

func (r Refusal) header() string {
	values := []string{url.QueryEscape(r.Code)}
	for _, arg := range r.Args {
		values = append(values, url.QueryEscape(arg))
	}
	return strings.Join(values, "&")
}

// refusalOf reads the header of a refusal.
func refusalOf(value string) error {
	var parts []string
	for part := range strings.SplitSeq(value, "&") {
		plain, err := url.QueryUnescape(part)
		if err != nil {
			return errors.New("a refusal that cannot be read")
		}
		parts = append(parts, plain)
	}
	return Refusal{Code: parts[0], Args: parts[1:]}
}

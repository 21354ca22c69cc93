package httpserver

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/holotwin/holotwin/platform/peer"
	"github.com/holotwin/holotwin/platform/problem"
	"github.com/holotwin/holotwin/platform/tracing"
)

// maxQuestion is the maximum size of a question of another process, in bytes.
const maxQuestion = 16 << 20

// AnswerPeers makes the server answer calls of other processes of the installation, at peer.Path. They do not belong to the
// API: its document does not name them, and a user's token opens none of them.
func (a *API) AnswerPeers(server *peer.Server) { a.peers = server }

// answerPeer answers a call of another process. It runs before the rate limit, because one process asks for many users. A caller
// without a valid token of a process is limited as any other.
func (a *API) answerPeer(c *fiber.Ctx) error {
	call, ours := strings.CutPrefix(c.Path(), peer.Path+"/")
	if a.peers == nil || !ours || c.Method() != fiber.MethodPost {
		return c.Next()
	}
	if err := a.peers.Verify(c.Get(fiber.HeaderAuthorization)); err != nil {
		if err := a.takeFromRate(c); err != nil {
			return err
		}
		return problem.New(problem.Unauthenticated)
	}
	if a.peers.Answers(call) {
		c.Locals(peerCallKey, peer.Path+"/"+call)
	}
	question, err := readQuestion(c)
	if err != nil {
		return err
	}
	ctx, cancel := a.peerContext(c)
	defer cancel()
	reply, err := a.peers.Serve(ctx, call, question)
	switch {
	case errors.Is(err, peer.ErrNoCall):
		return problem.New(problem.NotFound)
	case err != nil:
		return a.write(c, a.problemOf(ctx, err, nil))
	}
	if reply.Refused != "" {
		c.Set(peer.RefusedHeader, reply.Refused)
	}
	return c.Status(reply.Status).Send(reply.Body)
}

// peerContext returns the context of a call: it ends when the asking process stops waiting.
func (a *API) peerContext(c *fiber.Ctx) (context.Context, context.CancelFunc) {
	limit := RequestTime
	if wait := peer.Limit(func(name string) string { return c.Get(name) }); wait > 0 {
		limit = min(limit, wait)
	}
	return context.WithTimeout(c.UserContext(), limit)
}

func readQuestion(c *fiber.Ctx) ([]byte, error) {
	body := arrivingBodyOf(c)
	var question bytes.Buffer
	n, err := io.Copy(&question, io.LimitReader(body, maxQuestion+1))
	switch {
	case err != nil:
		return nil, TransferProblem(err)
	case n > maxQuestion:
		return nil, problem.New(problem.TooLarge, "limit", maxQuestion)
	}
	return question.Bytes(), nil
}

// PassedOn returns the headers by which a request can be followed to other processes: its id, and its trace.
func PassedOn(ctx context.Context) map[string]string {
	headers := tracing.Leaving(ctx)
	if id := RequestID(ctx); id != "" {
		headers[requestIDHeader] = id
	}
	return headers
}

// away returns the problem of a module that does not answer; nil if that is not the error.
func away(err error) *problem.Problem {
	var gone peer.ErrAway
	if !errors.As(err, &gone) {
		return nil
	}
	return problem.New(problem.ModuleAway).After(max(retryAfter, int(gone.After/time.Second)))
}

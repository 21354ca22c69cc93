package httpserver

import (
	"container/list"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/holotwin/holotwin/platform/problem"
)

// rateLimit allows each client perMinute requests in any minute, evenly spread or in a burst (the generic cell rate algorithm).
// It counts in this process only. Logins must be limited across replicas, so they are counted in the database. It uses the
// monotonic clock, so setting the clock of the machine changes nothing.
type rateLimit struct {
	perMinute  int
	perRequest time.Duration

	mu sync.Mutex
	// clients are the known clients by name. recent holds the same clients, the last active first.
	clients map[string]*list.Element
	recent  *list.List
}

// allowance is the state of one client.
type allowance struct {
	client string
	// due is when the client has its full allowance again, at most a minute after last. last is the time of its last request.
	due, last time.Time
}

// maxClients bounds the memory. Beyond it, the client that was inactive for the longest time is removed.
const maxClients = 100_000

func newRateLimit(perMinute int) *rateLimit {
	if perMinute <= 0 {
		return nil
	}
	return &rateLimit{perMinute: perMinute, perRequest: time.Minute / time.Duration(perMinute), clients: make(map[string]*list.Element), recent: list.New()}
}

// take counts one request. It returns how many requests are left, and the time until all are available again. wait is positive
// if the request is over the limit: the time until the next one is allowed.
func (l *rateLimit) take(client string, now time.Time) (left int, full, wait time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	a := l.allowanceOf(client, now)
	due := a.due
	if due.Before(now) {
		due = now
	}
	if due = due.Add(l.perRequest); due.Sub(now) > time.Minute {
		return 0, time.Minute, due.Sub(now) - time.Minute
	}
	a.due = due
	return int((time.Minute - due.Sub(now)) / l.perRequest), due.Sub(now), 0
}

// allowanceOf returns a client's allowance, or adds it. It removes clients that have their full allowance again.
func (l *rateLimit) allowanceOf(client string, now time.Time) *allowance {
	if found, ok := l.clients[client]; ok {
		l.recent.MoveToFront(found)
		a := found.Value.(*allowance)
		a.last = now
		return a
	}
	for oldest := l.recent.Back(); oldest != nil; oldest = l.recent.Back() {
		a := oldest.Value.(*allowance)
		if l.recent.Len() < maxClients && now.Sub(a.last) <= time.Minute {
			break
		}
		delete(l.clients, a.client)
		l.recent.Remove(oldest)
	}
	a := &allowance{client: client, last: now}
	l.clients[client] = l.recent.PushFront(a)
	return a
}

// limitRate refuses requests over the limit. Health checks and metrics are not limited: a probe must not fail because another
// client on the same address is busy.
func (a *API) limitRate(c *fiber.Ctx) error {
	if strings.HasPrefix(c.Path(), "/health/") || c.Path() == metricsPath {
		return c.Next()
	}
	if err := a.takeFromRate(c); err != nil {
		return err
	}
	return c.Next()
}

// takeFromRate counts a request of its client. Its error is the problem of one over the limit.
func (a *API) takeFromRate(c *fiber.Ctx) error {
	if a.rate == nil {
		return nil
	}
	left, full, wait := a.rate.take(NetworkOf(a.clientAddress(c)), time.Now())
	c.Set("RateLimit-Limit", strconv.Itoa(a.rate.perMinute))
	c.Set("RateLimit-Remaining", strconv.Itoa(left))
	c.Set("RateLimit-Reset", strconv.Itoa(seconds(full)))
	if wait > 0 {
		return problem.New(problem.TooManyRequests).After(seconds(wait))
	}
	return nil
}

func seconds(d time.Duration) int { return int((d + time.Second - 1) / time.Second) }

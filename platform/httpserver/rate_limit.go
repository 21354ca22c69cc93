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

// rateLimit lets each client make so many requests a minute, at any pace that does not outrun them (the generic cell rate
// algorithm). It counts in this process: what must hold across replicas, logins, is counted in the database. Its times are of the
// monotonic clock, so that a clock that is set forgives nobody and punishes nobody.
type rateLimit struct {
	perMinute  int
	perRequest time.Duration

	mu sync.Mutex
	// clients are the clients by name, recent the same by when they last came, the latest in front.
	clients map[string]*list.Element
	recent  *list.List
}

// allowance is what a client has out.
type allowance struct {
	client string
	// due is when all that the client took will have come back, at most a minute after last, when it last came.
	due, last time.Time
}

// maxClients bounds the memory. Beyond it, who came longest ago is forgotten.
const maxClients = 100_000

func newRateLimit(perMinute int) *rateLimit {
	if perMinute <= 0 {
		return nil
	}
	return &rateLimit{perMinute: perMinute, perRequest: time.Minute / time.Duration(perMinute), clients: make(map[string]*list.Element), recent: list.New()}
}

// take takes one request. It tells how many are left, when all will be, and how long to wait where none was.
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

// allowanceOf finds a client's allowance or makes one, and forgets those that are whole again.
func (l *rateLimit) allowanceOf(client string, now time.Time) *allowance {
	if found, is := l.clients[client]; is {
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

// limitRate refuses who asks too often. Operations are not limited: a probe must not fail because its neighbour is busy.
func (a *API) limitRate(c *fiber.Ctx) error {
	if a.rate == nil || strings.HasPrefix(c.Path(), "/health/") || c.Path() == "/metrics" {
		return c.Next()
	}
	left, full, wait := a.rate.take(NetworkOf(a.clientAddress(c)), time.Now())
	c.Set("RateLimit-Limit", strconv.Itoa(a.rate.perMinute))
	c.Set("RateLimit-Remaining", strconv.Itoa(left))
	c.Set("RateLimit-Reset", strconv.Itoa(seconds(full)))
	if wait > 0 {
		return problem.New(problem.TooManyRequests).After(seconds(wait))
	}
	return c.Next()
}

func seconds(d time.Duration) int { return int((d + time.Second - 1) / time.Second) }

package httpserver

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/holotwin/holotwin/platform/problem"
)

// clientOf is the address that a request comes from. What X-Forwarded-For says is believed only of trusted proxies: from
// the right, the first that is none of them.
func (a *API) clientOf(c *fiber.Ctx) string {
	client := c.IP()
	if !a.trusts(client) {
		return client
	}
	hops := strings.Split(c.Get(fiber.HeaderXForwardedFor), ",")
	for _, hop := range slices.Backward(hops) {
		address, err := netip.ParseAddr(strings.TrimSpace(hop))
		if err != nil {
			return client // the proxy before it is all that is known
		}
		client = address.Unmap().String()
		if !a.trusts(client) {
			return client
		}
	}
	return client
}

func (a *API) trusts(client string) bool {
	if len(a.trustedProxies) == 0 {
		return false
	}
	address, err := netip.ParseAddr(client)
	return err == nil && slices.ContainsFunc(a.trustedProxies, func(p netip.Prefix) bool { return p.Contains(address.Unmap()) })
}

// rateLimit lets each client make so many requests a minute, at any pace that does not outrun them (the generic cell rate
// algorithm). It counts in this process: what must hold across replicas, logins, is counted in the database.
type rateLimit struct {
	perMinute int
	each      time.Duration

	mu sync.Mutex
	// due is when all that a client took will have come back.
	due map[string]time.Time
}

// maxClients bounds the memory; beyond it those who have nothing out are forgotten.
const maxClients = 100_000

func newRateLimit(perMinute int) *rateLimit {
	if perMinute <= 0 {
		return nil
	}
	return &rateLimit{perMinute: perMinute, each: time.Minute / time.Duration(perMinute), due: make(map[string]time.Time)}
}

// take takes one request. It tells how many are left, when all will be, and how long to wait where none was.
func (l *rateLimit) take(client string, now time.Time) (left int, full, wait time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.due) >= maxClients {
		l.forget(now)
	}
	due := l.due[client]
	if due.Before(now) {
		due = now
	}
	if due = due.Add(l.each); due.Sub(now) > time.Minute {
		return 0, time.Minute, due.Sub(now) - time.Minute
	}
	l.due[client] = due
	return int((time.Minute - due.Sub(now)) / l.each), due.Sub(now), 0
}

func (l *rateLimit) forget(now time.Time) {
	for client, due := range l.due {
		if due.Before(now) {
			delete(l.due, client)
		}
	}
	if len(l.due) >= maxClients {
		clear(l.due) // a flood of addresses: better nobody is counted than nobody is served
	}
}

// limitRate refuses who asks too often. Operations are not limited: a probe must not fail because its neighbour is busy.
func (a *API) limitRate(c *fiber.Ctx) error {
	if a.rate == nil || strings.HasPrefix(c.Path(), "/health/") || c.Path() == "/metrics" {
		return c.Next()
	}
	left, full, wait := a.rate.take(a.clientOf(c), time.Now())
	c.Set("RateLimit-Limit", strconv.Itoa(a.rate.perMinute))
	c.Set("RateLimit-Remaining", strconv.Itoa(left))
	c.Set("RateLimit-Reset", strconv.Itoa(seconds(full)))
	if wait > 0 {
		return problem.New(problem.TooManyRequests).After(seconds(wait))
	}
	return c.Next()
}

func seconds(d time.Duration) int { return int((d + time.Second - 1) / time.Second) }

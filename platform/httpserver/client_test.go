package httpserver

import (
	"net/http/httptest"
	"net/netip"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/stretchr/testify/require"
)

func TestRateLimit(t *testing.T) {
	now := time.Date(2026, 5, 26, 12, 0, 0, 0, time.UTC)
	limit := newRateLimit(60)
	for i := range 60 {
		left, _, wait := limit.take("a", now)
		require.Zero(t, wait)
		require.Equal(t, 59-i, left)
	}
	_, _, wait := limit.take("a", now)
	require.Equal(t, time.Second, wait)
	_, _, wait = limit.take("b", now)
	require.Zero(t, wait, "others are not slowed down")
	left, full, wait := limit.take("a", now.Add(2*time.Second))
	require.Equal(t, []any{1, 59 * time.Second, time.Duration(0)}, []any{left, full, wait})
	require.Nil(t, newRateLimit(0), "0 is without limit")
}

// TestInactiveClientsAreRemovedFirst checks that an active client stays counted while many others arrive.
func TestInactiveClientsAreRemovedFirst(t *testing.T) {
	now := time.Date(2026, 5, 26, 12, 0, 0, 0, time.UTC)
	limit := newRateLimit(60)
	for i := range 3 * maxClients {
		if i%1000 == 0 {
			limit.take("busy", now)
		}
		limit.take(strconv.Itoa(i), now)
		require.LessOrEqual(t, len(limit.clients), maxClients)
	}
	_, _, wait := limit.take("busy", now)
	require.NotZero(t, wait, "it stayed counted")
	require.Len(t, limit.clients, maxClients)
	require.Equal(t, limit.recent.Len(), len(limit.clients))
	limit.take("later", now.Add(2*time.Minute))
	require.Len(t, limit.clients, 1, "clients with a full allowance are removed")
}

func TestNetworkOf(t *testing.T) {
	for address, want := range map[string]string{
		"203.0.113.9": "203.0.113.9", "::ffff:203.0.113.9": "203.0.113.9",
		"2001:db8:1:2::1": "2001:db8:1:2::/64", "2001:db8:1:2:ffff::9": "2001:db8:1:2::/64", "2001:db8:1:3::1": "2001:db8:1:3::/64",
		"fe80::1%eth0": "fe80::/64", "": "unknown", "x": "unknown",
	} {
		require.Equal(t, want, NetworkOf(address), address)
	}
}

// TestClientAddress checks that X-Forwarded-For is used only if a trusted proxy sent it.
func TestClientAddress(t *testing.T) {
	for name, c := range map[string]struct {
		trusted, forwarded, client string
	}{
		"no trusted proxy":        {"", "203.0.113.9", "0.0.0.0"},
		"another trusted proxy":   {"10.0.0.0/8", "203.0.113.9", "0.0.0.0"},
		"a trusted one":           {"0.0.0.0/32", "203.0.113.9", "203.0.113.9"},
		"behind two":              {"0.0.0.0/32,10.0.0.0/8", "198.51.100.7, 203.0.113.9, 10.1.2.3", "203.0.113.9"},
		"a false inner address":   {"0.0.0.0/32,10.0.0.0/8", "10.9.9.9", "10.9.9.9"},
		"nonsense":                {"0.0.0.0/32", "203.0.113.9, <script>", "0.0.0.0"},
		"no header":               {"0.0.0.0/32", "", "0.0.0.0"},
		"with a port":             {"0.0.0.0/32", "203.0.113.9:5678", "203.0.113.9"},
		"IPv6":                    {"0.0.0.0/32", "2001:DB8:0:0::7", "2001:db8::7"},
		"IPv6 in brackets":        {"0.0.0.0/32", "[2001:db8::7]", "2001:db8::7"},
		"IPv6 with a port":        {"0.0.0.0/32", "[2001:db8::7]:5678", "2001:db8::7"},
		"mapped IPv4":             {"0.0.0.0/32", "::ffff:203.0.113.9", "203.0.113.9"},
		"mapped IPv4 with a port": {"0.0.0.0/32", "[::ffff:203.0.113.9]:1", "203.0.113.9"},
		"with a zone":             {"0.0.0.0/32", "fe80::1%eth0", "fe80::1"},
		"with a zone and a port":  {"0.0.0.0/32", "[fe80::1%eth0]:5678", "fe80::1"},
		"a mapped proxy":          {"0.0.0.0/32,10.0.0.0/8", "203.0.113.9, ::ffff:10.1.2.3", "203.0.113.9"},
		"obfuscated":              {"0.0.0.0/32", "_hidden", "0.0.0.0"},
	} {
		t.Run(name, func(t *testing.T) {
			api := &API{}
			for _, p := range strings.FieldsFunc(c.trusted, func(r rune) bool { return r == ',' }) {
				api.trustedProxies = append(api.trustedProxies, netip.MustParsePrefix(p))
			}
			app := fiber.New()
			app.Get("/", func(c *fiber.Ctx) error { return c.SendString(api.clientAddress(c)) })
			request := httptest.NewRequest("GET", "/", nil)
			request.Header.Set("X-Forwarded-For", c.forwarded)
			answer, err := app.Test(request)
			require.NoError(t, err)
			body := make([]byte, 64)
			n, _ := answer.Body.Read(body)
			require.Equal(t, c.client, string(body[:n]))
		})
	}
}

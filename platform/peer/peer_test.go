package peer

import (
	"context"
	"errors"
	"io"
	"math"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/require"
)

var secret = []byte("0123456789abcdef0123456789abcdef")

type numbers struct {
	Text   string
	Values []float64
}

var (
	echo   = Call[numbers, numbers]{Module: "energy", Name: "echo"}
	add    = Call[int, int]{Module: "energy", Name: "add", Changes: true}
	refuse = Call[Nothing, Nothing]{Module: "energy", Name: "refuse"}
)

var errRefused = errors.New("refused by the module")

func newTestTokens(t *testing.T, secrets ...[]byte) *Tokens {
	t.Helper()
	tokens, err := NewTokens(secrets, time.Now)
	require.NoError(t, err)
	return tokens
}

// answering is an HTTP server that answers by a Server, after what before does with the request.
func answering(t *testing.T, s *Server, before func(http.ResponseWriter, *http.Request) (done bool)) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if before != nil && before(w, r) {
			return
		}
		if err := s.Verify(r.Header.Get("Authorization")); err != nil {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		question, _ := io.ReadAll(r.Body)
		reply, err := s.Serve(r.Context(), strings.TrimPrefix(r.URL.Path, Path+"/"), question)
		switch {
		case errors.Is(err, ErrNoCall):
			w.WriteHeader(http.StatusNotFound)
		case err != nil:
			w.WriteHeader(http.StatusInternalServerError)
		default:
			w.Header().Set(RefusedHeader, reply.Refused)
			w.WriteHeader(reply.Status)
			_, _ = w.Write(reply.Body)
		}
	}))
	t.Cleanup(server.Close)
	return server.URL
}

func newTestServer(t *testing.T) *Server {
	s := NewServer(newTestTokens(t, secret), func(err error) (Refusal, bool) {
		return Refusal{Code: "no_such", Args: []string{"a&b", "ñ\n="}}, errors.Is(err, errRefused)
	})
	echo.Answer(s, func(_ context.Context, in numbers) (numbers, error) { return in, nil })
	refuse.Answer(s, func(context.Context, Nothing) (Nothing, error) { return false, errRefused })
	return s
}

func newTestClient(t *testing.T, url string) *Client {
	t.Helper()
	c, err := NewClient(ClientOptions{URL: url, Tokens: newTestTokens(t, secret), Headers: func(context.Context) map[string]string {
		return map[string]string{"X-Request-Id": "rq_1"}
	}})
	require.NoError(t, err)
	return c
}

// TestAQuestionArrivesAsItIs checks what the wire could lose: NaN, zero, and nothing at all.
func TestAQuestionArrivesAsItIs(t *testing.T) {
	c := newTestClient(t, answering(t, newTestServer(t), func(_ http.ResponseWriter, r *http.Request) bool {
		require.Equal(t, "rq_1", r.Header.Get("X-Request-Id"))
		require.Positive(t, Limit(r.Header.Get))
		return false
	}))
	out, err := echo.Ask(t.Context(), c, numbers{Text: "ñ", Values: []float64{0, math.NaN(), math.Inf(-1), 0.1}})
	require.NoError(t, err)
	require.Equal(t, "ñ", out.Text)
	require.True(t, math.IsNaN(out.Values[1]))
	require.Equal(t, []float64{0, math.Inf(-1), 0.1}, []float64{out.Values[0], out.Values[2], out.Values[3]})
	out, err = echo.Ask(t.Context(), c, numbers{})
	require.NoError(t, err)
	require.Equal(t, numbers{}, out)
}

// TestARefusalArrives checks that a module's own error is no failure: it is not repeated, and does not open the breaker.
func TestARefusalArrives(t *testing.T) {
	c := newTestClient(t, answering(t, newTestServer(t), nil))
	for range 2 * failuresToOpen {
		_, err := refuse.Ask(t.Context(), c, true)
		require.Equal(t, Refusal{Code: "no_such", Args: []string{"a&b", "ñ\n="}}, err)
	}
}

func TestWhatIsAway(t *testing.T) {
	s := newTestServer(t)
	address := answering(t, s, nil)
	other, err := NewClient(ClientOptions{URL: address, Tokens: newTestTokens(t, []byte(strings.Repeat("x", 32)))})
	require.NoError(t, err)
	_, err = echo.Ask(t.Context(), other, numbers{})
	require.True(t, IsAway(err), "another secret")
	require.ErrorContains(t, err, "SERVICE_SECRET")

	_, err = add.Ask(t.Context(), newTestClient(t, address), 1)
	require.True(t, IsAway(err), "a call that is not there")

	_, err = echo.Ask(t.Context(), newTestClient(t, "http://127.0.0.1:1"), numbers{})
	require.True(t, IsAway(err), "nobody listens")

	busy := newTestClient(t, answering(t, s, func(w http.ResponseWriter, _ *http.Request) bool {
		w.Header().Set("Retry-After", "7")
		w.WriteHeader(http.StatusServiceUnavailable)
		return true
	}))
	_, err = echo.Ask(t.Context(), busy, numbers{})
	var away ErrAway
	require.ErrorAs(t, err, &away)
	require.Equal(t, 7*time.Second, away.After)
}

// TestAnotherVersion asks a process of another version, as in a rolling restart, for what it does not know: that is away, and what it
// knows goes on.
func TestAnotherVersion(t *testing.T) {
	c := newTestClient(t, answering(t, newTestServer(t), nil))
	otherForm := Call[string, string]{Module: echo.Module, Name: echo.Name}
	for range 2 * failuresToOpen {
		_, err := add.Ask(t.Context(), c, 1)
		require.True(t, IsAway(err), "a call that is not there")
		_, err = otherForm.Ask(t.Context(), c, "text")
		require.True(t, IsAway(err), "a call with another question")
	}
	_, err := echo.Ask(t.Context(), c, numbers{})
	require.NoError(t, err)
}

// TestRepetitions checks that a question is repeated until it is answered, and a change is not if it may have arrived.
func TestRepetitions(t *testing.T) {
	s := newTestServer(t)
	add.Answer(s, func(_ context.Context, n int) (int, error) { return n, nil })
	var asked atomic.Int64
	breaking := func(times int64) string {
		asked.Store(0)
		return answering(t, s, func(http.ResponseWriter, *http.Request) bool {
			if asked.Add(1) <= times {
				panic(http.ErrAbortHandler) // the connection breaks after the request has arrived
			}
			return false
		})
	}
	_, err := echo.Ask(t.Context(), newTestClient(t, breaking(maxTries-1)), numbers{})
	require.NoError(t, err)
	require.EqualValues(t, maxTries, asked.Load())

	_, err = echo.Ask(t.Context(), newTestClient(t, breaking(maxTries)), numbers{})
	require.True(t, IsAway(err))
	require.EqualValues(t, maxTries, asked.Load())

	_, err = add.Ask(t.Context(), newTestClient(t, breaking(1)), 1)
	require.True(t, IsAway(err))
	require.EqualValues(t, 1, asked.Load())
}

// TestADeadlineIsKept checks that a call ends with its caller, and that a caller who gives up does not open the breaker.
func TestADeadlineIsKept(t *testing.T) {
	s := newTestServer(t)
	hang := make(chan struct{})
	c := newTestClient(t, answering(t, s, func(_ http.ResponseWriter, r *http.Request) bool {
		if r.Header.Get("X-Request-Id") == "" {
			return false
		}
		select {
		case <-hang:
		case <-r.Context().Done():
			return true
		}
		return false
	}))
	for range 2 * failuresToOpen {
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(10*time.Millisecond, cancel)
		_, err := echo.Ask(ctx, c, numbers{})
		require.Error(t, err)
	}
	close(hang)
	_, err := echo.Ask(t.Context(), c, numbers{})
	require.NoError(t, err)
}

// TestAMachineThatIsGone lets the connections of a client fall silent, as those to a machine without power, while its address leads to
// another machine: one call is lost by it, and not one for each connection.
func TestAMachineThatIsGone(t *testing.T) {
	const open = 8
	type connKey struct{}
	var gone atomic.Bool
	var meet sync.WaitGroup
	s := newTestServer(t)
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		isOld := r.Context().Value(connKey{}).(bool)
		question, _ := io.ReadAll(r.Body) // else the end of the connection is not noticed
		if isOld && gone.Load() {
			<-r.Context().Done()
			return
		}
		if isOld {
			meet.Done()
			meet.Wait() // so that each has a connection of its own
		}
		reply, _ := s.Serve(r.Context(), "energy/echo", question)
		_, _ = w.Write(reply.Body)
	}))
	server.Config.ConnContext = func(ctx context.Context, _ net.Conn) context.Context {
		return context.WithValue(ctx, connKey{}, !gone.Load())
	}
	server.Start()
	t.Cleanup(server.Close)
	c := newTestClient(t, server.URL)
	meet.Add(open)
	var asks sync.WaitGroup
	for range open {
		asks.Go(func() {
			_, err := echo.Ask(t.Context(), c, numbers{})
			require.NoError(t, err)
		})
	}
	asks.Wait()
	gone.Store(true)
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	_, err := echo.Ask(ctx, c, numbers{})
	require.True(t, IsAway(err))
	ctx, cancel = context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	_, err = echo.Ask(ctx, c, numbers{})
	require.NoError(t, err)
}

// TestTheBreaker walks through its states with a clock of its own.
func TestTheBreaker(t *testing.T) {
	var b breaker
	now := time.Unix(1_000_000, 0)
	for range failuresToOpen {
		_, ok := b.allow(now)
		require.True(t, ok)
		b.record(false, now)
	}
	wait, ok := b.allow(now)
	require.False(t, ok)
	require.Equal(t, minPause, wait)

	for pause := minPause; pause < maxPause; pause = min(2*pause, maxPause) {
		now = now.Add(pause)
		_, ok = b.allow(now)
		require.True(t, ok, "one may try")
		_, ok = b.allow(now)
		require.False(t, ok, "and no other")
		b.record(false, now)
		wait, _ = b.allow(now)
		require.Equal(t, min(2*pause, maxPause), wait)
	}
	now = now.Add(maxPause)
	_, ok = b.allow(now)
	require.True(t, ok)
	b.abandon()
	_, ok = b.allow(now)
	require.True(t, ok, "the one who tried gave up")
	now = now.Add(maxPause)
	_, ok = b.allow(now)
	require.True(t, ok, "the one who tried gets no answer")
	b.record(true, now)
	for range failuresToOpen {
		_, ok = b.allow(now)
		require.True(t, ok)
	}
}

func TestTokens(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	clock := func() time.Time { return now }
	tokens, err := NewTokens([][]byte{secret}, clock)
	require.NoError(t, err)
	token, err := tokens.sign(0)
	require.NoError(t, err)
	require.NoError(t, tokens.Verify(bearer+token))
	require.ErrorIs(t, tokens.Verify(token), ErrToken)

	again, err := tokens.sign(0)
	require.NoError(t, err)
	require.Equal(t, token, again)
	now = now.Add(tokenLife + skew + time.Second)
	require.ErrorIs(t, tokens.Verify(bearer+token), ErrToken, "it has expired")
	fresh, err := tokens.sign(0)
	require.NoError(t, err)
	require.NoError(t, tokens.Verify(bearer+fresh))

	_, err = NewTokens([][]byte{secret, secret[1:]}, clock)
	require.Error(t, err)
	_, err = NewTokens(nil, clock)
	require.Error(t, err)
	sign := func(key []byte, claims jwt.RegisteredClaims) string {
		signed, err := jwt.NewWithClaims(jwt.SigningMethodHS256, claims).SignedString(key)
		require.NoError(t, err)
		return bearer + signed
	}
	good := jwt.RegisteredClaims{
		Issuer: issuer, Audience: jwt.ClaimStrings{audience}, IssuedAt: jwt.NewNumericDate(now), ExpiresAt: jwt.NewNumericDate(now.Add(tokenLife)),
	}
	require.NoError(t, tokens.Verify(sign(tokens.keys[0].key, good)))
	require.ErrorIs(t, tokens.Verify(sign(secret, good)), ErrToken, "the secret itself is no key")
	ofUser, long := good, good
	ofUser.Audience = jwt.ClaimStrings{"holotwin"}
	long.ExpiresAt = jwt.NewNumericDate(now.Add(time.Hour))
	for name, claims := range map[string]jwt.RegisteredClaims{"a user's": ofUser, "for an hour": long, "without times": {Issuer: issuer, Audience: good.Audience}} {
		require.ErrorIs(t, tokens.Verify(sign(tokens.keys[0].key, claims)), ErrToken, name)
	}
}

// TestASecretIsReplaced replaces the secret of two processes that ask each other, in both orders: first one process has the new and the
// old secret, then both have, then one has the new one alone, then both have. No question is lost, and a change is made once.
func TestASecretIsReplaced(t *testing.T) {
	newSecret := []byte("fedcba9876543210fedcba9876543210")
	stages := [][][]byte{{secret}, {newSecret, secret}, {newSecret}}
	for name, orders := range map[string][][2]int{
		"the asking process first": {{0, 0}, {1, 0}, {1, 1}, {2, 1}, {2, 2}},
		"the asked process first":  {{0, 0}, {0, 1}, {1, 1}, {1, 2}, {2, 2}},
	} {
		t.Run(name, func(t *testing.T) {
			var asked *Server // the process that runs now; a stage starts it again
			var refused, changed atomic.Int64
			url := answering(t, nil, func(w http.ResponseWriter, r *http.Request) bool {
				if asked.Verify(r.Header.Get("Authorization")) != nil {
					refused.Add(1)
					w.WriteHeader(http.StatusUnauthorized)
					return true
				}
				question, _ := io.ReadAll(r.Body)
				reply, _ := asked.Serve(r.Context(), strings.TrimPrefix(r.URL.Path, Path+"/"), question)
				w.WriteHeader(reply.Status)
				_, _ = w.Write(reply.Body)
				return true
			})
			var client *Client
			var changes int64
			for i, stage := range orders {
				if i == 0 || stage[0] != orders[i-1][0] {
					var err error
					client, err = NewClient(ClientOptions{URL: url, Tokens: newTestTokens(t, stages[stage[0]]...)})
					require.NoError(t, err)
				}
				asked = NewServer(newTestTokens(t, stages[stage[1]]...), func(error) (Refusal, bool) { return Refusal{}, false })
				add.Answer(asked, func(_ context.Context, n int) (int, error) { changed.Add(1); return n, nil })
				refused.Store(0)
				for range 3 {
					_, err := add.Ask(t.Context(), client, 1)
					require.NoError(t, err, "stage %d", i)
					changes++
				}
				require.LessOrEqual(t, refused.Load(), int64(1), "it remembers which secret was accepted")
				require.Equal(t, changes, changed.Load())
			}
			stranger, err := NewClient(ClientOptions{URL: url, Tokens: newTestTokens(t, secret)})
			require.NoError(t, err)
			_, err = add.Ask(t.Context(), stranger, 1)
			require.ErrorIs(t, err, errRefusedToken, "the old secret alone is worth nothing at the end")
		})
	}
}

// FuzzServe checks that no question ends the process.
func FuzzServe(f *testing.F) {
	s := NewServer(nil, func(error) (Refusal, bool) { return Refusal{}, false })
	echo.Answer(s, func(_ context.Context, in numbers) (numbers, error) { return in, nil })
	f.Add([]byte{})
	f.Add([]byte("\x1f\xff\x81\x03\x01\x01\anumbers"))
	f.Fuzz(func(t *testing.T, question []byte) {
		reply, err := s.Serve(t.Context(), "energy/echo", question)
		require.NoError(t, err)
		require.Contains(t, []int{http.StatusOK, http.StatusBadRequest}, reply.Status)
	})
}

package auth_test

import (
	"context"
	"encoding/base32"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/modules/auth"
	"github.com/holotwin/holotwin/modules/auth/totp"
)

// plainSealer's key is its name; it also opens what former sealed. Sealed texts are the owner and the secret.
type plainSealer struct {
	name   string
	former []string
}

func (s plainSealer) Seal(secret []byte, owner string) (auth.Sealed, error) {
	return auth.Sealed{By: s.name, Text: append([]byte(owner+" "), secret...)}, nil
}

func (s plainSealer) Open(sealed auth.Sealed, owner string) ([]byte, error) {
	secret, ok := strings.CutPrefix(string(sealed.Text), owner+" ")
	if !ok || !slices.Contains(s.Names(), sealed.By) {
		return nil, auth.ErrSealed
	}
	return []byte(secret), nil
}

func (s plainSealer) Names() []string { return append([]string{s.name}, s.former...) }

var anaActor = auth.Actor{ID: "us_1", Role: auth.Admin, Client: "192.0.2.1"}

// enrol turns Ana's second factor on and returns its secret and recovery codes.
func (c *campus) enrol(t *testing.T) (secret []byte, recovery []string) {
	t.Helper()
	proposed, err := c.factors.Propose(context.Background(), anaActor)
	require.NoError(t, err)
	require.True(t, strings.HasPrefix(proposed.Address, "otpauth://totp/"))
	secret, err = base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(proposed.Secret)
	require.NoError(t, err)
	recovery, err = c.factors.Confirm(context.Background(), anaActor, "", totp.Code(secret, totp.StepAt(c.now)))
	require.NoError(t, err)
	return secret, recovery
}

func (c *campus) loginWith(code string) (auth.Grant, error) {
	return c.sessions.Login(context.Background(), auth.LoginForm{Email: "ana@usc.edu.co", Password: password, Code: code}, auth.Actor{Client: "192.0.2.1"})
}

func TestSecondFactor(t *testing.T) {
	ctx, c := context.Background(), newCampus()
	_, err := c.factors.Confirm(ctx, anaActor, "", "000000")
	require.ErrorIs(t, err, auth.ErrNotFound, "nothing is proposed")
	before, err := c.login()
	require.NoError(t, err)
	_, err = c.factors.Propose(ctx, anaActor)
	require.NoError(t, err)
	_, err = c.loginWith("")
	require.NoError(t, err, "a factor that is only proposed is not asked for")
	_, err = c.factors.Confirm(ctx, anaActor, "", "12345")
	require.ErrorAs(t, err, &auth.ErrInvalid{})

	secret, recovery := c.enrol(t)
	require.Len(t, recovery, auth.RecoveryCodes)
	_, err = c.sessions.Holder(ctx, before.Access)
	require.ErrorIs(t, err, auth.ErrToken, "other sessions have ended")
	_, err = c.factors.Propose(ctx, anaActor)
	require.ErrorIs(t, err, auth.ErrFactorOn)

	code := func(steps int64) string { return totp.Code(secret, totp.StepAt(c.now)+steps) }
	_, err = c.loginWith("")
	require.ErrorIs(t, err, auth.ErrFactorRequired)
	_, err = c.sessions.Login(ctx, auth.LoginForm{Email: "ana@usc.edu.co", Password: "guess", Code: code(1)}, auth.Actor{Client: "192.0.2.1"})
	require.ErrorIs(t, err, auth.ErrCredentials)
	require.NotErrorIs(t, err, auth.ErrFactorRequired)
	_, err = c.loginWith(code(0))
	require.ErrorIs(t, err, auth.ErrCredentials, "the code that turned it on")
	granted, err := c.loginWith(" " + code(1)[:3] + " " + code(1)[3:])
	require.NoError(t, err, "a phone that is half a minute ahead, and a blank as apps show it")
	require.True(t, granted.User.SecondFactor)
	for _, used := range []int64{1, 0, -1} {
		_, err = c.loginWith(code(used))
		require.ErrorIs(t, err, auth.ErrCredentials, "a code is accepted once, and none older than it")
	}
	c.now = c.now.Add(3 * time.Minute)
	for steps, ok := range map[int64]bool{-2: false, 2: false} {
		_, err = c.loginWith(code(steps))
		require.Equal(t, ok, err == nil, steps)
	}
	_, err = c.loginWith(code(-1))
	require.NoError(t, err, "a phone that is half a minute late")
}

func TestRecoveryCodes(t *testing.T) {
	c := newCampus()
	_, recovery := c.enrol(t)
	_, err := c.loginWith(strings.ToUpper(recovery[3]))
	require.NoError(t, err)
	_, err = c.loginWith(recovery[3])
	require.ErrorIs(t, err, auth.ErrCredentials, "each works once")
	_, err = c.loginWith(strings.ReplaceAll(recovery[9], "-", ""))
	require.NoError(t, err)
	_, factor, err := c.factors.State(context.Background(), anaActor)
	require.NoError(t, err)
	require.Equal(t, auth.RecoveryCodes-2, factor.RecoveryLeft)
	entries, err := c.store.Entries(context.Background(), auth.AuditQuery{Action: auth.RecoveryUsed, Limit: 9})
	require.NoError(t, err)
	require.Equal(t, "8 left", entries[0].Detail)
}

// TestWrongCodesAreThrottled counts wrong codes as wrong passwords are counted. A missing code is no wrong one.
func TestWrongCodesAreThrottled(t *testing.T) {
	c := newCampus()
	secret, _ := c.enrol(t)
	for range 3 * loginLimit {
		_, err := c.loginWith("")
		require.ErrorIs(t, err, auth.ErrFactorRequired)
	}
	for range loginLimit {
		_, err := c.loginWith("nothing")
		require.ErrorIs(t, err, auth.ErrCredentials)
	}
	_, err := c.loginWith(totp.Code(secret, totp.StepAt(c.now)+1))
	require.ErrorAs(t, err, &auth.ErrThrottled{})
	entries, err := c.store.Entries(context.Background(), auth.AuditQuery{Action: auth.LoginRefused, Limit: 99})
	require.NoError(t, err)
	require.Len(t, entries, loginLimit)
}

func TestSecondFactorIsRemoved(t *testing.T) {
	ctx, c := context.Background(), newCampus()
	require.ErrorIs(t, c.sessions.RemoveFactor(ctx, anaActor, password, ""), auth.ErrNotFound)
	secret, recovery := c.enrol(t)
	for _, both := range []string{"", "123456"} {
		given := ""
		if both != "" {
			given = password
		}
		require.ErrorAs(t, c.sessions.RemoveFactor(ctx, anaActor, given, both), &auth.ErrInvalid{})
	}
	require.ErrorIs(t, c.sessions.RemoveFactor(ctx, anaActor, "guess", ""), auth.ErrCredentials)
	require.ErrorIs(t, c.sessions.RemoveFactor(ctx, anaActor, "", totp.Code(secret, totp.StepAt(c.now))), auth.ErrCredentials, "a used code")
	require.NoError(t, c.sessions.RemoveFactor(ctx, anaActor, "", recovery[0]))
	_, err := c.loginWith("")
	require.NoError(t, err)

	c.enrol(t)
	require.NoError(t, c.sessions.RemoveFactor(ctx, anaActor, password, ""))
	c.enrol(t)
	require.ErrorIs(t, c.accounts.RemoveFactor(ctx, auth.Actor{ID: "us_9", Role: auth.Manager}, "us_1"), auth.ErrForbidden)
	require.ErrorIs(t, c.accounts.RemoveFactor(ctx, anaActor, "us_9"), auth.ErrNotFound)
	require.NoError(t, c.accounts.RemoveFactor(ctx, anaActor, "us_1"))
	_, err = c.loginWith("")
	require.NoError(t, err)
	entries, err := c.store.Entries(ctx, auth.AuditQuery{Action: auth.FactorRemoved, Limit: 9})
	require.NoError(t, err)
	require.Len(t, entries, 1)
	require.Equal(t, "us_1", entries[0].Target)
}

// TestSecondFactorIsDemanded lets a session set up a factor and nothing else, until it has one.
func TestSecondFactorIsDemanded(t *testing.T) {
	ctx, c := context.Background(), newCampus()
	granted, err := c.login()
	require.NoError(t, err)
	rights := func() auth.Role {
		holder, err := c.sessions.Holder(ctx, granted.Access)
		require.NoError(t, err)
		return holder.Role
	}
	require.Equal(t, auth.Admin, rights())
	require.ErrorIs(t, c.factors.Demand(ctx, auth.Actor{Role: auth.Manager}, nil), auth.ErrForbidden)
	require.ErrorIs(t, c.factors.Demand(ctx, auth.Actor{Role: auth.Admin, Space: "sp_1"}, nil), auth.ErrForbidden)
	require.NoError(t, c.factors.Demand(ctx, anaActor, []auth.Role{auth.Admin}))
	require.Equal(t, auth.Enrolling, rights(), "at once in this process")
	claims, err := c.tokens.Verify(granted.Access)
	require.NoError(t, err)
	require.Equal(t, auth.Admin, claims.Role)
	again, err := c.login()
	require.NoError(t, err)
	claims, err = c.tokens.Verify(again.Access)
	require.NoError(t, err)
	require.Equal(t, auth.Enrolling, claims.Role, "processes without auth read it in the token")
	require.True(t, again.User.MustSetUpFactor())

	proposed, err := c.factors.Propose(ctx, anaActor)
	require.NoError(t, err)
	secret, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(proposed.Secret)
	require.NoError(t, err)
	_, err = c.factors.Confirm(ctx, anaActor, claims.Family, totp.Code(secret, totp.StepAt(c.now)))
	require.NoError(t, err)
	granted = again
	require.Equal(t, auth.Admin, rights())
	require.NoError(t, c.factors.Demand(ctx, anaActor, nil))
}

// TestAnotherSecretOfTheServer rotates the secret from which the key of the factors is derived: it says so, and recovery codes work.
func TestAnotherSecretOfTheServer(t *testing.T) {
	ctx, c := context.Background(), newCampus()
	secret, recovery := c.enrol(t)
	unreadable, err := c.factors.Unreadable(ctx)
	require.NoError(t, err)
	require.Zero(t, unreadable)
	c.begin(plainSealer{name: "next"})
	unreadable, err = c.factors.Unreadable(ctx)
	require.NoError(t, err)
	require.Equal(t, 1, unreadable)
	_, err = c.loginWith(totp.Code(secret, totp.StepAt(c.now)+1))
	require.ErrorIs(t, err, auth.ErrSealed)
	_, err = c.sessions.Login(ctx, auth.LoginForm{Email: "ana@usc.edu.co", Password: "guess", Code: "123456"}, auth.Actor{Client: "192.0.2.1"})
	require.ErrorIs(t, err, auth.ErrCredentials, "only after the right password")
	_, err = c.loginWith(recovery[0])
	require.NoError(t, err)
	require.NoError(t, c.sessions.RemoveFactor(ctx, anaActor, password, ""))
	secret, _ = c.enrol(t)
	_, err = c.loginWith(totp.Code(secret, totp.StepAt(c.now)+1))
	require.NoError(t, err)
}

// TestTheSecretOfTheServerIsReplaced replaces it in two steps, between which both are known: codes stay valid.
func TestTheSecretOfTheServerIsReplaced(t *testing.T) {
	ctx, c := context.Background(), newCampus()
	secret, _ := c.enrol(t)
	resealed, err := c.factors.Reseal(ctx)
	require.NoError(t, err)
	require.Zero(t, resealed)
	c.begin(plainSealer{name: "next", former: []string{"key"}})
	resealed, err = c.factors.Reseal(ctx)
	require.NoError(t, err)
	require.Equal(t, 1, resealed)
	c.begin(plainSealer{name: "next"})
	unreadable, err := c.factors.Unreadable(ctx)
	require.NoError(t, err)
	require.Zero(t, unreadable)
	_, err = c.loginWith(totp.Code(secret, totp.StepAt(c.now)+1))
	require.NoError(t, err)
}

func TestSecondFactorOfTheUniversity(t *testing.T) {
	ctx, c := context.Background(), newCampus()
	user := auth.User{ID: "us_so", Email: "so@usc.edu.co", Role: auth.Viewer, Login: auth.BySignOn, Created: c.now}
	require.NoError(t, c.store.AddUser(ctx, user, auth.Entry{}))
	_, err := c.factors.Propose(ctx, auth.Actor{ID: "us_so"})
	require.ErrorIs(t, err, auth.ErrNotLocal)
	_, err = c.factors.Propose(ctx, auth.Actor{ID: "us_nobody"})
	require.ErrorIs(t, err, auth.ErrToken)
}

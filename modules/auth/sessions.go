package auth

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"time"
	"unicode"
	"unicode/utf8"
)

// Lifetimes of tokens and sessions.
const (
	AccessLife = 2 * time.Hour
	// IdleLife is how long a refresh token stays valid without use, SessionLife the maximum length of a session.
	IdleLife    = 7 * 24 * time.Hour
	SessionLife = 30 * 24 * time.Hour
)

// Grant is the result of a login or a refresh: an access token, a refresh token and their user.
type Grant struct {
	Access  string
	Refresh string
	User    User
}

// Sessions logs users in and out and checks their tokens.
type Sessions struct {
	users    Users
	families Families
	hasher   Hasher
	tokens   Tokens
	throttle *loginThrottle
	slots    loginSlots
	sweeper  Sweeper
	refusals *Refusals
	factors  *Factors
	clock    Clock
	newID    func(prefix string) string
	random   func(n int) []byte
	cache    *sessionCache
}

// SessionsNeed is what NewSessions needs.
type SessionsNeed struct {
	Users    Users
	Families Families
	Hasher   Hasher
	Tokens   Tokens
	Throttle Throttle
	Sweeper  Sweeper
	Refusals *Refusals
	Factors  *Factors
	// LoginLimit is the maximum of failed logins per minute of one account from one network.
	LoginLimit int
	Clock      Clock
	NewID      func(prefix string) string
	Random     func(n int) []byte
}

// NewSessions returns the use cases of sessions.
func NewSessions(n SessionsNeed) *Sessions {
	s := &Sessions{
		users: n.Users, families: n.Families, hasher: n.Hasher, tokens: n.Tokens, sweeper: n.Sweeper, refusals: n.Refusals, factors: n.Factors, clock: n.Clock, newID: n.NewID, random: n.Random,
		throttle: &loginThrottle{store: n.Throttle, limit: n.LoginLimit, clock: n.Clock},
		slots:    loginSlots{byCaller: make(map[string]int)},
		cache:    newSessionCache(n.Families, n.Clock),
	}
	if n.Factors != nil {
		n.Factors.OnChange(s.Forget)
	}
	return s
}

// LoginForm is what a user logs in with. Code is a code of the second factor or a recovery code; empty if the user sent none.
type LoginForm struct{ Email, Password, Code string }

// Login logs a user in by password; from is the origin of the request. An unknown user costs the same work as a wrong
// password. Only after the right password an error may be about the second factor; a wrong code is ErrCredentials and counts as a wrong
// password does. Errors: ErrInvalid, ErrCredentials, ErrFactorRequired, ErrSealed, ErrThrottled, ErrBusy.
func (s *Sessions) Login(ctx context.Context, form LoginForm, from Actor) (Grant, error) {
	if flaws := checkLogin(form); len(flaws) > 0 {
		return Grant{}, ErrInvalid{flaws}
	}
	form.Email = normalEmail(form.Email)
	try, err := s.throttle.take(ctx, form.Email, from.Client)
	if err != nil {
		return Grant{}, err
	}
	var granted Grant
	err = s.inSlot(ctx, try, func() (err error) {
		granted, err = s.loginByPassword(ctx, form, from)
		return err
	})
	if errors.Is(err, ErrCredentials) {
		err = errors.Join(err, s.refusals.Note(ctx, from.Entry(s.clock.Now(), LoginRefused, auditableEmail(form.Email), "")))
	}
	return granted, err
}

// inSlot calls compare in a slot of the hasher's queue, and gives the try back unless the login failed. A try also counts if
// the queue was full, because otherwise a flood would cost nothing. Errors: ErrBusy, and errors of compare.
func (s *Sessions) inSlot(ctx context.Context, try loginTry, compare func() error) error {
	release, err := s.slots.acquire(try)
	if err != nil {
		return err
	}
	defer release()
	err = compare()
	if errors.Is(err, ErrCredentials) || errors.Is(err, ErrBusy) {
		return err
	}
	return errors.Join(err, try.giveBack(ctx))
}

// auditableEmail returns what the audit stores of a tried address: nothing if it is not well-formed. Such a text may be a password,
// or a formula that attacks a reader who opens the audit in a spreadsheet.
func auditableEmail(email string) string {
	first, _ := utf8.DecodeRuneInString(email)
	if isAddress(email) && (unicode.IsLetter(first) || unicode.IsDigit(first)) {
		return email
	}
	return ""
}

// loginByPassword identifies a user by password, and by a code if they have a second factor, and begins a session. Errors:
// ErrCredentials, ErrFactorRequired, ErrSealed, ErrBusy.
func (s *Sessions) loginByPassword(ctx context.Context, form LoginForm, from Actor) (Grant, error) {
	for range maxLoginAttempts {
		user, err := s.identify(ctx, form.Email, form.Password)
		if err == nil {
			err = s.factors.check(ctx, user, form.Code, from)
		}
		if err != nil {
			return Grant{}, err
		}
		from.ID = user.ID
		// The comparison took time. A change meanwhile has ended all sessions, but not this one, which does not exist yet.
		granted, err := s.begin(ctx, user, from, func(now User) bool {
			return now.PasswordHash == user.PasswordHash && now.SecondFactor == user.SecondFactor && !now.Disabled
		})
		if !errors.Is(err, errChanged) {
			return granted, err
		}
	}
	return Grant{}, ErrBusy
}

// maxLoginAttempts is how often a login is tried if the user is changed during it.
const maxLoginAttempts = 3

// errChanged is a user who was changed during a login or a change of password.
var errChanged = errors.New("the user was changed meanwhile")

// maxCode is the maximum length of a code in bytes, with the blanks and hyphens that people write into it.
const maxCode = 64

func checkLogin(form LoginForm) []Flaw {
	var flaws []Flaw
	if normalEmail(form.Email) == "" {
		flaws = append(flaws, Flaw{Field: "email", Rule: "required"})
	}
	if len(form.Email) > maxEmail {
		flaws = append(flaws, Flaw{Field: "email", Rule: "max_bytes", Args: map[string]any{"max": maxEmail}})
	}
	switch {
	case form.Password == "":
		flaws = append(flaws, Flaw{Field: "password", Rule: "required"})
	case len(form.Password) > MaxPassword:
		flaws = append(flaws, Flaw{Field: "password", Rule: "max_bytes", Args: map[string]any{"max": MaxPassword}})
	}
	if len(form.Code) > maxCode {
		flaws = append(flaws, Flaw{Field: "code", Rule: "max_bytes", Args: map[string]any{"max": maxCode}})
	}
	return flaws
}

// identify compares the password exactly once, whether or not the user is known.
func (s *Sessions) identify(ctx context.Context, email, password string) (User, error) {
	user, found, err := s.users.UserByEmail(ctx, email)
	if err != nil {
		return User{}, err
	}
	ok, stale, err := s.isPasswordOf(ctx, user, password)
	if err != nil {
		return User{}, err
	}
	if !ok || !found || user.Disabled {
		return User{}, ErrCredentials
	}
	if stale {
		return s.withNewHash(ctx, user, password)
	}
	return user, nil
}

// withNewHash returns the user with a new hash of the same password at the current cost. If the hasher is busy they keep the old one.
func (s *Sessions) withNewHash(ctx context.Context, user User, password string) (User, error) {
	renewed, err := s.hasher.Hash(ctx, password)
	if errors.Is(err, ErrBusy) {
		return user, nil
	}
	if err != nil {
		return User{}, err
	}
	done, err := s.users.Rehash(ctx, user.ID, user.PasswordHash, renewed)
	if done {
		user.PasswordHash = renewed
	}
	return user, err
}

// isPasswordOf reports whether a password is a user's, and whether its hash should be renewed. It takes the same time if the
// user has no password or does not exist.
func (s *Sessions) isPasswordOf(ctx context.Context, user User, password string) (ok, stale bool, err error) {
	ok, stale, err = s.hasher.Matches(ctx, user.PasswordHash, password)
	return ok && user.Login == ByPassword && password != publishedPassword, stale, err
}

// begin begins a session if may accepts the current user. Errors: errChanged.
func (s *Sessions) begin(ctx context.Context, user User, from Actor, may func(now User) bool) (Grant, error) {
	pending := s.newPending(user, from)
	err := s.families.Begin(ctx, pending.Family, pending.Token, func(u User) (Entry, error) {
		if !may(u) {
			return Entry{}, errChanged
		}
		user, pending.Note.Detail = u, u.Email
		return pending.Note, nil
	})
	if errors.Is(err, ErrNotFound) {
		err = errChanged
	}
	if err != nil {
		return Grant{}, err
	}
	if err := s.throttle.remember(ctx, user.Email, from.Client); err != nil {
		return Grant{}, err
	}
	return s.grant(user, pending.Family, pending.refresh)
}

// newPending returns a session that is not stored yet.
func (s *Sessions) newPending(user User, from Actor) PendingSession {
	now := s.clock.Now()
	from.ID = user.ID
	refresh := s.newRefresh()
	return PendingSession{
		Family: Family{ID: s.newID("fm"), User: user.ID, Begun: now, Used: now}, Token: digest(refresh), refresh: refresh,
		Note: from.Entry(now, LoggedIn, user.ID, user.Email),
	}
}

func (s *Sessions) newRefresh() string {
	return refreshPrefix + base64.RawURLEncoding.EncodeToString(s.random(32))
}

// digest is the form in which a token is stored: a reader of the database cannot use it.
func digest(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}

// grant returns the tokens of a session. The access token does not outlive it: a process that verifies tokens by itself does not know when
// the session began.
func (s *Sessions) grant(user User, family Family, refresh string) (Grant, error) {
	return s.grantAs(user, family, refresh, s.newID("tk"))
}

func (s *Sessions) grantAs(user User, family Family, refresh, tokenID string) (Grant, error) {
	now := s.clock.Now()
	expires := now.Add(AccessLife)
	if end := family.Begun.Add(SessionLife); end.Before(expires) {
		expires = end
	}
	access, err := s.tokens.Sign(Claims{
		Subject: user.ID, Role: user.Rights(), Space: user.Space, Family: family.ID,
		ID: tokenID, Issued: now, Expires: expires,
	})
	return Grant{Access: access, Refresh: refresh, User: user}, err
}

// Forget drops the cached sessions of a user, or of all users if user is empty, so that the next request reads their current rights.
func (s *Sessions) Forget(user string) { s.cache.forgetUser(user) }

// Logout ends the actor's session: at once in this process, within five seconds in others.
func (s *Sessions) Logout(ctx context.Context, actor Actor, family string) error {
	return s.end(ctx, family, actor.Entry(s.clock.Now(), LoggedOut, actor.ID, ""))
}

func (s *Sessions) end(ctx context.Context, family string, note Entry) error {
	if err := s.families.End(ctx, family, note); err != nil {
		return err
	}
	s.cache.forget(family)
	return nil
}

// UserOf returns the current user of a session. Errors: ErrToken.
func (s *Sessions) UserOf(ctx context.Context, family string) (User, error) {
	user, valid, err := s.cache.userOf(ctx, family)
	if err == nil && !valid {
		err = ErrToken
	}
	return user, err
}

// Holder is the user of an access token, with its session and id. Their Role is Enrolling if they must set up a second factor first.
type Holder struct {
	User
	Family  string
	TokenID string
}

// Holder returns the holder of an access token with their current rights, not those when the token was signed. Errors: ErrToken.
func (s *Sessions) Holder(ctx context.Context, access string) (Holder, error) {
	claims, err := s.tokens.Verify(access)
	if err != nil {
		return Holder{}, err
	}
	user, valid, err := s.cache.userOf(ctx, claims.Family)
	if err != nil {
		return Holder{}, err
	}
	if !valid || user.ID != claims.Subject {
		return Holder{}, ErrToken
	}
	s.confirmArrival(ctx, claims.Family, claims.ID)
	user.Role = user.Rights()
	return Holder{User: user, Family: claims.Family, TokenID: claims.ID}, nil
}

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

// Lives of what a login gives.
const (
	AccessLife = 2 * time.Hour
	// IdleLife is how long a refresh token may lie unused, SessionLife how long a login lasts at the most.
	IdleLife    = 7 * 24 * time.Hour
	SessionLife = 30 * 24 * time.Hour
)

// Grant is what a login or a refresh gives.
type Grant struct {
	Access  string
	Refresh string
	User    User
}

// Sessions lets users in.
type Sessions struct {
	users    Users
	families Families
	hasher   Hasher
	tokens   Tokens
	throttle *loginThrottle
	places   loginPlaces
	sweeper  Sweeper
	refusals *Refusals
	clock    Clock
	newID    func(prefix string) string
	random   func(n int) []byte
	standing *standings
}

// SessionsNeed is what sessions are made of.
type SessionsNeed struct {
	Users    Users
	Families Families
	Hasher   Hasher
	Tokens   Tokens
	Throttle Throttle
	Sweeper  Sweeper
	Refusals *Refusals
	// LoginLimit is how many logins of an account may fail in a minute from one network.
	LoginLimit int
	Clock      Clock
	NewID      func(prefix string) string
	Random     func(n int) []byte
}

// NewSessions makes sessions.
func NewSessions(n SessionsNeed) *Sessions {
	return &Sessions{
		users: n.Users, families: n.Families, hasher: n.Hasher, tokens: n.Tokens, sweeper: n.Sweeper, refusals: n.Refusals, clock: n.Clock, newID: n.NewID, random: n.Random,
		throttle: &loginThrottle{store: n.Throttle, limit: n.LoginLimit, clock: n.Clock},
		places:   loginPlaces{of: make(map[string]int)},
		standing: newStandings(n.Families, n.Clock),
	}
}

// Login lets a user in by password; from is where the request comes from. An unknown user costs the same work as a
// wrong password. Errors: ErrInvalid, ErrCredentials, ErrThrottled, ErrBusy.
func (s *Sessions) Login(ctx context.Context, email, password string, from Actor) (Grant, error) {
	if flaws := checkLogin(email, password); len(flaws) > 0 {
		return Grant{}, ErrInvalid{flaws}
	}
	email = normalEmail(email)
	try, err := s.throttle.take(ctx, email, from.Client)
	if err != nil {
		return Grant{}, err
	}
	var granted Grant
	err = s.tried(ctx, try, func() (err error) {
		granted, err = s.enter(ctx, email, password, from)
		return err
	})
	if errors.Is(err, ErrCredentials) {
		err = errors.Join(err, s.refusals.Note(ctx, from.Entry(s.clock.Now(), LoginRefused, noted(email), "")))
	}
	return granted, err
}

// tried compares a password on a place in the queue, and returns the try where it was no failure. One that found the queue
// full counts, or a flood would cost nothing. Errors: ErrBusy, and those of compare.
func (s *Sessions) tried(ctx context.Context, try loginTry, compare func() error) error {
	leave, err := s.places.enter(try)
	if err != nil {
		return err
	}
	defer leave()
	err = compare()
	if errors.Is(err, ErrCredentials) || errors.Is(err, ErrBusy) {
		return err
	}
	return errors.Join(err, try.giveBack(ctx))
}

// noted is what the audit keeps of an address that somebody tried: nothing, where it has not the shape of one. It may be a
// password, or meant for who opens the audit in a spreadsheet.
func noted(email string) string {
	first, _ := utf8.DecodeRuneInString(email)
	if isAddress(email) && (unicode.IsLetter(first) || unicode.IsDigit(first)) {
		return email
	}
	return ""
}

// enter lets a user in by password. Errors: ErrCredentials, ErrBusy.
func (s *Sessions) enter(ctx context.Context, email, password string, from Actor) (Grant, error) {
	for range maxLogins {
		user, err := s.identify(ctx, email, password)
		if err != nil {
			return Grant{}, err
		}
		from.ID = user.ID
		// The password was compared a while ago: what was changed meanwhile has ended all sessions but the one that begins.
		granted, err := s.begin(ctx, user, from, func(now User) bool { return now.PasswordHash == user.PasswordHash && !now.Disabled })
		if !errors.Is(err, errChanged) {
			return granted, err
		}
	}
	return Grant{}, ErrBusy
}

// maxLogins is how often a login looks again at a user who is changed in the middle of it.
const maxLogins = 3

// errChanged is a user who was changed in the middle of a login or of another password.
var errChanged = errors.New("the user was changed meanwhile")

func checkLogin(email, password string) []Flaw {
	var flaws []Flaw
	if normalEmail(email) == "" {
		flaws = append(flaws, Flaw{Field: "email", Rule: "required"})
	}
	if len(email) > 320 {
		flaws = append(flaws, Flaw{Field: "email", Rule: "max_bytes", Args: map[string]any{"max": 320}})
	}
	switch {
	case password == "":
		flaws = append(flaws, Flaw{Field: "password", Rule: "required"})
	case len(password) > MaxPassword:
		flaws = append(flaws, Flaw{Field: "password", Rule: "max_bytes", Args: map[string]any{"max": MaxPassword}})
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
		return s.rehashed(ctx, user, password)
	}
	return user, nil
}

// rehashed is a user with a hash of today's cost of the same password. Where it cannot be made they keep the old one.
func (s *Sessions) rehashed(ctx context.Context, user User, password string) (User, error) {
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

// isPasswordOf tells whether a password is a user's, and whether its hash should be made anew. It takes the same time
// whether or not the user has a password, or is there at all.
func (s *Sessions) isPasswordOf(ctx context.Context, user User, password string) (ok, stale bool, err error) {
	ok, stale, err = s.hasher.Matches(ctx, user.PasswordHash, password)
	return ok && user.Login == ByPassword && password != publishedPassword, stale, err
}

// begin begins a session of a user whom may lets in as they are now. Errors: errChanged.
func (s *Sessions) begin(ctx context.Context, user User, from Actor, may func(now User) bool) (Grant, error) {
	o := s.newOpening(user, from)
	err := s.families.Begin(ctx, o.Family, o.Token, func(u User) (Entry, error) {
		if !may(u) {
			return Entry{}, errChanged
		}
		user, o.Note.Detail = u, u.Email
		return o.Note, nil
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
	return s.grant(user, o.Family.ID, o.refresh)
}

// newOpening makes a session that is not kept yet.
func (s *Sessions) newOpening(user User, from Actor) Opening {
	now := s.clock.Now()
	from.ID = user.ID
	refresh := s.newRefresh()
	return Opening{
		Family: Family{ID: s.newID("fm"), User: user.ID, Begun: now, Used: now}, Token: digest(refresh), refresh: refresh,
		Note: from.Entry(now, LoggedIn, user.ID, user.Email),
	}
}

func (s *Sessions) newRefresh() string {
	return "htr_" + base64.RawURLEncoding.EncodeToString(s.random(32))
}

// digest is how a token is kept: whoever reads the database cannot use it.
func digest(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}

func (s *Sessions) grant(user User, family, refresh string) (Grant, error) {
	now := s.clock.Now()
	access, err := s.tokens.Sign(Claims{
		Subject: user.ID, Role: user.Role, Space: user.Space, Family: family,
		ID: s.newID("tk"), Issued: now, Expires: now.Add(AccessLife),
	})
	return Grant{Access: access, Refresh: refresh, User: user}, err
}

// Refresh exchanges a refresh token for a new pair. One that was spent before ends its session.
// Errors: ErrToken, ErrTokenReused.
func (s *Sessions) Refresh(ctx context.Context, refresh string, from Actor) (Grant, error) {
	now := s.clock.Now()
	family, spent, found, err := s.families.Find(ctx, digest(refresh))
	switch {
	case err != nil:
		return Grant{}, err
	case !found, family.Ended, now.Sub(family.Used) > IdleLife, now.Sub(family.Begun) > SessionLife:
		return Grant{}, ErrToken
	case spent:
		return Grant{}, s.reused(ctx, family, from)
	}
	_, user, found, err := s.families.Standing(ctx, family.ID)
	if err != nil {
		return Grant{}, err
	}
	if !found || user.Disabled {
		return Grant{}, ErrToken
	}
	successor := s.newRefresh()
	won, err := s.families.Spend(ctx, digest(refresh), digest(successor), now)
	if err != nil {
		return Grant{}, err
	}
	if !won {
		return Grant{}, s.reused(ctx, family, from)
	}
	return s.grant(user, family.ID, successor)
}

func (s *Sessions) reused(ctx context.Context, family Family, from Actor) error {
	if err := s.end(ctx, family.ID, from.Entry(s.clock.Now(), TokenReused, family.User, family.ID)); err != nil {
		return err
	}
	return ErrTokenReused
}

// Forget makes the next token of a user look again at what he may do.
func (s *Sessions) Forget(user string) { s.standing.forgetUser(user) }

// Logout ends the actor's session: at once in this process, within five seconds in others.
func (s *Sessions) Logout(ctx context.Context, actor Actor, family string) error {
	return s.end(ctx, family, actor.Entry(s.clock.Now(), LoggedOut, actor.ID, ""))
}

func (s *Sessions) end(ctx context.Context, family string, note Entry) error {
	if err := s.families.End(ctx, family, note); err != nil {
		return err
	}
	s.standing.forget(family)
	return nil
}

// Holder is who holds an access token.
type Holder struct {
	User
	Family  string
	TokenID string
}

// Holder tells who holds an access token, as he is now and not as he was when it was given. Errors: ErrToken.
func (s *Sessions) Holder(ctx context.Context, access string) (Holder, error) {
	claims, err := s.tokens.Verify(access)
	if err != nil {
		return Holder{}, err
	}
	user, stands, err := s.standing.of(ctx, claims.Family)
	if err != nil {
		return Holder{}, err
	}
	if !stands || user.ID != claims.Subject {
		return Holder{}, ErrToken
	}
	return Holder{User: user, Family: claims.Family, TokenID: claims.ID}, nil
}

// ChangePassword gives the actor another password and ends all their sessions but family, the one that asks. Who has no
// password has no current one to give: ErrCredentials. Wrong guesses of the current one count like those of a login.
// Errors: ErrInvalid, ErrToken, ErrCredentials, ErrThrottled, ErrBusy.
func (s *Sessions) ChangePassword(ctx context.Context, actor Actor, family, current, next string) error {
	user, found, err := s.users.User(ctx, actor.ID)
	if err != nil {
		return err
	}
	if !found {
		return ErrToken
	}
	if rule, args := CheckPassword(next, user.Email); rule != "" {
		return ErrInvalid{[]Flaw{{Field: "new", Rule: rule, Args: args}}}
	}
	if len(current) > MaxPassword {
		return ErrCredentials
	}
	try, err := s.throttle.take(ctx, user.Email, actor.Client)
	if err != nil {
		return err
	}
	return s.tried(ctx, try, func() error { return s.changePassword(ctx, actor, user, family, current, next) })
}

func (s *Sessions) changePassword(ctx context.Context, actor Actor, user User, family, current, next string) error {
	ok, _, err := s.isPasswordOf(ctx, user, current)
	if err != nil {
		return err
	}
	if !ok {
		return ErrCredentials
	}
	hash, err := s.hasher.Hash(ctx, next)
	if err != nil {
		return err
	}
	_, err = s.users.ChangeUser(ctx, user.ID, family, func(u *User) (Entry, error) {
		if u.Disabled || u.PasswordHash != user.PasswordHash {
			return Entry{}, errChanged
		}
		u.givePassword(hash)
		return actor.Entry(s.clock.Now(), PasswordChanged, u.ID, ""), nil
	})
	s.standing.forgetUser(user.ID)
	if errors.Is(err, errChanged) || errors.Is(err, ErrNotFound) {
		return ErrCredentials // what was compared is the current password no more
	}
	return err
}

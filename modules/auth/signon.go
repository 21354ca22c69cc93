package auth

import (
	"context"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"slices"
	"strings"
)

// SignOn is the university's own login: OpenID Connect, authorisation code with PKCE.
type SignOn interface {
	// Address is where a browser is sent to log in.
	Address(ctx context.Context, attempt Attempt) (string, error)
	// Identity exchanges the code that the browser came back with. ErrCredentials where the provider does not vouch for
	// who that is, ErrUnavailable where it cannot be asked.
	Identity(ctx context.Context, code string, attempt Attempt) (Identity, error)
}

// ErrUnavailable is a provider that cannot be asked.
var ErrUnavailable = errors.New("the university's sign-on does not answer")

// Attempt is one login on its way: three secrets that the browser keeps in a cookie meanwhile.
type Attempt struct{ State, Nonce, Verifier string }

// Identity is who the provider says that somebody is.
type Identity struct {
	// Email is one that the provider has verified.
	Email  string
	Groups []string
}

// GroupRoles says which group of the university has which role; the greatest that somebody is in counts. Anyone stands for
// everybody whom the provider knows; an empty group for nobody.
type GroupRoles struct{ Admin, Manager, Viewer string }

// Anyone is the group of everybody.
const Anyone = "*"

// of gives the role of who is in groups; empty where he has none.
func (g GroupRoles) of(groups []string) Role {
	for _, r := range []struct {
		role  Role
		group string
	}{{Admin, g.Admin}, {Manager, g.Manager}, {Viewer, g.Viewer}} {
		if r.group != "" && (r.group == Anyone || slices.Contains(groups, r.group)) {
			return r.role
		}
	}
	return ""
}

// SignOns lets users in by the university's own login.
type SignOns struct {
	provider SignOn
	roles    GroupRoles
	sessions *Sessions
	users    Users
}

// NewSignOns makes them.
func NewSignOns(provider SignOn, roles GroupRoles, sessions *Sessions, users Users) *SignOns {
	return &SignOns{provider: provider, roles: roles, sessions: sessions, users: users}
}

// Begin gives where a browser is sent, and the attempt that its cookie keeps. Errors: ErrUnavailable.
func (s *SignOns) Begin(ctx context.Context) (address string, attempt Attempt, err error) {
	secret := func() string { return base64.RawURLEncoding.EncodeToString(s.sessions.random(32)) }
	attempt = Attempt{State: secret(), Nonce: secret(), Verifier: secret()}
	address, err = s.provider.Address(ctx, attempt)
	return address, attempt, err
}

// Finish lets in who came back with a code. One who is not known yet becomes a user without a password; the role follows
// his groups at every login, the space that an administrator set stays. Errors: ErrCredentials, ErrUnavailable.
func (s *SignOns) Finish(ctx context.Context, attempt Attempt, state, code string, from Actor) (Grant, error) {
	if attempt.State == "" || subtle.ConstantTimeCompare([]byte(attempt.State), []byte(state)) != 1 {
		return Grant{}, ErrCredentials
	}
	identity, err := s.provider.Identity(ctx, code, attempt)
	if err != nil {
		return Grant{}, err
	}
	role := s.roles.of(identity.Groups)
	email := normalEmail(identity.Email)
	if role == "" || email == "" {
		return Grant{}, errors.Join(ErrCredentials, s.sessions.refusals.Note(ctx, from.Entry(s.sessions.clock.Now(), LoginRefused, email, strings.Join(identity.Groups, " "))))
	}
	user, err := s.known(ctx, email, role, from)
	if err != nil {
		return Grant{}, err
	}
	from.ID = user.ID
	return s.sessions.begin(ctx, user, from)
}

// known is the user with an address, made or given the role where he has another.
func (s *SignOns) known(ctx context.Context, email string, role Role, from Actor) (User, error) {
	now := s.sessions.clock.Now()
	user, found, err := s.users.UserByEmail(ctx, email)
	switch {
	case err != nil:
		return User{}, err
	case !found:
		user = User{ID: s.sessions.newID("us"), Email: email, Role: role, Login: BySignOn, Created: now}
		return user, s.users.AddUser(ctx, user, from.Entry(now, UserAdded, user.ID, described(user)))
	case user.Disabled:
		return User{}, errors.Join(ErrCredentials, s.sessions.refusals.Note(ctx, from.Entry(now, LoginRefused, email, "disabled")))
	case user.Role == role:
		return user, nil
	}
	changed := user
	changed.Role = role
	err = s.users.ChangeUser(ctx, changed, from.Entry(now, UserChanged, user.ID, described(changed)))
	if errors.Is(err, ErrLastAdmin) {
		return user, nil // the campus keeps its last administrator, whatever the groups say
	}
	s.sessions.Forget(user.ID)
	return changed, err
}

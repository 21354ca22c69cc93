package auth

import (
	"context"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"net/mail"
	"slices"
	"strings"
	"unicode"
)

// SignOn is the university's own login: OpenID Connect, authorisation code with PKCE.
type SignOn interface {
	// Address is where a browser is sent to log in. ErrUnavailable where the provider cannot be asked.
	Address(ctx context.Context, attempt Attempt) (string, error)
	// Identity exchanges the code that the browser came back with. ErrSignOn where the provider does not vouch for
	// who that is, ErrUnavailable where it cannot be asked.
	Identity(ctx context.Context, code string, attempt Attempt) (Identity, error)
}

// ErrUnavailable is a provider that cannot be asked.
var ErrUnavailable = errors.New("the university's sign-on does not answer")

// ErrSignOn is a sign-on that was refused. Who signs on learns no more than of ErrCredentials; the reason is for the
// operator's log, and holds no secret.
type ErrSignOn struct{ Reason string }

func (e ErrSignOn) Error() string { return e.Reason }

// Unwrap makes it an ErrCredentials.
func (e ErrSignOn) Unwrap() error { return ErrCredentials }

// Attempt is one login on its way: three secrets that the browser keeps in a cookie meanwhile.
type Attempt struct{ State, Nonce, Verifier string }

// Account is somebody's account at the university. It is theirs for ever; an address may change hands.
type Account struct{ Issuer, Subject string }

// Identity is who the provider says that somebody is.
type Identity struct {
	Account
	Email string
	// Verified tells that the provider vouches for the address being theirs.
	Verified bool
	Groups   []string
}

// GroupRoles says which group of the university has which role; the greatest that somebody is in counts. Anyone stands for
// everybody whom the provider knows; an empty group for nobody.
type GroupRoles struct{ Admin, Manager, Viewer string }

// Anyone is the group of everybody.
const Anyone = "*"

// of gives the role of who is in groups; empty where they have none.
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
	trust    Trust
	sessions *Sessions
	links    Links
	codes    SignOnCodes
}

// Trust says which addresses of the provider count.
type Trust bool

const (
	// VerifiedOnly takes those that the provider calls verified.
	VerifiedOnly Trust = false
	// AlsoUnverified takes the others too, but for linking a user who is there already.
	AlsoUnverified Trust = true
)

// SignOnsNeed is what they are made of.
type SignOnsNeed struct {
	Provider SignOn
	Roles    GroupRoles
	Trust    Trust
	Sessions *Sessions
	Links    Links
	Codes    SignOnCodes
}

// NewSignOns makes them.
func NewSignOns(n SignOnsNeed) *SignOns {
	return &SignOns{provider: n.Provider, roles: n.Roles, trust: n.Trust, sessions: n.Sessions, links: n.Links, codes: n.Codes}
}

func (s *SignOns) secret() string { return base64.RawURLEncoding.EncodeToString(s.sessions.random(32)) }

// Begin gives where a browser is sent, and the attempt that its cookie keeps. Errors: ErrUnavailable.
func (s *SignOns) Begin(ctx context.Context) (address string, attempt Attempt, err error) {
	attempt = Attempt{State: s.secret(), Nonce: s.secret(), Verifier: s.secret()}
	address, err = s.provider.Address(ctx, attempt)
	return address, attempt, err
}

// Return is what a browser brings back from the provider.
type Return struct {
	State, Code string
	// Error and Description are the provider's own, in place of a code.
	Error, Description string
}

// Finish lets in who came back, and gives what their page exchanges for a session. Who is not known yet becomes a user
// without a password; the role follows their groups at every sign-on, the space that an administrator set stays. Who is in
// no group any more is refused, and their sessions end. Errors: ErrSignOn, ErrThrottled, ErrUnavailable.
func (s *SignOns) Finish(ctx context.Context, attempt Attempt, back Return, from Actor) (over Handover, err error) {
	err = s.throttled(ctx, from.Client, func() error {
		over, err = s.finish(ctx, attempt, back, from)
		return err
	})
	return over, err
}

// throttled counts what is refused as a failed login of the client's network.
func (s *SignOns) throttled(ctx context.Context, client string, try func() error) error {
	if err := s.sessions.throttle.takeNetwork(ctx, client); err != nil {
		return err
	}
	err := try()
	if errors.Is(err, ErrCredentials) {
		return err
	}
	return errors.Join(err, s.sessions.throttle.giveBackNetwork(ctx, client))
}

func (s *SignOns) finish(ctx context.Context, attempt Attempt, back Return, from Actor) (Handover, error) {
	if err := checkReturn(attempt, back); err != nil {
		return Handover{}, err
	}
	identity, err := s.provider.Identity(ctx, back.Code, attempt)
	if err != nil {
		return Handover{}, err
	}
	user, notice, err := s.admit(ctx, identity, from)
	var refused ErrSignOn
	if errors.As(err, &refused) {
		return Handover{}, s.refused(ctx, refused, noted(normalEmail(identity.Email)), from)
	}
	if err != nil {
		return Handover{}, err
	}
	over, err := s.handOver(ctx, user)
	over.Notice = notice
	return over, err
}

// refused notes who was refused and why.
func (s *SignOns) refused(ctx context.Context, refusal ErrSignOn, target string, from Actor) error {
	if err := s.sessions.refusals.Note(ctx, from.Entry(s.sessions.clock.Now(), LoginRefused, target, refusal.Reason)); err != nil {
		return err
	}
	return refusal
}

// checkReturn refuses what is no answer to the browser's own attempt, and what the provider refused.
func checkReturn(attempt Attempt, back Return) error {
	switch {
	case attempt.State == "" || attempt.Nonce == "" || attempt.Verifier == "":
		return ErrSignOn{"the browser brought no attempt: it takes no cookies, began more than ten minutes ago, or began elsewhere"}
	case subtle.ConstantTimeCompare([]byte(attempt.State), []byte(back.State)) != 1:
		return ErrSignOn{"the answer is to another attempt than the browser's (state)"}
	case back.Error != "":
		reason := "the provider answered " + printable(back.Error, maxWord)
		if back.Error == "invalid_scope" {
			reason += "; OIDC_SCOPES says what it is asked for"
		}
		if back.Description != "" {
			reason += ": " + printable(back.Description, maxReason)
		}
		return ErrSignOn{reason}
	case back.Code == "":
		return ErrSignOn{"the provider sent neither a code nor an error"}
	}
	return nil
}

// Bounds of what is kept of a provider's words.
const (
	maxSubject = 255 // OpenID Connect Core §2
	maxWord    = 64
	maxReason  = 300
)

// printable is a text that stands in one line of a log, cut where it is long.
func printable(text string, most int) string {
	text = strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return ' '
	}, text)
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return text
}

// checkIdentity gives the role of who is said to be there, and the address as it is kept.
func (s *SignOns) checkIdentity(i Identity) (role Role, email string, err error) {
	email = normalEmail(i.Email)
	address, wrong := mail.ParseAddress(email)
	switch {
	case i.Subject == "" || len(i.Subject) > maxSubject || printable(i.Subject, maxSubject) != i.Subject:
		return "", "", ErrSignOn{"the provider sent no subject that can be kept (sub)"}
	case email == "":
		return "", "", ErrSignOn{"the provider sent no e-mail address: ask it for the scope email"}
	case wrong != nil || address.Address != email || len(email) > maxEmail:
		return "", "", ErrSignOn{"what the provider sent as an e-mail address is none"}
	case !i.Verified && s.trust == VerifiedOnly:
		return "", "", ErrSignOn{"the address is not verified: the provider sent no email_verified that is true; OIDC_TRUST_UNVERIFIED_EMAIL=true takes it"}
	}
	if role = s.roles.of(i.Groups); role == "" {
		return "", "", errNoRole{ErrSignOn{"no group has a role here: " + groupNames(i.Groups)}}
	}
	return role, email, nil
}

// errNoRole is who has a right to nothing here any more.
type errNoRole struct{ ErrSignOn }

func (e errNoRole) Unwrap() error { return e.ErrSignOn }

// groupNames says in which groups somebody is.
func groupNames(groups []string) string {
	if len(groups) == 0 {
		return "the provider sent none (OIDC_GROUPS_CLAIM, OIDC_SCOPES)"
	}
	quoted := make([]string, len(groups))
	for i, g := range groups {
		quoted[i] = fmt.Sprintf("%q", g)
	}
	return printable(strings.Join(quoted, ", "), maxReason)
}

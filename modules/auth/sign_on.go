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
	// Address returns the URL to which a browser is sent to log in. ErrUnavailable if the provider does not answer.
	Address(ctx context.Context, attempt Attempt) (string, error)
	// Identity exchanges the code that the browser brought back. ErrSignOn if the provider does not confirm an identity,
	// ErrUnavailable if it does not answer.
	Identity(ctx context.Context, code string, attempt Attempt) (Identity, error)
}

// ErrUnavailable is a provider that does not answer.
var ErrUnavailable = errors.New("the university's sign-on does not answer")

// ErrSignOn is a refused sign-on. The caller learns no more than from ErrCredentials. Reason is for the operator's log and
// contains no secret.
type ErrSignOn struct{ Reason string }

func (e ErrSignOn) Error() string { return e.Reason }

// Unwrap makes it an ErrCredentials.
func (e ErrSignOn) Unwrap() error { return ErrCredentials }

// Attempt is one login in progress: three secrets that the browser keeps in a cookie until it comes back.
type Attempt struct{ State, Nonce, Verifier string }

// Account is a person's account at the university. It never changes its person; an e-mail address may.
type Account struct{ Issuer, Subject string }

// Identity is a person as the provider describes them.
type Identity struct {
	Account
	Email string
	// Verified is set if the provider confirms that the address belongs to the person.
	Verified bool
	Groups   []string
}

// GroupRoles maps groups of the university to roles; a person in several gets the highest role. Anyone matches every person
// with an account; an empty group matches none.
type GroupRoles struct{ Admin, Manager, Viewer string }

// Anyone is the group that matches every person.
const Anyone = "*"

// roleOf returns the role of a person in groups; empty if there is none.
func (g GroupRoles) roleOf(groups []string) Role {
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

// SignOns logs users in by the university's own login.
type SignOns struct {
	provider SignOn
	roles    GroupRoles
	trust    Trust
	sessions *Sessions
	links    Links
	codes    SignOnCodes
}

// Trust says which addresses of the provider are accepted.
type Trust bool

const (
	// VerifiedOnly accepts only addresses that the provider has verified.
	VerifiedOnly Trust = false
	// AlsoUnverified accepts all addresses, but an unverified one never links an existing user.
	AlsoUnverified Trust = true
)

// SignOnsNeed is what NewSignOns needs.
type SignOnsNeed struct {
	Provider SignOn
	Roles    GroupRoles
	Trust    Trust
	Sessions *Sessions
	Links    Links
	Codes    SignOnCodes
}

// NewSignOns returns the use cases of the university's sign-on.
func NewSignOns(n SignOnsNeed) *SignOns {
	return &SignOns{provider: n.Provider, roles: n.Roles, trust: n.Trust, sessions: n.Sessions, links: n.Links, codes: n.Codes}
}

func (s *SignOns) secret() string { return base64.RawURLEncoding.EncodeToString(s.sessions.random(32)) }

// Begin returns the URL to which the browser is sent, and the attempt for its cookie. Errors: ErrUnavailable.
func (s *SignOns) Begin(ctx context.Context) (address string, attempt Attempt, err error) {
	attempt = Attempt{State: s.secret(), Nonce: s.secret(), Verifier: s.secret()}
	address, err = s.provider.Address(ctx, attempt)
	return address, attempt, err
}

// Return holds the parameters with which a browser comes back from the provider.
type Return struct {
	State, Code string
	// Error and Description come from the provider in place of a code.
	Error, Description string
}

// Finish admits the person who came back and returns a code that their page exchanges for a session. An unknown person
// becomes a user without a password. The role follows their groups at every sign-on; the space set by an administrator
// stays. A person without a group is refused and their sessions end. Errors: ErrSignOn, ErrThrottled, ErrUnavailable.
func (s *SignOns) Finish(ctx context.Context, attempt Attempt, back Return, from Actor) (handover Handover, err error) {
	err = s.throttled(ctx, from.Client, func() error {
		handover, err = s.finish(ctx, attempt, back, from)
		return err
	})
	return handover, err
}

// throttled calls try and counts a refusal as a failed login of the client's network.
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
		return Handover{}, s.auditRefusal(ctx, refused, auditableEmail(normalEmail(identity.Email)), from)
	}
	if err != nil {
		return Handover{}, err
	}
	handover, err := s.handOver(ctx, user)
	handover.Notice = notice
	return handover, err
}

// auditRefusal writes the refusal with its reason to the audit and returns it.
func (s *SignOns) auditRefusal(ctx context.Context, refusal ErrSignOn, target string, from Actor) error {
	if err := s.sessions.refusals.Note(ctx, from.Entry(s.sessions.clock.Now(), LoginRefused, target, refusal.Reason)); err != nil {
		return err
	}
	return refusal
}

// checkReturn rejects an answer to another attempt than the browser's own, and an error from the provider.
func checkReturn(attempt Attempt, back Return) error {
	switch {
	case attempt.State == "" || attempt.Nonce == "" || attempt.Verifier == "":
		return ErrSignOn{"the browser sent no attempt cookie: it blocks cookies, began more than ten minutes ago, or began in another browser"}
	case subtle.ConstantTimeCompare([]byte(attempt.State), []byte(back.State)) != 1:
		return ErrSignOn{"the answer belongs to another attempt than the browser's (state)"}
	case back.Error != "":
		reason := "the provider answered " + printable(back.Error, maxErrorCode)
		if back.Error == "invalid_scope" {
			reason += "; check OIDC_SCOPES"
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

// Bounds of texts from the provider, in characters; maxSubject in bytes.
const (
	maxSubject   = 255 // OpenID Connect Core §2
	maxErrorCode = 64
	maxReason    = 300
)

// printable returns a text for one line of a log, cut after limit characters.
func printable(text string, limit int) string {
	text = strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return ' '
	}, text)
	if runes := []rune(text); len(runes) > limit {
		return string(runes[:limit]) + "…"
	}
	return text
}

// checkIdentity returns the role of an identity and its normalised address.
func (s *SignOns) checkIdentity(i Identity) (role Role, email string, err error) {
	email = normalEmail(i.Email)
	address, wrong := mail.ParseAddress(email)
	switch {
	case i.Subject == "" || len(i.Subject) > maxSubject || printable(i.Subject, maxSubject) != i.Subject:
		return "", "", ErrSignOn{"the provider sent no valid subject (sub)"}
	case email == "":
		return "", "", ErrSignOn{"the provider sent no e-mail address: request the scope email"}
	case wrong != nil || address.Address != email || len(email) > maxEmail:
		return "", "", ErrSignOn{"the provider sent an invalid e-mail address"}
	case !i.Verified && s.trust == VerifiedOnly:
		return "", "", ErrSignOn{"the address is not verified: the provider did not send email_verified=true; OIDC_TRUST_UNVERIFIED_EMAIL=true accepts it"}
	}
	if role = s.roles.roleOf(i.Groups); role == "" {
		return "", "", errNoRole{ErrSignOn{"no group has a role here: " + groupNames(i.Groups)}}
	}
	return role, email, nil
}

// errNoRole is a person whose groups have no role.
type errNoRole struct{ ErrSignOn }

func (e errNoRole) Unwrap() error { return e.ErrSignOn }

// groupNames lists groups for the log.
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

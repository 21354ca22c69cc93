package auth

import (
	"context"
	"encoding/base32"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/holotwin/holotwin/modules/auth/totp"
)

// Factor is the second factor of a local account: an authenticator app that shares a secret with the server (TOTP, RFC 6238).
type Factor struct {
	User   string
	Secret Sealed
	// Proposed is when the secret was made, Confirmed when its first code turned it on; zero until then.
	Proposed, Confirmed time.Time
	// UsedStep is the step of the last accepted code. Codes of this step and of earlier ones are rejected.
	UsedStep int64
	// RecoveryLeft is the number of unused recovery codes.
	RecoveryLeft int
}

// IsOn reports whether a login needs the factor.
func (f Factor) IsOn() bool { return !f.Confirmed.IsZero() }

// FactorStore stores second factors. It stores secrets sealed, and of recovery codes only the SHA-256.
type FactorStore interface {
	// Factor returns a user's factor, on or only proposed.
	Factor(ctx context.Context, user string) (factor Factor, found bool, err error)
	// ProposeFactor stores a factor that is not on, replacing an earlier one of its user. Errors: ErrFactorOn, ErrNotFound.
	ProposeFactor(ctx context.Context, factor Factor) error
	// ConfirmFactor turns the proposed factor on, if it still has the same secret, stores the digests of its recovery codes and the audit
	// entry, and ends the user's families except keep. Of several concurrent calls one wins.
	ConfirmFactor(ctx context.Context, factor Factor, recovery [][]byte, keep string, note Entry) (won bool, err error)
	// UseStep stores that a code of a step was accepted. Of several concurrent calls with a step one wins, also between processes.
	UseStep(ctx context.Context, user string, step int64) (won bool, err error)
	// UseRecovery deletes a recovery code and adds the audit entry that note makes of the number of codes left. Of several concurrent
	// calls one wins.
	UseRecovery(ctx context.Context, user string, digest []byte, note func(left int) Entry) (won bool, err error)
	// RemoveFactor deletes a user's factor, on or proposed, and adds the audit entry; ErrNotFound.
	RemoveFactor(ctx context.Context, user string, note Entry) error
	// DemandedRoles returns the roles whose users must have a second factor, in order.
	DemandedRoles(ctx context.Context) ([]Role, error)
	// DemandFactor replaces the roles whose users must have a second factor, and adds the audit entry.
	DemandFactor(ctx context.Context, roles []Role, note Entry) error
	// SealedBy returns at most limit factors, on or proposed, whose secret was sealed by one of these keys.
	SealedBy(ctx context.Context, names []string, limit int) ([]Factor, error)
	// Reseal replaces the sealed secret of a user's factor, if it is still the former one.
	Reseal(ctx context.Context, user string, former, next Sealed) error
	// CountSealed counts the factors whose secret was not sealed by one of these keys.
	CountSealed(ctx context.Context, names []string) (others int, err error)
}

// Sealed is an encrypted secret, and the name of the key that it was encrypted with.
type Sealed struct {
	By   string
	Text []byte
}

// Sealer encrypts secrets that the database must not reveal.
type Sealer interface {
	// Seal encrypts a secret for an owner. Errors: ErrNoSeal.
	Seal(secret []byte, owner string) (Sealed, error)
	// Open decrypts a secret of an owner. Errors: ErrSealed.
	Open(sealed Sealed, owner string) ([]byte, error)
	// Names returns the names of the keys that it opens; it seals with the first.
	Names() []string
}

// Errors of second factors.
var (
	// ErrFactorRequired is a login with the right password and without the code that it needs.
	ErrFactorRequired = errors.New("a code of the second factor is required")
	// ErrFactorOn is a factor that is on already.
	ErrFactorOn = errors.New("the second factor is on already")
	// ErrNotLocal is a user without a password here, whose second factor is a matter of the university's login.
	ErrNotLocal = errors.New("the user logs in at the university")
	// ErrSealed is a secret that was encrypted with a key that this server does not have, or that was damaged.
	ErrSealed = errors.New("the secret is encrypted with another key")
	// ErrNoSeal is a server without a secret from which the key could be derived.
	ErrNoSeal = errors.New("there is no secret to encrypt with")
)

// The actions that second factors write to the audit.
const (
	FactorOn       = "second_factor.on"
	FactorOff      = "second_factor.off"
	FactorRemoved  = "second_factor.removed"
	FactorDemanded = "second_factor.demanded"
	RecoveryUsed   = "second_factor.recovery"
)

// RecoveryCodes is how many recovery codes a factor has.
const RecoveryCodes = 10

// recoveryBytes make a code that cannot be guessed, also with its digest at hand.
const recoveryBytes = 10

// Factors turns second factors on and checks their codes.
type Factors struct {
	store  FactorStore
	users  Users
	sealer Sealer
	clock  Clock
	random func(n int) []byte
	// changed is called with the id of a user whose cached sessions are out of date; "" means all users.
	changed func(id string)
}

// FactorsNeed is what NewFactors needs.
type FactorsNeed struct {
	Store  FactorStore
	Users  Users
	Sealer Sealer
	Clock  Clock
	Random func(n int) []byte
}

// NewFactors returns the use cases of second factors.
func NewFactors(n FactorsNeed) *Factors {
	return &Factors{store: n.Store, users: n.Users, sealer: n.Sealer, clock: n.Clock, random: n.Random, changed: func(string) {}}
}

// OnChange sets the function that is called with the id of each user whose rights a factor changed, and with "" for all users.
func (f *Factors) OnChange(changed func(id string)) { f.changed = changed }

// ProposedFactor is a new secret, which is shown once.
type ProposedFactor struct {
	// Secret is in base32, for typing; Address is the otpauth:// address, for a QR code.
	Secret, Address string
}

// issuer is the name that an authenticator app shows.
const issuer = "HoloTwin"

// State returns the actor's factor; found is false if there is none, not even a proposed one. Errors: ErrToken.
func (f *Factors) State(ctx context.Context, actor Actor) (user User, factor Factor, err error) {
	user, found, err := f.users.User(ctx, actor.ID)
	if err == nil && !found {
		err = ErrToken
	}
	if err != nil {
		return User{}, Factor{}, err
	}
	factor, _, err = f.store.Factor(ctx, actor.ID)
	return user, factor, err
}

// Propose makes a new secret for the actor. It is not asked for until Confirm. Errors: ErrToken, ErrNotLocal, ErrFactorOn, ErrNoSeal.
func (f *Factors) Propose(ctx context.Context, actor Actor) (ProposedFactor, error) {
	user, found, err := f.users.User(ctx, actor.ID)
	switch {
	case err != nil:
		return ProposedFactor{}, err
	case !found:
		return ProposedFactor{}, ErrToken
	case !user.HasPassword():
		return ProposedFactor{}, ErrNotLocal
	}
	secret := f.random(totp.SecretBytes)
	sealed, err := f.sealer.Seal(secret, user.ID)
	if err != nil {
		return ProposedFactor{}, err
	}
	if err := f.store.ProposeFactor(ctx, Factor{User: user.ID, Secret: sealed, Proposed: f.clock.Now()}); err != nil {
		return ProposedFactor{}, err
	}
	return ProposedFactor{Secret: totp.Text(secret), Address: totp.Address(issuer, user.Email, secret)}, nil
}

// Confirm turns the proposed factor on with its first code, ends the actor's sessions except family, and returns the recovery codes,
// which are shown once. Errors: ErrNotFound if nothing is proposed, ErrFactorOn, ErrInvalid, ErrSealed.
func (f *Factors) Confirm(ctx context.Context, actor Actor, family, code string) (recovery []string, err error) {
	factor, found, err := f.store.Factor(ctx, actor.ID)
	switch {
	case err != nil:
		return nil, err
	case !found:
		return nil, ErrNotFound
	case factor.IsOn():
		return nil, ErrFactorOn
	}
	secret, err := f.sealer.Open(factor.Secret, actor.ID)
	if err != nil {
		return nil, err
	}
	now := f.clock.Now()
	step, ok := totp.Match(secret, normalCode(code), now, factor.UsedStep)
	if !ok {
		return nil, ErrInvalid{[]Flaw{{Field: "code", Rule: "wrong_code"}}}
	}
	factor.Confirmed, factor.UsedStep = now, step
	recovery, digests := f.newRecovery(actor.ID)
	won, err := f.store.ConfirmFactor(ctx, factor, digests, family, actor.Entry(now, FactorOn, actor.ID, ""))
	f.changed(actor.ID)
	if err == nil && !won {
		err = ErrFactorOn
	}
	if err != nil {
		return nil, err
	}
	return recovery, nil
}

// newRecovery returns new recovery codes and their digests.
func (f *Factors) newRecovery(user string) (codes []string, digests [][]byte) {
	for range RecoveryCodes {
		text := strings.ToLower(base32.StdEncoding.EncodeToString(f.random(recoveryBytes)))
		codes = append(codes, strings.Join([]string{text[:4], text[4:8], text[8:12], text[12:]}, "-"))
		digests = append(digests, recoveryDigest(user, text))
	}
	return codes, digests
}

// recoveryDigest is the form in which a recovery code is stored. It is another one for each user.
func recoveryDigest(user, code string) []byte { return digest(user + " " + code) }

// normalCode returns a code as it is compared: apps and people write blanks and hyphens into it.
func normalCode(code string) string {
	return strings.ToLower(strings.NewReplacer(" ", "", "-", "", "\u00a0", "").Replace(code))
}

// check accepts a login of a user: without a factor always, and else with a code. Errors: ErrFactorRequired, ErrCredentials, ErrSealed.
func (f *Factors) check(ctx context.Context, user User, code string, from Actor) error {
	if !user.SecondFactor {
		return nil
	}
	if code == "" {
		return ErrFactorRequired
	}
	from.ID = user.ID
	return f.use(ctx, from, code)
}

// use uses up a code or a recovery code of the actor. Errors: ErrCredentials, ErrSealed.
func (f *Factors) use(ctx context.Context, actor Actor, code string) error {
	code = normalCode(code)
	won, err := false, error(nil)
	if totp.IsCode(code) {
		won, err = f.useCode(ctx, actor.ID, code)
	} else {
		won, err = f.store.UseRecovery(ctx, actor.ID, recoveryDigest(actor.ID, code), func(left int) Entry {
			return actor.Entry(f.clock.Now(), RecoveryUsed, actor.ID, fmt.Sprintf("%d left", left))
		})
	}
	if err == nil && !won {
		err = ErrCredentials
	}
	return err
}

func (f *Factors) useCode(ctx context.Context, user, code string) (won bool, err error) {
	factor, found, err := f.store.Factor(ctx, user)
	if err != nil || !found || !factor.IsOn() {
		return false, err
	}
	secret, err := f.sealer.Open(factor.Secret, user)
	if err != nil {
		return false, err
	}
	step, ok := totp.Match(secret, code, f.clock.Now(), factor.UsedStep)
	if !ok {
		return false, nil
	}
	return f.store.UseStep(ctx, user, step)
}

// resealBatch is how many factors are read at once.
const resealBatch = 100

// Reseal seals all secrets with the key that new ones get, so that the secrets of the settings from which the others are derived may be
// replaced. It returns their number.
func (f *Factors) Reseal(ctx context.Context) (resealed int, err error) {
	names := f.sealer.Names()
	for len(names) > 1 {
		list, err := f.store.SealedBy(ctx, names[1:], resealBatch)
		if err != nil || len(list) == 0 {
			return resealed, err
		}
		for _, factor := range list {
			secret, err := f.sealer.Open(factor.Secret, factor.User)
			if err != nil {
				return resealed, err
			}
			next, err := f.sealer.Seal(secret, factor.User)
			if err != nil {
				return resealed, err
			}
			if err := f.store.Reseal(ctx, factor.User, factor.Secret, next); err != nil {
				return resealed, err
			}
			resealed++
		}
	}
	return resealed, nil
}

// Unreadable counts the factors that this server cannot check, because its secret is another one than when they were set up.
func (f *Factors) Unreadable(ctx context.Context) (int, error) {
	return f.store.CountSealed(ctx, f.sealer.Names())
}

// Demanded returns the roles whose users must have a second factor. Errors: ErrForbidden.
func (f *Factors) Demanded(ctx context.Context, actor Actor) ([]Role, error) {
	if actor.Role != Admin {
		return nil, ErrForbidden
	}
	return f.store.DemandedRoles(ctx)
}

// Demand sets the roles whose users must have a second factor. Users without one can only set one up from then on: in open sessions
// within five seconds. Users who log in at the university are not concerned. Errors: ErrForbidden.
func (f *Factors) Demand(ctx context.Context, actor Actor, roles []Role) error {
	if actor.Role != Admin || actor.Space != "" {
		return ErrForbidden
	}
	words := make([]string, len(roles))
	for i, role := range roles {
		words[i] = string(role)
	}
	err := f.store.DemandFactor(ctx, roles, actor.Entry(f.clock.Now(), FactorDemanded, "", strings.Join(words, " ")))
	f.changed("")
	return err
}

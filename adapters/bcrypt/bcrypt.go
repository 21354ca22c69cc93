// Package bcrypt hashes passwords.
package bcrypt

import (
	"context"

	"golang.org/x/crypto/bcrypt"

	"github.com/holotwin/holotwin/modules/auth"
	"github.com/holotwin/holotwin/platform/random"
)

// Cost makes one hash take about 150 ms of a core: expensive for guessing, acceptable for a login.
const Cost = 11

// maxWaiting bounds the queue: at Cost, a full queue is a wait of about three seconds.
const maxWaiting = 20

// Hasher hashes one password at a time, so that a flood of logins leaves the other cores to the readings.
type Hasher struct {
	cost    int
	working chan struct{}
	waiting chan struct{}
	// dummy is the hash of random bytes, new at each start. A password is compared with it if the user's hash is empty.
	dummy []byte
}

// New returns a hasher with a cost; tests use bcrypt.MinCost.
func New(cost int) (*Hasher, error) {
	dummy, err := bcrypt.GenerateFromPassword(random.Bytes(auth.MaxPassword), cost)
	if err != nil {
		return nil, err
	}
	return &Hasher{cost: cost, working: make(chan struct{}, 1), waiting: make(chan struct{}, maxWaiting), dummy: dummy}, nil
}

// Hash hashes a password of at most 72 bytes.
func (h *Hasher) Hash(ctx context.Context, password string) (string, error) {
	release, err := h.wait(ctx)
	if err != nil {
		return "", err
	}
	defer release()
	hash, err := bcrypt.GenerateFromPassword([]byte(password), h.cost)
	return string(hash), err
}

// Matches compares a password with a hash. An empty hash, or one that bcrypt cannot read, matches no password and takes the
// same time. A password of more than 72 bytes matches no hash, because bcrypt compares only the first 72 bytes.
func (h *Hasher) Matches(ctx context.Context, hash, password string) (ok, stale bool, err error) {
	release, err := h.wait(ctx)
	if err != nil {
		return false, false, err
	}
	defer release()
	cost, unreadable := bcrypt.Cost([]byte(hash))
	compared := []byte(hash)
	if unreadable != nil {
		compared = h.dummy
	}
	err = bcrypt.CompareHashAndPassword(compared, []byte(password))
	if err != nil || unreadable != nil || len(password) > auth.MaxPassword {
		return false, false, nil
	}
	return true, cost != h.cost, nil
}

// wait waits for its turn; ErrBusy if too many calls wait.
func (h *Hasher) wait(ctx context.Context) (release func(), err error) {
	select {
	case h.waiting <- struct{}{}:
	default:
		return nil, auth.ErrBusy
	}
	defer func() { <-h.waiting }()
	select {
	case h.working <- struct{}{}:
		return func() { <-h.working }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Package bcrypt hashes passwords.
package bcrypt

import (
	"context"

	"golang.org/x/crypto/bcrypt"

	"github.com/holotwin/holotwin/modules/auth"
	"github.com/holotwin/holotwin/platform/random"
)

// Cost makes one hash take some 150 ms of a core: dear for who guesses, bearable for who logs in.
const Cost = 11

// maxWaiting bounds the queue: at Cost, who stands behind so many waits some three seconds.
const maxWaiting = 20

// Hasher hashes one password at a time, so that a flood of logins leaves the other cores to the readings.
type Hasher struct {
	cost    int
	turn    chan struct{}
	waiting chan struct{}
	// dummy is what an empty hash is compared with: of bytes that nobody knows, new at each start.
	dummy []byte
}

// New makes a hasher of a cost; tests take bcrypt.MinCost.
func New(cost int) (*Hasher, error) {
	dummy, err := bcrypt.GenerateFromPassword(random.Bytes(auth.MaxPassword), cost)
	if err != nil {
		return nil, err
	}
	return &Hasher{cost: cost, turn: make(chan struct{}, 1), waiting: make(chan struct{}, maxWaiting), dummy: dummy}, nil
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

// Matches compares. A hash that is empty or is none of bcrypt's matches nothing, and costs what any hash does. What is
// longer than bcrypt reads matches nothing: it compares the first 72 bytes only.
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

// wait takes a turn, or says that too many wait.
func (h *Hasher) wait(ctx context.Context) (release func(), err error) {
	select {
	case h.waiting <- struct{}{}:
	default:
		return nil, auth.ErrBusy
	}
	defer func() { <-h.waiting }()
	select {
	case h.turn <- struct{}{}:
		return func() { <-h.turn }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

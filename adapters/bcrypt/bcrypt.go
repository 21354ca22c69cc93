// Package bcrypt hashes passwords.
package bcrypt

import (
	"context"
	"errors"

	"golang.org/x/crypto/bcrypt"

	"github.com/holotwin/holotwin/modules/auth"
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
	dummy   string
}

// New makes a hasher of a cost; tests take bcrypt.MinCost.
func New(cost int) (*Hasher, error) {
	dummy, err := bcrypt.GenerateFromPassword([]byte("nobody has this password"), cost)
	if err != nil {
		return nil, err
	}
	return &Hasher{cost: cost, turn: make(chan struct{}, 1), waiting: make(chan struct{}, maxWaiting), dummy: string(dummy)}, nil
}

// Dummy is a hash to compare with where there is no user.
func (h *Hasher) Dummy() string { return h.dummy }

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

// Matches compares. What is longer than bcrypt reads matches nothing: it compares the first 72 bytes only.
func (h *Hasher) Matches(ctx context.Context, hash, password string) (ok, stale bool, err error) {
	release, err := h.wait(ctx)
	if err != nil {
		return false, false, err
	}
	defer release()
	err = bcrypt.CompareHashAndPassword([]byte(hash), []byte(password))
	if errors.Is(err, bcrypt.ErrMismatchedHashAndPassword) || len(password) > auth.MaxPassword {
		return false, false, nil
	}
	if err != nil {
		return false, false, err
	}
	cost, err := bcrypt.Cost([]byte(hash))
	return true, cost != h.cost, err
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

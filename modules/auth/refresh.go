package auth

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"strings"
	"time"
)

// RepeatLife is how long a spent refresh token may be sent again, because the answer to the first use was lost.
const RepeatLife = 30 * time.Second

// Successor is the token that follows a spent one. It can be derived again from the spent token and Nonce, so that a repetition gets the
// same token and no reader of the store can derive it.
type Successor struct {
	Digest []byte
	Nonce  []byte
}

// Repetition is what is stored of a spent token until its successor is used.
type Repetition struct {
	Nonce []byte
	// Spent is when the token was spent.
	Spent time.Time
}

const (
	refreshPrefix = "htr_"
	nonceBytes    = 16
)

// successorOf derives the successor of a token.
func successorOf(refresh string, nonce []byte) string {
	mac := hmac.New(sha256.New, []byte(refresh))
	mac.Write(nonce)
	return refreshPrefix + base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// Refresh exchanges a refresh token for a new pair. A token that was already used ends its session, unless the answer to its first use may
// have been lost: within RepeatLife, and before anything of that answer was used, it gets the same refresh token again.
// Errors: ErrToken, ErrTokenReused.
func (s *Sessions) Refresh(ctx context.Context, refresh string, from Actor) (Grant, error) {
	now := s.clock.Now()
	family, spent, found, err := s.families.Find(ctx, digest(refresh))
	switch {
	case err != nil:
		return Grant{}, err
	case !found, family.Ended, now.Sub(family.Used) > IdleLife, now.Sub(family.Begun) > SessionLife:
		return Grant{}, ErrToken
	}
	_, user, found, err := s.families.Standing(ctx, family.ID)
	if err != nil {
		return Grant{}, err
	}
	if spent {
		return s.repeat(ctx, user, family, refresh, from)
	}
	if !found || user.Disabled {
		return Grant{}, ErrToken
	}
	nonce := s.random(nonceBytes)
	successor := successorOf(refresh, nonce)
	won, err := s.families.Spend(ctx, digest(refresh), Successor{Digest: digest(successor), Nonce: nonce}, now)
	if err != nil {
		return Grant{}, err
	}
	if !won {
		return s.repeat(ctx, user, family, refresh, from)
	}
	return s.grantRefreshed(user, family, successor)
}

// repeat answers a spent token.
func (s *Sessions) repeat(ctx context.Context, user User, family Family, refresh string, from Actor) (Grant, error) {
	first, found, err := s.families.Repetition(ctx, digest(refresh))
	switch {
	case err != nil:
		return Grant{}, err
	case !found || s.clock.Now().Sub(first.Spent) > RepeatLife:
		return Grant{}, s.endReused(ctx, family, from)
	case user.ID == "" || user.Disabled:
		return Grant{}, ErrToken
	}
	return s.grantRefreshed(user, family, successorOf(refresh, first.Nonce))
}

// refreshedID begins the id of an access token that was granted with a successor. The rest names the successor.
const refreshedID = "tkr_"

// successorName is enough of a successor's digest to find it among those of a session.
func successorName(digest []byte) string { return hex.EncodeToString(digest[:8]) }

func (s *Sessions) grantRefreshed(user User, family Family, successor string) (Grant, error) {
	return s.grantAs(user, family, successor, s.newID(refreshedID+successorName(digest(successor))))
}

// confirmArrival ends the repetition of a refresh whose answer arrived: the access token of that answer is used. If it fails, the repetition
// ends with RepeatLife.
func (s *Sessions) confirmArrival(ctx context.Context, family, tokenID string) {
	rest, refreshed := strings.CutPrefix(tokenID, refreshedID)
	name, _, _ := strings.Cut(rest, "_")
	if !refreshed || s.cache.hasArrived(family, name) {
		return
	}
	if err := s.families.EndRepetition(ctx, family, name); err == nil {
		s.cache.setArrived(family, name)
	}
}

func (s *Sessions) endReused(ctx context.Context, family Family, from Actor) error {
	if err := s.end(ctx, family.ID, from.Entry(s.clock.Now(), TokenReused, family.User, family.ID)); err != nil {
		return err
	}
	return ErrTokenReused
}

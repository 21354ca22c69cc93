package advice

import (
	"crypto/sha256"
	"encoding/base32"
	"strings"
	"time"

	"github.com/holotwin/holotwin/modules/advice/rules"
)

// Status is where a recommendation is in its life.
type Status string

// The statuses. Open is the first; Done starts the verification, which makes it Verified once a saving is shown, and Open again
// should that decay. An open one whose cause is no longer found is Ended by itself, and Open again should it be found again.
const (
	Open      Status = "open"
	Accepted  Status = "accepted"
	Dismissed Status = "dismissed"
	Done      Status = "done"
	Verified  Status = "verified"
	Ended     Status = "ended"
)

// EndReason is why a recommendation ended by itself.
type EndReason string

// The reasons: it was not seen for four weeks, or the past was changed so that it is no longer found.
const (
	NotSeen  EndReason = "not_seen"
	NotFound EndReason = "not_found"
)

// Recommendation is something to do about a target.
type Recommendation struct {
	// ID follows from the target and the kind: the same cause has the same id every night.
	ID     string
	Target Target
	// Space is where the target stands, or itself.
	Space   string
	Finding rules.Finding
	Basis   Basis
	Money   Money
	Status  Status
	// EndReason is why it is Ended; empty otherwise.
	EndReason EndReason
	// StillDetected is true if the last analysis still found the cause.
	StillDetected bool
	Priority      Priority
	// DismissedAtKWh is the saving a month when it was dismissed; it stays dismissed until the saving has grown by half.
	DismissedAtKWh   float64
	Created, Updated time.Time
}

// Basis is what a finding was computed from, enough to do it again.
type Basis struct {
	Version int
	// From and To bound the hours of the history, AsOf is the hour whose calendar and tariff were taken, SiteEnd the end
	// of the last measured hour of the site.
	From, To, AsOf, SiteEnd time.Time
	// Hours are those between From and To, Measured those of them that counted.
	Hours, Measured int
	// Assumed is true if no opening hours are set for the space and a usual week was assumed.
	Assumed bool
	// Hash is the SHA-256 of rule, version and canonical inputs.
	Hash string
}

// alphabet is that of all ids of the house.
var alphabet = base32.StdEncoding.WithPadding(base32.NoPadding)

// DerivedID is an id that follows from a text: the same text has the same id.
func DerivedID(prefix, text string) string {
	sum := sha256.Sum256([]byte(text))
	return prefix + "_" + strings.ToLower(alphabet.EncodeToString(sum[:10]))
}

// RecommendationID names the recommendation of a kind for a target.
func RecommendationID(t Target, kind rules.Kind) string {
	return DerivedID("rec", t.String()+"\x00"+string(kind))
}

// Event is a change of a recommendation's status.
type Event struct {
	At       time.Time
	From, To Status
	By, Note string
}

// BySystem is the author of a change of status that no person made.
const BySystem = "holotwin"

// Turned is what an analysis made of a stored recommendation's status, if it changed it.
func Turned(stored, kept Recommendation) (Event, bool) {
	return Event{At: kept.Updated, From: stored.Status, To: kept.Status, By: BySystem, Note: string(kept.EndReason)}, stored.Status != kept.Status
}

// RestsOnHours reports whether a recommendation rests on opening hours that were assumed: they decide which of its hours count, or
// how often they come in a month.
func (r Recommendation) RestsOnHours() bool {
	switch r.Finding.Kind {
	case rules.Sensor, rules.Peak, rules.StuckOn, rules.Degradation:
		return false
	case rules.OutOfHours, rules.StandbyLoad, rules.StateMismatch, rules.Schedule, rules.UnusedRoom, rules.CoolingSlope, rules.Setpoint, rules.BaseLoad:
	}
	return r.Basis.Assumed
}

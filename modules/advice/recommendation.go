package advice

import (
	"crypto/sha256"
	"encoding/base32"
	"strings"
	"time"

	"github.com/holotwin/holotwin/modules/advice/rules"
)

// Status is the state of a recommendation.
type Status string

// The statuses. Open is the first. Done starts the verification: a proven saving makes it Verified, and a saving that decays makes it Open
// again. An open recommendation whose cause is no longer found becomes Ended automatically, and Open again if the cause returns.
const (
	Open      Status = "open"
	Accepted  Status = "accepted"
	Dismissed Status = "dismissed"
	Done      Status = "done"
	Verified  Status = "verified"
	Ended     Status = "ended"
)

// EndReason is why a recommendation ended automatically.
type EndReason string

// The reasons: the cause was not seen for four weeks, or past data changed and the cause is no longer found.
const (
	NotSeen  EndReason = "not_seen"
	NotFound EndReason = "not_found"
)

// Recommendation is a proposed action for a target.
type Recommendation struct {
	// ID follows from the target and the kind: the same cause has the same id every night.
	ID     string
	Target Target
	// Space is the target's space, or the target itself if it is a space.
	Space   string
	Finding rules.Finding
	Basis   Basis
	Money   Money
	Status  Status
	// EndReason is set if the status is Ended; empty otherwise.
	EndReason EndReason
	// StillDetected is true if the last analysis still found the cause.
	StillDetected bool
	Priority      Priority
	// DismissedAtKWh is the saving a month at the time of dismissal. The recommendation stays dismissed until the saving has grown by half.
	DismissedAtKWh   float64
	Created, Updated time.Time
}

// Basis identifies the inputs of a finding, enough to compute it again.
type Basis struct {
	Version int
	// From and To bound the hours of the history. AsOf is the hour whose calendar and tariff were used. SiteEnd is the end of the site's
	// last measured hour.
	From, To, AsOf, SiteEnd time.Time
	// Hours is the number of hours between From and To, Measured how many of them were used.
	Hours, Measured int
	// Assumed is true if no opening hours are set for the space and a usual week was assumed.
	Assumed bool
	// Hash is the SHA-256 of rule, version and canonical inputs.
	Hash string
}

// alphabet encodes ids, as everywhere in the project.
var alphabet = base32.StdEncoding.WithPadding(base32.NoPadding)

// DerivedID returns an id that is derived from a text: the same text has the same id.
func DerivedID(prefix, text string) string {
	sum := sha256.Sum256([]byte(text))
	return prefix + "_" + strings.ToLower(alphabet.EncodeToString(sum[:10]))
}

// RecommendationID returns the id of the recommendation of a kind for a target.
func RecommendationID(t Target, kind rules.Kind) string {
	return DerivedID("rec", t.String()+"\x00"+string(kind))
}

// Event is a status change of a recommendation.
type Event struct {
	At       time.Time
	From, To Status
	By, Note string
}

// BySystem is the author of an automatic status change.
const BySystem = "holotwin"

// Turned returns the event of a status that an analysis changed, and false if the status is the same.
func Turned(stored, kept Recommendation) (Event, bool) {
	return Event{At: kept.Updated, From: stored.Status, To: kept.Status, By: BySystem, Note: string(kept.EndReason)}, stored.Status != kept.Status
}

// RestsOnHours reports whether a recommendation depends on assumed opening hours: they decide which of its hours count, or how often these
// occur in a month.
func (r Recommendation) RestsOnHours() bool {
	switch r.Finding.Kind {
	case rules.Sensor, rules.Peak, rules.StuckOn, rules.Degradation:
		return false
	case rules.OutOfHours, rules.StandbyLoad, rules.StateMismatch, rules.Schedule, rules.UnusedRoom, rules.CoolingSlope, rules.Setpoint, rules.BaseLoad:
	}
	return r.Basis.Assumed
}

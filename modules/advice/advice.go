// Package advice says what a campus can do about its consumption, what that is worth, and on which figures it
// rests. Advisor (advisor.go) is the way in: List, SetStatus, Evidence, Verify, Recommend, Baseline, Forecast, Anomalies,
// Simulate, MonthOf, and RunDue (jobs.go), which keeps it all fresh. What it needs of the rest of the house is in ports.go.
//
// The thinking is in packages by subject: history lays a target's hours side by side, baseline says what to expect of them and
// what was saved, forecast what is to come, anomaly what departs from it, whatif replays changes, rules makes findings of all
// that, words says them in two languages. boost learns trees for forecast.
package advice

import (
	"crypto/sha256"
	"encoding/base32"
	"strings"
	"time"

	"github.com/holotwin/holotwin/modules/advice/rules"
)

// Level is what a target is.
type Level string

// The levels.
const (
	OfSite     Level = "site"
	OfBuilding Level = "building"
	OfFloor    Level = "floor"
	OfRoom     Level = "room"
	OfDevice   Level = "device"
)

// Target is a device or a space.
type Target struct {
	Level Level
	ID    string
}

// String is level:id.
func (t Target) String() string { return string(t.Level) + ":" + t.ID }

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

// EndReason says why a recommendation ended by itself.
type EndReason string

// The reasons: it was not seen for four weeks, or the past was changed so that it is no longer found.
const (
	NotSeen  EndReason = "not_seen"
	NotFound EndReason = "not_found"
)

// unseenDays without its cause being seen end a recommendation.
const unseenDays = 28

// Priority ranks recommendations for a reader in a hurry.
type Priority string

// The priorities.
const (
	High   Priority = "high"
	Medium Priority = "medium"
	Low    Priority = "low"
)

// Recommendation is something to do about a target.
type Recommendation struct {
	// ID follows from the target and the kind: the same cause keeps it from night to night.
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
	// Standing tells whether the last analysis still found the cause.
	Standing bool
	Priority Priority
	// QuietKWh is what it was worth a month when it was dismissed; it stays quiet until it has grown by half.
	QuietKWh         float64
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
	// Assumed tells that nobody has said when the space is open, and a usual week was taken.
	Assumed bool
	// Hash is the SHA-256 of rule, version and canonical inputs.
	Hash string
}

// Money is what a saving is worth a month at the prices of the hours in which it arises.
type Money struct {
	Currency, Tariff, Source string
	// ValidFrom is the tariff's first local day; Default tells that the site has set none. Factor is that of avoided emissions.
	ValidFrom string
	Default   bool
	Factor    Factor
	// Cost and CostLow go with the saving and its lower end; CO2Kg is avoided emissions.
	Cost, CostLow, CO2Kg float64
}

// alphabet is that of all ids of the house.
var alphabet = base32.StdEncoding.WithPadding(base32.NoPadding)

// idOf names the recommendation of a kind for a target.
func idOf(t Target, kind rules.Kind) string {
	sum := sha256.Sum256([]byte(t.String() + "\x00" + string(kind)))
	return "rec_" + strings.ToLower(alphabet.EncodeToString(sum[:10]))
}

// grownBy is how much a dismissed recommendation must have grown to be heard again.
const grownBy = 1.5

// renewed is a recommendation found anew, with the life of the one that was stored.
func renewed(found Recommendation, stored Recommendation) Recommendation {
	found.Status, found.Created, found.QuietKWh = stored.Status, stored.Created, stored.QuietKWh
	if found.Status == Dismissed && found.Finding.Saving.KWh >= grownBy*stored.QuietKWh && stored.QuietKWh > 0 {
		found.Status = Open
	}
	if found.Status == Ended {
		found.Status = Open
	}
	return found
}

// gone is a stored recommendation whose cause was not found in a history that ends at an instant.
func gone(stored Recommendation, until, at time.Time) Recommendation {
	stored.Standing = false
	if stored.Status != Open {
		return stored
	}
	stored.Status, stored.EndReason, stored.Updated = Ended, NotFound, at
	if last := stored.Finding.LastSeen(); !last.IsZero() && !until.Before(last.AddDate(0, 0, unseenDays)) {
		stored.EndReason = NotSeen
	}
	return stored
}

// Turned is what an analysis made of a stored recommendation's status, if it changed it.
func Turned(stored, kept Recommendation) (Event, bool) {
	return Event{At: kept.Updated, From: stored.Status, To: kept.Status, By: bySystem, Note: string(kept.EndReason)}, stored.Status != kept.Status
}

// mayBecome tells which status may follow which.
var mayBecome = map[Status][]Status{
	Open:      {Accepted, Dismissed, Done},
	Accepted:  {Done, Dismissed},
	Dismissed: {Accepted, Done},
	Done:      {Dismissed},
	Verified:  {Dismissed},
	Ended:     {Dismissed, Done},
}

// Shares of a target's use and amounts of kWh a month from which a saving's lower end ranks high or medium.
const (
	highKWh, highShare     = 50, 0.20
	mediumKWh, mediumShare = 10, 0.10
	// smallKWh: a large share of next to nothing is not urgent.
	smallKWh = 5
)

func priorityOf(f rules.Finding, m Money, use float64) Priority {
	low := f.Saving.Low
	switch {
	case trivial(f, m):
		return Low
	case f.Kind == rules.Sensor, f.Kind == rules.Peak:
		return Medium
	case low >= highKWh, low >= highShare*use && low >= smallKWh:
		return High
	case low >= mediumKWh, low >= mediumShare*use && low >= 1:
		return Medium
	}
	return Low
}

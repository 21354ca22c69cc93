package advice

import (
	"slices"
	"time"
)

// ending is what is known of recommendations that are no longer found.
type ending struct {
	// until is when the history ends in which they were sought, at when that was.
	until, at time.Time
	// unknown tells that too little was measured to say that they are over.
	unknown bool
}

// merge gives what was found the life that it had, and keeps what is no longer found with its history, not standing.
func merge(found, stored []Recommendation, e ending) []Recommendation {
	merged := slices.Clone(found)
	for _, s := range stored {
		i := slices.IndexFunc(merged, func(r Recommendation) bool { return r.ID == s.ID })
		switch {
		case i >= 0:
			merged[i] = renewed(merged[i], s)
		case e.unknown:
			s.Standing = false
			merged = append(merged, s)
		default:
			merged = append(merged, gone(s, e.until, e.at))
		}
	}
	return merged
}

// unseenDays without its cause being seen end a recommendation.
const unseenDays = 28

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

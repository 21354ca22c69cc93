package analysis

import (
	"slices"
	"time"

	"github.com/holotwin/holotwin/modules/advice"
)

// ending is what is known of recommendations that are no longer found.
type ending struct {
	// until is when the history ends in which they were sought, at when that was.
	until, at time.Time
	// unknown is true if too little was measured to know that they are over.
	unknown bool
}

// merge gives findings the status that was stored, and keeps recommendations that are no longer detected.
func merge(found, stored []advice.Recommendation, e ending) []advice.Recommendation {
	merged := slices.Clone(found)
	for _, s := range stored {
		i := slices.IndexFunc(merged, func(r advice.Recommendation) bool { return r.ID == s.ID })
		switch {
		case i >= 0:
			merged[i] = renewed(merged[i], s)
		case e.unknown:
			s.StillDetected = false
			merged = append(merged, s)
		default:
			merged = append(merged, ended(s, e.until, e.at))
		}
	}
	return merged
}

// unseenDays without its cause being seen end a recommendation.
const unseenDays = 28

// grownBy is how much a dismissed recommendation must have grown to be open again.
const grownBy = 1.5

// renewed is a recommendation found anew, with the life of the one that was stored.
func renewed(found advice.Recommendation, stored advice.Recommendation) advice.Recommendation {
	found.Status, found.Created, found.DismissedAtKWh = stored.Status, stored.Created, stored.DismissedAtKWh
	if found.Status == advice.Dismissed && found.Finding.Saving.KWh >= grownBy*stored.DismissedAtKWh && stored.DismissedAtKWh > 0 {
		found.Status = advice.Open
	}
	if found.Status == advice.Ended {
		found.Status = advice.Open
	}
	return found
}

// ended is a stored recommendation whose cause was not found in a history that ends at an instant.
func ended(stored advice.Recommendation, until, at time.Time) advice.Recommendation {
	stored.StillDetected = false
	if stored.Status != advice.Open {
		return stored
	}
	stored.Status, stored.EndReason, stored.Updated = advice.Ended, advice.NotFound, at
	if last := stored.Finding.LastSeen(); !last.IsZero() && !until.Before(last.AddDate(0, 0, unseenDays)) {
		stored.EndReason = advice.NotSeen
	}
	return stored
}

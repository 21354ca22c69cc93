package analysis

import (
	"slices"
	"time"

	"github.com/holotwin/holotwin/modules/advice"
)

// ending is what decides whether recommendations that are no longer found have ended.
type ending struct {
	// until is the end of the analysed history, at the time of the analysis.
	until, at time.Time
	// unknown is true if too little was measured to decide.
	unknown bool
}

// merge gives new findings their stored status, and keeps recommendations that are no longer detected.
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

// unseenDays is the number of days without its cause after which a recommendation ends.
const unseenDays = 28

// grownBy is the factor by which a dismissed saving must grow for the recommendation to be open again.
const grownBy = 1.5

// renewed returns a newly found recommendation with the status and dates of the stored one.
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

// ended returns a stored recommendation whose cause was not found in a history that ends at until.
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

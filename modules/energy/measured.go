package energy

import "context"

// Measured tells from when to when something is known of what a level and id name; found is false where nothing
// is. Errors: ErrForbidden, ErrNotFound.
func (r *Reports) Measured(ctx context.Context, caller Caller, level Level, id string) (from, to Instant, found bool, err error) {
	if !caller.MayRead() {
		return 0, 0, false, ErrForbidden{}
	}
	campus, err := r.directory.Campus(ctx)
	if err != nil {
		return 0, 0, false, err
	}
	scope, err := scopeOf(campus, caller, level, id)
	if err != nil {
		return 0, 0, false, err
	}
	err = r.readings.Open(ctx, campus.devicesEver(scope), func(books Books) error {
		first, last, any, err := books.Days()
		if err != nil || !any {
			return err
		}
		var begins, ends bool
		if from, _, begins, err = knownOn(books, first); err != nil {
			return err
		}
		_, to, ends, err = knownOn(books, last)
		found = begins && ends
		return err
	})
	return from, to, found, err
}

// knownOn gives the begin of the first and the end of the last known quarter hour of a day.
func knownOn(books Books, day int32) (from, to Instant, found bool, err error) {
	for page, err := range books.Pages(day, day+1) {
		if err != nil {
			return 0, 0, false, err
		}
		for i, q := range page.Quarters {
			if !q.Known() {
				continue
			}
			at := quarterStart(int64(day)*QuartersPerDay + int64(i))
			if !found || at < from {
				from = at
			}
			to, found = max(to, at.Add(quarterMs)), true
		}
	}
	return from, to, found, nil
}

func idsOf(devices []Device) []DeviceID {
	ids := make([]DeviceID, len(devices))
	for i, d := range devices {
		ids[i] = d.ID
	}
	return ids
}

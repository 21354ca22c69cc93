package habit

import (
	"fmt"
	"sync"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/campus"
	"github.com/holotwin/holotwin/modules/energy/ledger"
)

// Weeks caches what devices usually draw. It learns from a device's last four weeks before today, so that all queries of a day get
// the same result, whatever the order of arrival. If these weeks have less than a day of measurements, it learns from today's
// readings too.
type Weeks struct {
	mu    sync.Mutex
	cache map[energy.DeviceID]cachedWeek
}

// cachedWeek is valid while the books of the days before one do not change.
type cachedWeek struct {
	before   int32
	revision int64
	week     *Week
}

// NewWeeks returns an empty cache.
func NewWeeks() *Weeks { return &Weeks{cache: make(map[energy.DeviceID]cachedWeek)} }

// learnBefore is the day before which readings are learnt from: the first day whose changes are not counted yet.
func learnBefore(now energy.Instant) int32 { return energy.DayOf(now.Add(-energy.HourMs)) }

// Of returns the usual week of each device; a device without readings gets its rated power.
func (w *Weeks) Of(books ledger.Books, devices []campus.Device, now energy.Instant) (map[energy.DeviceID]*Week, error) {
	before := learnBefore(now)
	revision, unposted, err := books.Revision(before)
	if err != nil {
		return nil, err
	}
	found := make(map[energy.DeviceID]*Week, len(devices))
	unknown := w.cached(devices, before, revision, unposted, found)
	learnt, err := learn(books, unknown, before)
	if err != nil {
		return nil, fmt.Errorf("learn usual weeks: %w", err)
	}
	w.store(learnt, before, revision, unposted)
	if err := learnToday(books, learnt, before); err != nil {
		return nil, fmt.Errorf("learn usual weeks of today: %w", err)
	}
	for id, l := range learnt {
		found[id] = l.week()
	}
	for _, d := range devices {
		if found[d.ID] == nil {
			found[d.ID] = constantWeek(float64(d.Rated))
		}
	}
	return found, nil
}

// cached adds the cached weeks to found and returns the devices that have none.
func (w *Weeks) cached(devices []campus.Device, before int32, revision int64, unposted map[energy.DeviceID]bool, found map[energy.DeviceID]*Week) (unknown []energy.DeviceID) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, d := range devices {
		entry, ok := w.cache[d.ID]
		if ok && entry.before == before && entry.revision == revision && !unposted[d.ID] {
			found[d.ID] = entry.week
			continue
		}
		unknown = append(unknown, d.ID)
	}
	return unknown
}

// store caches the weeks that were learnt from a day or more of measurements.
func (w *Weeks) store(learnt map[energy.DeviceID]*learner, before int32, revision int64, unposted map[energy.DeviceID]bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for id, l := range learnt {
		if l.measuredMs() >= minMeasured && !unposted[id] {
			w.cache[id] = cachedWeek{before: before, revision: revision, week: l.week()}
		}
	}
}

func learn(books ledger.Books, devices []energy.DeviceID, before int32) (map[energy.DeviceID]*learner, error) {
	learnt := make(map[energy.DeviceID]*learner, len(devices))
	for _, id := range devices {
		learnt[id] = &learner{}
	}
	if len(devices) == 0 {
		return learnt, nil
	}
	for page, err := range books.Recent(devices, before, learnedDays) {
		if err != nil {
			return nil, err
		}
		learnt[page.Device].add(page)
	}
	return learnt, nil
}

// learnToday adds the current days for devices with less than a day of measurements.
func learnToday(books ledger.Books, learnt map[energy.DeviceID]*learner, before int32) error {
	short := make(map[energy.DeviceID]*learner)
	for id, l := range learnt {
		if l.measuredMs() < minMeasured {
			short[id] = l
		}
	}
	if len(short) == 0 {
		return nil
	}
	const running = 3 // that day, the next day where its changes are not counted yet, and one for clocks that are ahead
	for page, err := range books.Pages(before, before+running) {
		if err != nil {
			return err
		}
		if l := short[page.Device]; l != nil {
			l.add(page)
		}
	}
	return nil
}

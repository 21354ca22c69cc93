package habit

import (
	"fmt"
	"sync"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/campus"
	"github.com/holotwin/holotwin/modules/energy/ledger"
)

// Weeks remembers what devices usually draw. It is learnt from a device's last four weeks before today, so that it is the same
// for every question of a day, whatever came in which order; where that is less than a day, from today's readings too.
type Weeks struct {
	mu    sync.Mutex
	known map[energy.DeviceID]knownUsual
}

// knownUsual holds as long as the books of the days before one are what they were.
type knownUsual struct {
	before   int32
	revision int64
	usual    *Week
}

// NewWeeks makes an empty memory.
func NewWeeks() *Weeks { return &Weeks{known: make(map[energy.DeviceID]knownUsual)} }

// learntBefore is the day before which readings are learnt from: the first of which changes are not counted yet.
func learntBefore(now energy.Instant) int32 { return energy.DayOf(now.Add(-energy.HourMs)) }

// Of gives what each of the devices usually draws; one of which nothing was ever read draws what it is rated at.
func (u *Weeks) Of(books ledger.Books, devices []campus.Device, now energy.Instant) (map[energy.DeviceID]*Week, error) {
	before := learntBefore(now)
	revision, unposted, err := books.Revision(before)
	if err != nil {
		return nil, err
	}
	found := make(map[energy.DeviceID]*Week, len(devices))
	unknown := u.find(devices, before, revision, unposted, found)
	learnt, err := learn(books, unknown, before)
	if err != nil {
		return nil, fmt.Errorf("learn what is usual: %w", err)
	}
	u.keep(learnt, before, revision, unposted)
	if err := learnToday(books, learnt, before); err != nil {
		return nil, fmt.Errorf("learn what is usual today: %w", err)
	}
	for id, l := range learnt {
		found[id] = l.usual()
	}
	for _, d := range devices {
		if found[d.ID] == nil {
			found[d.ID] = steady(float64(d.Rated))
		}
	}
	return found, nil
}

// find puts what is remembered into found and gives the devices of which nothing is.
func (u *Weeks) find(devices []campus.Device, before int32, revision int64, unposted map[energy.DeviceID]bool, found map[energy.DeviceID]*Week) (unknown []energy.DeviceID) {
	u.mu.Lock()
	defer u.mu.Unlock()
	for _, d := range devices {
		known, is := u.known[d.ID]
		if is && known.before == before && known.revision == revision && !unposted[d.ID] {
			found[d.ID] = known.usual
			continue
		}
		unknown = append(unknown, d.ID)
	}
	return unknown
}

// keep remembers what was learnt of a day or more.
func (u *Weeks) keep(learnt map[energy.DeviceID]*learner, before int32, revision int64, unposted map[energy.DeviceID]bool) {
	u.mu.Lock()
	defer u.mu.Unlock()
	for id, l := range learnt {
		if l.time() >= leastMeasured && !unposted[id] {
			u.known[id] = knownUsual{before: before, revision: revision, usual: l.usual()}
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
	for page, err := range books.Recent(devices, before, usualDays) {
		if err != nil {
			return nil, err
		}
		learnt[page.Device].add(page)
	}
	return learnt, nil
}

// learnToday adds the days that run to what is known of a device for less than a day.
func learnToday(books ledger.Books, learnt map[energy.DeviceID]*learner, before int32) error {
	short := make(map[energy.DeviceID]*learner)
	for id, l := range learnt {
		if l.time() < leastMeasured {
			short[id] = l
		}
	}
	if len(short) == 0 {
		return nil
	}
	const running = 3 // the day that is learnt before, the next where its changes are not counted yet, and what clocks are ahead
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

package usage

import (
	"sync"

	"github.com/holotwin/holotwin/modules/energy"
)

// dayKey identifies a day of a query on one version of the campus.
type dayKey struct {
	campus int64 // the version of the campus
	space  energy.SpaceID
	device energy.DeviceID // set if the query is about one device
	reach  energy.SpaceID  // the reach of its scope
	by     Grouping
	day    int32
}

// dayCache caches the totals of past days. An entry is valid while the day's version and the number of devices that ever reported
// stay the same. Both are read in the snapshot of the answer, so that a cached answer equals one from the pages, whoever changed
// them.
type dayCache struct {
	mu   sync.Mutex
	days map[dayKey]cachedDay
	size int
}

type cachedDay struct {
	version   int64
	reporting int
	totals    *DayTotals
}

// maxCachedSums is the maximum size of the cache; a sum takes about 3.5 kB.
const maxCachedSums = 12_000

func newDayCache() *dayCache { return &dayCache{days: make(map[dayKey]cachedDay)} }

// find returns the totals of a day; nil if no valid entry exists.
func (k *dayCache) find(key dayKey, version int64, reporting int) *DayTotals {
	k.mu.Lock()
	defer k.mu.Unlock()
	day, known := k.days[key]
	if !known || day.version != version || day.reporting != reporting {
		return nil
	}
	return day.totals
}

// store caches totals, and drops any others if there are too many.
func (k *dayCache) store(key dayKey, version int64, reporting int, totals *DayTotals) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.remove(key)
	for other := range k.days {
		if k.size+totals.size() <= maxCachedSums {
			break
		}
		k.remove(other)
	}
	k.days[key] = cachedDay{version: version, reporting: reporting, totals: totals}
	k.size += totals.size()
}

func (k *dayCache) remove(key dayKey) {
	if day, known := k.days[key]; known {
		k.size -= day.totals.size()
		delete(k.days, key)
	}
}

func (b *DayTotals) size() int { return 1 + len(b.Groups) + len(b.meters) + len(b.Gaps)/gapsPerSum }

// gapsPerSum is the number of gaps of a day that take the room of a sum.
const gapsPerSum = 8

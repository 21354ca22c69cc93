package usage

import (
	"sync"

	"github.com/holotwin/holotwin/modules/energy"
)

// dayKey names a day of a question: the same question of the same campus.
type dayKey struct {
	campus int64 // its version
	space  energy.SpaceID
	device energy.DeviceID // set where it is about one
	reach  energy.SpaceID  // that of its scope
	by     Grouping
	day    int32
}

// dayCache remembers the books of days that have passed. Each is good for as long as the day's version and the number
// of devices that ever reported are what they were; both are read in the snapshot that the answer is made from, so
// that an answer from memory is the one that the pages would give, whoever changed them.
type dayCache struct {
	mu   sync.Mutex
	days map[dayKey]cachedDay
	sums int
}

type cachedDay struct {
	version int64
	begun   int
	book    *DayTotals
}

// keptSums bounds what is remembered: a sum is some 3.5 kB.
const keptSums = 12_000

func newDayCache() *dayCache { return &dayCache{days: make(map[dayKey]cachedDay)} }

// find gives the book of a day, nil where it is not known as it is now.
func (k *dayCache) find(key dayKey, version int64, begun int) *DayTotals {
	k.mu.Lock()
	defer k.mu.Unlock()
	day, known := k.days[key]
	if !known || day.version != version || day.begun != begun {
		return nil
	}
	return day.book
}

// keep remembers a book, and forgets any others where there are too many.
func (k *dayCache) keep(key dayKey, version int64, begun int, book *DayTotals) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.remove(key)
	for other := range k.days {
		if k.sums+book.sums() <= keptSums {
			break
		}
		k.remove(other)
	}
	k.days[key] = cachedDay{version: version, begun: begun, book: book}
	k.sums += book.sums()
}

func (k *dayCache) remove(key dayKey) {
	if day, known := k.days[key]; known {
		k.sums -= day.book.sums()
		delete(k.days, key)
	}
}

func (b *DayTotals) sums() int { return 1 + len(b.Groups) + len(b.meters) + len(b.Gaps)/gapsPerSum }

// gapsPerSum is how many of a book's gaps take the room of a sum.
const gapsPerSum = 8

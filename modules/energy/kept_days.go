package energy

import "sync"

// dayKey names a day of a question: the same question of the same campus.
type dayKey struct {
	campus int64 // its version
	space  SpaceID
	device DeviceID // set where it is about one
	reach  SpaceID  // that of its scope
	by     Grouping
	day    int32
}

// keptDays remembers the books of days that have passed. Each is good for as long as the day's version and the number
// of devices that ever reported are what they were; both are read in the snapshot that the answer is made from, so
// that an answer from memory is the one that the pages would give, whoever changed them.
type keptDays struct {
	mu   sync.Mutex
	days map[dayKey]keptDay
	sums int
}

type keptDay struct {
	version int64
	begun   int
	book    *dayBook
}

// keptSums bounds what is remembered: a sum is some 3.5 kB.
const keptSums = 12_000

func newKeptDays() *keptDays { return &keptDays{days: make(map[dayKey]keptDay)} }

// find gives the book of a day, nil where it is not known as it is now.
func (k *keptDays) find(key dayKey, version int64, begun int) *dayBook {
	k.mu.Lock()
	defer k.mu.Unlock()
	day, known := k.days[key]
	if !known || day.version != version || day.begun != begun {
		return nil
	}
	return day.book
}

// keep remembers a book, and forgets any others where there are too many.
func (k *keptDays) keep(key dayKey, version int64, begun int, book *dayBook) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.forget(key)
	for other := range k.days {
		if k.sums+book.sums() <= keptSums {
			break
		}
		k.forget(other)
	}
	k.days[key] = keptDay{version: version, begun: begun, book: book}
	k.sums += book.sums()
}

func (k *keptDays) forget(key dayKey) {
	if day, known := k.days[key]; known {
		k.sums -= day.book.sums()
		delete(k.days, key)
	}
}

func (b *dayBook) sums() int { return 1 + len(b.groups) + len(b.meters) + len(b.gaps)/gapsPerSum }

// gapsPerSum is how many of a book's gaps take the room of a sum.
const gapsPerSum = 8

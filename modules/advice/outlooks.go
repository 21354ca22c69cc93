package advice

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"math"
	"sync"
	"time"

	"github.com/holotwin/holotwin/modules/advice/baseline"
	"github.com/holotwin/holotwin/modules/advice/forecast"
)

// mostOutlooks are kept, some 200 kB each: those of a site with its buildings.
const mostOutlooks = 24

// outlooks keeps what was told last, by what it was told from: the same hours measured until midnight tell the same all day long,
// and whoever looks at a campus asks for its month's end every few seconds.
type outlooks struct {
	mu   sync.Mutex
	kept map[[sha256.Size]byte]*outlook
	turn int
}

// outlook is told once, by the first who asks.
type outlook struct {
	once  sync.Once
	told  forecast.Outlook
	known bool
	used  int
}

// ahead is forecast.Ahead, from what is kept where the same was told before.
func (o *outlooks) ahead(rows []baseline.Row, days int, coming []baseline.Row) (forecast.Outlook, bool) {
	one := o.find(digestOf(rows, days, coming))
	one.once.Do(func() { one.told, one.known = forecast.Ahead(rows, days, coming) })
	return one.told, one.known
}

func (o *outlooks) find(key [sha256.Size]byte) *outlook {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.kept == nil {
		o.kept = make(map[[sha256.Size]byte]*outlook)
	}
	o.turn++
	one := o.kept[key]
	if one == nil {
		o.makeRoom()
		one = &outlook{}
		o.kept[key] = one
	}
	one.used = o.turn
	return one
}

// makeRoom lets go of the one that was not asked for the longest.
func (o *outlooks) makeRoom() {
	if len(o.kept) < mostOutlooks {
		return
	}
	var oldest [sha256.Size]byte
	first := math.MaxInt
	for key, one := range o.kept {
		if one.used < first {
			oldest, first = key, one.used
		}
	}
	delete(o.kept, oldest)
}

func digestOf(rows []baseline.Row, days int, coming []baseline.Row) [sha256.Size]byte {
	const fields = 5 * 8
	b := make([]byte, 0, fields*(len(rows)+len(coming))+16)
	b = binary.LittleEndian.AppendUint64(b, uint64(days))
	b = binary.LittleEndian.AppendUint64(b, uint64(len(rows)))
	for _, part := range [][]baseline.Row{rows, coming} {
		for _, r := range part {
			b = binary.LittleEndian.AppendUint64(b, uint64(r.WeekHour))
			b = binary.LittleEndian.AppendUint64(b, uint64(r.Date))
			b = binary.LittleEndian.AppendUint64(b, uint64(r.Day))
			b = binary.LittleEndian.AppendUint64(b, math.Float64bits(r.Load))
			b = binary.LittleEndian.AppendUint64(b, math.Float64bits(r.Temp))
		}
	}
	return sha256.Sum256(b)
}

// MonthEnd is the month of a forecast of a device or space as it is told at an instant; nil where nothing is told. Errors: ErrForbidden,
// ErrNotFound, ErrInvalid.
func (a *Advisor) MonthEnd(ctx context.Context, caller Caller, id string, at time.Time) (*MonthAhead, error) {
	f, err := a.ForecastAt(ctx, caller, id, 1, at)
	return f.Month, err
}

package outlook

import (
	"crypto/sha256"
	"encoding/binary"
	"math"
	"slices"
	"sync"

	"github.com/holotwin/holotwin/modules/advice/baseline"
	"github.com/holotwin/holotwin/modules/advice/forecast"
)

// maxCached bounds what is remembered: some 150 kB each.
const maxCached = 32

// forecastCache remembers forecasts by all that they were made from, so that none is ever older than its data: who looks again within a
// day, or beside others, does not wait for the learning again.
type forecastCache struct {
	mu sync.Mutex
	by map[cacheKey]func() (forecast.Outlook, bool)
	// used are the keys, the longest unused first.
	used []cacheKey
}

type cacheKey [sha256.Size]byte

func newForecastCache() *forecastCache {
	return &forecastCache{by: make(map[cacheKey]func() (forecast.Outlook, bool))}
}

// predict is forecast.Ahead; what it gives is shared and only to be read.
func (o *forecastCache) predict(rows []baseline.Row, days int, coming []baseline.Row) (forecast.Outlook, bool) {
	return o.find(keyOf(rows, days, coming), func() (forecast.Outlook, bool) { return forecast.Predict(rows, days, coming) })()
}

// find gives what is remembered, or remembers how to make it; it is made once for all who ask.
func (o *forecastCache) find(key cacheKey, make func() (forecast.Outlook, bool)) func() (forecast.Outlook, bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	result, known := o.by[key]
	if known {
		o.used = slices.DeleteFunc(o.used, func(k cacheKey) bool { return k == key })
	} else {
		result = sync.OnceValues(make)
		o.by[key] = result
	}
	if o.used = append(o.used, key); len(o.used) > maxCached {
		delete(o.by, o.used[0])
		o.used = slices.Delete(o.used, 0, 1)
	}
	return result
}

func keyOf(rows []baseline.Row, days int, coming []baseline.Row) (key cacheKey) {
	sum := sha256.New()
	line := binary.LittleEndian.AppendUint64(nil, uint64(days))
	for _, all := range [][]baseline.Row{rows, coming} {
		line = binary.LittleEndian.AppendUint64(line, uint64(len(all)))
		for _, r := range all {
			line = binary.LittleEndian.AppendUint64(line, math.Float64bits(r.Load))
			line = binary.LittleEndian.AppendUint64(line, math.Float64bits(r.Temp))
			line = binary.LittleEndian.AppendUint64(line, uint64(r.Date))
			line = binary.LittleEndian.AppendUint64(line, uint64(r.WeekHour))
			line = binary.LittleEndian.AppendUint64(line, uint64(r.Day))
			sum.Write(line)
			line = line[:0]
		}
	}
	sum.Write(line)
	sum.Sum(key[:0])
	return key
}

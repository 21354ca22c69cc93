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

// maxCached is the maximum number of cached forecasts, some 150 kB each.
const maxCached = 32

// forecastCache stores forecasts by a hash of all their inputs, so that none is older than its data. Repeated and simultaneous requests do
// not wait for the training again.
type forecastCache struct {
	mu sync.Mutex
	by map[cacheKey]func() (forecast.Outlook, bool)
	// used are the keys, the least recently used first.
	used []cacheKey
}

type cacheKey [sha256.Size]byte

func newForecastCache() *forecastCache {
	return &forecastCache{by: make(map[cacheKey]func() (forecast.Outlook, bool))}
}

// predict is forecast.Predict; the result is shared and must not be changed.
func (c *forecastCache) predict(rows []baseline.Row, days int, coming []baseline.Row) (forecast.Outlook, bool) {
	return c.find(keyOf(rows, days, coming), func() (forecast.Outlook, bool) { return forecast.Predict(rows, days, coming) })()
}

// find returns the function that computes a key's result, and stores it; it computes once for all callers.
func (c *forecastCache) find(key cacheKey, make func() (forecast.Outlook, bool)) func() (forecast.Outlook, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	result, known := c.by[key]
	if known {
		c.used = slices.DeleteFunc(c.used, func(k cacheKey) bool { return k == key })
	} else {
		result = sync.OnceValues(make)
		c.by[key] = result
	}
	if c.used = append(c.used, key); len(c.used) > maxCached {
		delete(c.by, c.used[0])
		c.used = slices.Delete(c.used, 0, 1)
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

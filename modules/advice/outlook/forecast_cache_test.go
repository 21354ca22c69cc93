package outlook

import (
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/modules/advice/baseline"
	"github.com/holotwin/holotwin/modules/advice/forecast"
	"github.com/holotwin/holotwin/modules/advice/history"
)

func TestAForecastIsRememberedByAllThatItIsMadeFrom(t *testing.T) {
	rows := []baseline.Row{{WeekHour: 1, Load: 2, Temp: 20, Date: 3}, {WeekHour: 2, Load: 4, Temp: 21, Date: 3}}
	coming := []baseline.Row{{WeekHour: 3, Temp: 22, Date: 4}}
	key := keyOf(rows, 2, coming)
	require.Equal(t, key, keyOf(append([]baseline.Row{}, rows...), 2, append([]baseline.Row{}, coming...)))
	seen := map[cacheKey]string{key: "the same"}
	differs := func(name string, other cacheKey) {
		require.NotContains(t, seen, other, name)
		seen[other] = name
	}
	changed := func(change func(*baseline.Row)) []baseline.Row {
		other := append([]baseline.Row{}, rows...)
		change(&other[1])
		return other
	}
	differs("more days", keyOf(rows, 3, coming))
	differs("no weather", keyOf(rows, 2, nil))
	differs("a row less", keyOf(rows[:1], 2, coming))
	differs("a row that came instead", keyOf(rows[:1], 2, append(rows[1:2:2], coming...)))
	differs("a late reading", keyOf(changed(func(r *baseline.Row) { r.Load += 1e-9 }), 2, coming))
	differs("another temperature", keyOf(changed(func(r *baseline.Row) { r.Temp++ }), 2, coming))
	differs("another hour", keyOf(changed(func(r *baseline.Row) { r.WeekHour++ }), 2, coming))
	differs("another date", keyOf(changed(func(r *baseline.Row) { r.Date++ }), 2, coming))
	differs("another kind of day", keyOf(changed(func(r *baseline.Row) { r.Day = history.DayKind(1) }), 2, coming))
}

func TestAForecastIsMadeOnceForAllWhoAsk(t *testing.T) {
	o := newForecastCache()
	var made atomic.Int32
	make := func() (forecast.Outlook, bool) {
		made.Add(1)
		return forecast.Outlook{Judged: 7}, true
	}
	var wait sync.WaitGroup
	for range 20 {
		wait.Go(func() {
			got, known := o.find(cacheKey{1}, make)()
			require.True(t, known)
			require.Equal(t, 7, got.Judged)
		})
	}
	wait.Wait()
	require.EqualValues(t, 1, made.Load())
	for i := range maxCached {
		o.find(cacheKey{1}, make)()
		o.find(cacheKey{2, byte(i)}, make)()
	}
	require.Len(t, o.by, maxCached)
	require.Len(t, o.used, maxCached)
	require.EqualValues(t, 1+maxCached, made.Load(), "what is asked for again and again stays")
}

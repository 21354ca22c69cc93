package memoryenergy

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/conditions"
	"github.com/holotwin/holotwin/modules/energy/ledger"
)

// AppendAmbient stores readings of spaces.
func (s *Store) AppendAmbient(_ context.Context, batch []conditions.Ambient) ([]conditions.AmbientOutcome, error) {
	outcomes := make([]conditions.AmbientOutcome, len(batch))
	return outcomes, s.transact(func(t *tables) error {
		for i, a := range batch {
			outcomes[i] = t.appendAmbient(a)
			t.markIfPast(ledger.Changed{Space: a.Space}, a.At, s.clock.Now())
		}
		return nil
	})
}

func (t *tables) appendAmbient(sent conditions.Ambient) conditions.AmbientOutcome {
	all, is := t.ambient.get(sent.Space), sent
	for is.Moves = false; ; is.At++ {
		place, found := findAmbient(all, is.At)
		switch {
		case !found:
			stored := is
			stored.Source = conditions.FromSensor
			t.ambient.put(sent.Space, slices.Insert(slices.Clone(all), place, stored))
			return conditions.AmbientOutcome{Result: energy.Inserted, Stored: is}
		case all[place].SameMeasures(is):
			return conditions.AmbientOutcome{Result: energy.Duplicate, Stored: is}
		case !sent.Moves || is.At-sent.At >= maxMove:
			return conditions.AmbientOutcome{Result: energy.Conflict, Stored: all[place]}
		}
	}
}

func findAmbient(all []conditions.Ambient, at energy.Instant) (place int, found bool) {
	return slices.BinarySearchFunc(all, at, func(a conditions.Ambient, at energy.Instant) int { return cmp.Compare(a.At, at) })
}

// ambientIn returns the readings of a space in [from, to), oldest first.
func (t *tables) ambientIn(space energy.SpaceID, from, to energy.Instant) []conditions.Ambient {
	all := t.ambient.get(space)
	first, _ := findAmbient(all, from)
	end, _ := findAmbient(all, to)
	return all[first:max(first, end)]
}

// AmbientBetween returns readings ordered by space and instant, starting after a key.
func (s *Store) AmbientBetween(_ context.Context, spaces []energy.SpaceID, from, to energy.Instant, after conditions.AmbientKey, limit int) ([]conditions.Ambient, error) {
	t := s.read()
	list := []conditions.Ambient{}
	for _, space := range sortedIDs(spaces) {
		for _, a := range t.ambientIn(space, from, to) {
			if (space > after.Space || space == after.Space && a.At > after.At) && len(list) < limit {
				list = append(list, a)
			}
		}
	}
	return list, nil
}

const hourMs = int64(time.Hour / time.Millisecond)

func hourOf(at energy.Instant) energy.Instant { return at - at%energy.Instant(hourMs) }

// HourlyAmbient returns the hourly means of a space, oldest first.
func (s *Store) HourlyAmbient(_ context.Context, space energy.SpaceID, from, to energy.Instant) ([]conditions.AmbientHour, error) {
	var hours []conditions.AmbientHour
	rest := s.read().ambientIn(space, from, to)
	for len(rest) > 0 {
		hour := conditions.AmbientHour{Start: hourOf(rest[0].At)}
		n := 1
		for n < len(rest) && hourOf(rest[n].At) == hour.Start {
			n++
		}
		const thousandths = 1000
		hour.Temperature = mean(rest[:n], thousandths, func(a conditions.Ambient) *int64 { return a.Temperature })
		hour.Occupancy = mean(rest[:n], 1, func(a conditions.Ambient) *int64 { return a.Occupancy })
		hours, rest = append(hours, hour), rest[n:]
	}
	return hours, nil
}

// mean is the mean of a measure, in units of so many; nil if it was not measured.
func mean(readings []conditions.Ambient, unit float64, of func(conditions.Ambient) *int64) *float64 {
	sum, n := int64(0), 0
	for _, a := range readings {
		if measure := of(a); measure != nil {
			sum, n = sum+*measure, n+1
		}
	}
	if n == 0 {
		return nil
	}
	m := float64(sum) / float64(n) / unit
	return &m
}

// Package memoryenergy stores the energy module's books in memory. It is for tests, and it is the shortest description of
// what the ports of the module ask of a store: what it does, gormenergy does with SQL, in files of the same names.
//
// Start reading at Store.transact, and then at series: the readings of a device and what they add up to.
package memoryenergy

import (
	"sync"
	"sync/atomic"

	"github.com/holotwin/holotwin/modules/energy"
)

// Store answers the ports of the energy module. It is safe for concurrent use.
type Store struct {
	clock energy.Clock
	// writer admits one transaction at a time.
	writer sync.Mutex
	// committed is never changed: a transaction replaces it.
	committed atomic.Pointer[tables]
}

// tables are all that is stored.
type tables struct {
	series table[energy.DeviceID, *series]

	version  int64 // of the catalogue
	spaces   table[energy.SpaceID, energy.Space]
	devices  table[energy.DeviceID, energy.Device]
	calendar table[string, energy.CalendarEntry]
	tariffs  table[string, energy.Tariff]

	states       table[energy.DeviceID, []energy.StateChange] // by instant
	ambient      table[energy.SpaceID, []energy.Ambient]      // by instant
	weather      table[weatherKey, energy.WeatherHour]
	weatherSites table[energy.SpaceID, weatherSite]

	newcomers  table[energy.NewcomerKey, newcomer]
	letters    []energy.Letter                  // oldest first
	deliveries table[string, []energy.Delivery] // by session, oldest first
	channels   table[energy.Channel, bool]      // whether one measures; Channel.Measures is not set
	vitals     table[energy.DeviceID, energy.Vital]
	past       table[energy.Changed, energy.Instant] // when the past of a device or space changed; Changed.At is not set
	versions   table[int32, int64]                   // how often pages of a day changed after it
	restated   table[energy.PageKey, energy.Instant] // when totals changed that could have been read before
}

var (
	_ energy.Readings        = (*Store)(nil)
	_ energy.Catalogue       = (*Store)(nil)
	_ energy.Rulebook        = (*Store)(nil)
	_ energy.States          = (*Store)(nil)
	_ energy.AmbientReadings = (*Store)(nil)
	_ energy.Moments         = (*Store)(nil)
	_ energy.Inbox           = (*Store)(nil)
	_ energy.Deliveries      = (*Store)(nil)
	_ energy.Vitals          = (*Store)(nil)
	_ energy.WeatherRecords  = (*Store)(nil)
	_ energy.Channels        = (*Store)(nil)
)

// New makes an empty store; the clock separates the past from the present.
func New(clock energy.Clock) *Store {
	s := &Store{clock: clock}
	s.committed.Store(&tables{})
	return s
}

// read gives what is committed. It must not be changed.
func (s *Store) read() *tables { return s.committed.Load() }

// transact runs do on a copy of all that is stored, and commits the copy if do returns no error. Transactions run one
// after the other, so do sees what the last one left and nobody sees half of what it does.
func (s *Store) transact(do func(*tables) error) error {
	s.writer.Lock()
	defer s.writer.Unlock()
	draft := s.read().copy()
	if err := do(draft); err != nil {
		return err
	}
	s.committed.Store(draft)
	return nil
}

// copy shares each table until it is written to.
func (t *tables) copy() *tables {
	c := *t
	c.series.share()
	c.spaces.share()
	c.devices.share()
	c.calendar.share()
	c.tariffs.share()
	c.states.share()
	c.ambient.share()
	c.weather.share()
	c.weatherSites.share()
	c.newcomers.share()
	c.deliveries.share()
	c.channels.share()
	c.vitals.share()
	c.past.share()
	c.versions.share()
	c.restated.share()
	return &c
}

// Package memoryenergy stores the energy module's books in memory. It is for tests, and it is the shortest description of what the ports
// of the module require of a store: gormenergy does the same with SQL, in files of the same names.
//
// Start reading at Store.transact, and then at series: the readings of a device and their totals.
package memoryenergy

import (
	"sync"
	"sync/atomic"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/calendar"
	"github.com/holotwin/holotwin/modules/energy/campus"
	"github.com/holotwin/holotwin/modules/energy/conditions"
	"github.com/holotwin/holotwin/modules/energy/intake"
	"github.com/holotwin/holotwin/modules/energy/ledger"
	"github.com/holotwin/holotwin/modules/energy/rulebook"
	"github.com/holotwin/holotwin/modules/energy/tariffs"
)

// Store implements the storage ports of the energy module. It is safe for concurrent use.
type Store struct {
	clock energy.Clock
	// writer admits one transaction at a time.
	writer sync.Mutex
	// committed is never changed: a transaction replaces it.
	committed atomic.Pointer[tables]
}

// tables are the whole content of the store.
type tables struct {
	series table[energy.DeviceID, *deviceBook]

	version  int64 // of the catalogue
	spaces   table[energy.SpaceID, campus.Space]
	devices  table[energy.DeviceID, campus.Device]
	calendar table[string, calendar.Entry]
	tariffs  table[string, tariffs.Tariff]

	states       table[energy.DeviceID, []conditions.StateChange] // by instant
	ambient      table[energy.SpaceID, []conditions.Ambient]      // by instant
	weather      table[weatherKey, conditions.WeatherHour]
	weatherSites table[energy.SpaceID, weatherSite]

	discovered table[intake.DiscoveredKey, discovered]
	letters    []intake.RejectedMessage         // oldest first
	deliveries table[string, []intake.Delivery] // by session, oldest first
	channels   table[intake.Channel, bool]      // whether one measures; Channel.Measures is not set
	vitals     table[energy.DeviceID, intake.Heartbeat]
	past       table[ledger.Changed, energy.Instant] // when the past of a device or space changed; Changed.At is not set
	versions   table[int32, int64]                   // how often pages of a day changed after it
	restated   table[ledger.PageKey, energy.Instant] // when totals changed that could have been read before
}

var (
	_ ledger.Readings            = (*Store)(nil)
	_ campus.CatalogStore        = (*Store)(nil)
	_ rulebook.Rulebook          = (*Store)(nil)
	_ conditions.States          = (*Store)(nil)
	_ conditions.AmbientReadings = (*Store)(nil)
	_ conditions.LatestValues    = (*Store)(nil)
	_ intake.Inbox               = (*Store)(nil)
	_ intake.Deliveries          = (*Store)(nil)
	_ intake.Heartbeats          = (*Store)(nil)
	_ conditions.WeatherRecords  = (*Store)(nil)
	_ intake.Channels            = (*Store)(nil)
)

// New makes an empty store; the clock separates the past from the present.
func New(clock energy.Clock) *Store {
	s := &Store{clock: clock}
	s.committed.Store(&tables{})
	return s
}

// read returns what is committed. The caller must not change it.
func (s *Store) read() *tables { return s.committed.Load() }

// transact calls do with a copy of the tables, and commits the copy if do returns no error. Transactions run one after the other, so do
// sees what the last one committed, and readers never see a part of a transaction.
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
	c.discovered.share()
	c.deliveries.share()
	c.channels.share()
	c.vitals.share()
	c.past.share()
	c.versions.share()
	c.restated.share()
	return &c
}

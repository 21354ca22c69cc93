package memoryenergy

import (
	"cmp"
	"maps"
	"slices"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/ledger"
)

// deviceBook has the stored readings of a device. A committed one is never changed.
type deviceBook struct {
	// links are the readings, by instant. One that was withdrawn or is energy.Rejected stays, and its BreaksChain is true.
	links []ledger.Link
	// corrections are by the reading's instant, oldest first.
	corrections map[energy.Instant][]ledger.Correction
	// pages are the totals of the readings, by day.
	pages map[int32]*ledger.Page
	// begun is the day of the first page; it moves when totals are deleted.
	begun int32
	// bases are the bases of the chains after their last deleted reading.
	bases map[energy.Kind]ledger.Base
}

// editable returns a series that a transaction may change.
func (t *tables) editable(device energy.DeviceID) *deviceBook {
	s := &deviceBook{
		corrections: make(map[energy.Instant][]ledger.Correction), pages: make(map[int32]*ledger.Page), bases: make(map[energy.Kind]ledger.Base),
	}
	if was := t.series.get(device); was != nil {
		s.links, s.begun = slices.Clone(was.links), was.begun
		maps.Copy(s.corrections, was.corrections)
		maps.Copy(s.pages, was.pages)
		maps.Copy(s.bases, was.bases)
	}
	t.series.put(device, s)
	return s
}

// find returns the index of the reading at an instant, or the index to insert it at.
func (s *deviceBook) find(at energy.Instant) (place int, found bool) {
	return slices.BinarySearchFunc(s.links, at, func(l ledger.Link, at energy.Instant) int { return cmp.Compare(l.At, at) })
}

// standing are the readings that count, by instant.
func (s *deviceBook) standing() []energy.Reading {
	if s == nil {
		return nil
	}
	var all []energy.Reading
	for _, l := range s.links {
		if !l.BreaksChain {
			all = append(all, l.Reading)
		}
	}
	return all
}

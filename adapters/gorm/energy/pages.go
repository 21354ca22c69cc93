package gormenergy

import (
	"cmp"
	"database/sql"
	"errors"
	"maps"
	"slices"

	"github.com/holotwin/holotwin/modules/energy/ledger"
)

// errEnough stops a query when its reader needs no more.
var errEnough = errors.New("the reader has enough")

// keysWithin are the pages of [from, to) that entries change, ordered by day and device.
func keysWithin(entries ledger.Entries, from, to int32) []ledger.PageKey {
	keys := slices.SortedFunc(maps.Keys(entries), byDay)
	return slices.DeleteFunc(keys, func(k ledger.PageKey) bool { return k.Day < from || k.Day >= to })
}

func byDay(a, b ledger.PageKey) int {
	return cmp.Or(cmp.Compare(a.Day, b.Day), cmp.Compare(a.Device, b.Device))
}

// merge yields stored pages with their journalled readings added, and in order between them the pages that are only journalled.
type merge struct {
	journalled ledger.Entries
	keys       []ledger.PageKey
	yield      func(*ledger.Page, error) bool
}

func (m *merge) stored(rows *sql.Rows) error {
	page, err := scanPage(rows)
	if err != nil {
		return err
	}
	key := ledger.PageKey{Device: page.Device, Day: page.Day}
	for len(m.keys) > 0 && byDay(m.keys[0], key) < 0 {
		if err := m.next(); err != nil {
			return err
		}
	}
	if len(m.keys) > 0 && m.keys[0] == key {
		m.keys = m.keys[1:]
	}
	return m.yieldPage(page)
}

func (m *merge) next() error {
	page := &ledger.Page{Device: m.keys[0].Device, Day: m.keys[0].Day}
	m.keys = m.keys[1:]
	return m.yieldPage(page)
}

func (m *merge) rest() error {
	for len(m.keys) > 0 {
		if err := m.next(); err != nil {
			return err
		}
	}
	return nil
}

func (m *merge) yieldPage(page *ledger.Page) error {
	m.journalled.Apply(page)
	if !m.yield(page, nil) {
		return errEnough
	}
	return nil
}

package gormenergy

import (
	"cmp"
	"fmt"
	"iter"
	"slices"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/ledger"
	"github.com/holotwin/holotwin/platform/database"
)

// Revision counts the posted changes of the days before one. unposted are the devices with days that are not completely posted.
func (b snapshotBooks) Revision(before int32) (revision int64, unposted map[energy.DeviceID]bool, err error) {
	if err := b.tx.Raw("SELECT coalesce(sum(version), 0) FROM energy_day_versions WHERE day < ?", before).Row().Scan(&revision); err != nil {
		return 0, nil, fmt.Errorf("read the revision of days: %w", err)
	}
	unposted = make(map[energy.DeviceID]bool)
	for key := range b.journalled {
		if key.Day < before {
			unposted[key.Device] = true
		}
	}
	return revision, unposted, nil
}

// recentAtOnce is the number of devices whose last pages are in memory together.
const recentAtOnce = 50

// Recent yields each device's last n pages before a day.
func (b snapshotBooks) Recent(devices []energy.DeviceID, before int32, n int) iter.Seq2[*ledger.Page, error] {
	return func(yield func(*ledger.Page, error) bool) {
		for some := range slices.Chunk(devices, recentAtOnce) {
			pages, err := b.recent(some, before, n)
			if err != nil {
				yield(nil, fmt.Errorf("read recent pages: %w", err))
				return
			}
			for _, page := range pages {
				if !yield(page, nil) {
					return
				}
			}
		}
	}
}

const (
	recentPostgres = `SELECT p.device_id, p.day, p.quarters FROM json_array_elements_text(?::json) AS d(id)
		CROSS JOIN LATERAL (SELECT device_id, day, quarters FROM energy_pages WHERE device_id = d.id AND day < ? ORDER BY day DESC LIMIT ?) p`
	recentSQLite = `SELECT p.device_id, p.day, p.quarters FROM json_each(?) d JOIN energy_pages p ON p.device_id = d.value AND p.day < ?
		AND p.day >= coalesce((SELECT day FROM energy_pages WHERE device_id = d.value AND day < ? ORDER BY day DESC LIMIT 1 OFFSET ?), 0)`
)

func (b snapshotBooks) recent(devices []energy.DeviceID, before int32, n int) ([]*ledger.Page, error) {
	ids := idList(textsOf(devices))
	query, args := recentSQLite, []any{ids, before, before, n - 1}
	if b.dialect == database.Postgres {
		query, args = recentPostgres, []any{ids, before, n}
	}
	found, err := b.tx.Raw(query, args...).Rows()
	if err != nil {
		return nil, err
	}
	pages, err := scanPages(found)
	if err != nil || len(b.journalled) == 0 {
		return pages, err
	}
	return b.withJournalled(pages, devices, before, n), nil
}

// withJournalled adds journalled readings to devices' last pages, and keeps the last n of each.
func (b snapshotBooks) withJournalled(pages []*ledger.Page, devices []energy.DeviceID, before int32, n int) []*ledger.Page {
	of := make(map[energy.DeviceID][]*ledger.Page, len(devices))
	for _, page := range pages {
		of[page.Device] = append(of[page.Device], page)
	}
	for key := range b.journalled {
		if key.Day >= before || !slices.Contains(devices, key.Device) {
			continue
		}
		if !slices.ContainsFunc(of[key.Device], func(p *ledger.Page) bool { return p.Day == key.Day }) {
			of[key.Device] = append(of[key.Device], &ledger.Page{Device: key.Device, Day: key.Day})
		}
	}
	all := make([]*ledger.Page, 0, len(pages))
	for _, last := range of {
		slices.SortFunc(last, func(a, b *ledger.Page) int { return cmp.Compare(b.Day, a.Day) })
		for _, page := range last[:min(n, len(last))] {
			b.journalled.Apply(page)
			all = append(all, page)
		}
	}
	return all
}

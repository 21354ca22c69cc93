package gormenergy

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"gorm.io/gorm"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/ledger"
)

// relearntAtOnce is the maximum number of links in one transaction, which bounds how long a device is locked.
const relearntAtOnce = 2000

// Relearn judges again the measured time of counters that were decoded before the program learnt the pace of devices. Each call takes one
// device; more is true if others may be left. The energy used does not change. Any process may call it at any time, also repeatedly.
func (s *Store) Relearn(ctx context.Context, traits func(energy.DeviceID) ledger.Traits) (more bool, err error) {
	var device string
	err = s.db.Read.WithContext(ctx).Raw("SELECT device_id FROM energy_relearn ORDER BY device_id LIMIT 1").Row().Scan(&device)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("find a counter to judge again: %w", err)
	}
	if t := traits(energy.DeviceID(device)); t.LearnsPace(energy.Register) {
		if err := s.relearn(ctx, energy.DeviceID(device), t); err != nil {
			return true, fmt.Errorf("judge the counter of %s again: %w", device, err)
		}
	}
	return true, s.db.Transact(ctx, func(tx *gorm.DB) error {
		return tx.Exec("DELETE FROM energy_relearn WHERE device_id = ?", device).Error
	})
}

func (s *Store) relearn(ctx context.Context, device energy.DeviceID, traits ledger.Traits) error {
	chain := chainKey{device, energy.Register}
	for at, left := energy.Instant(0), true; left; {
		err := s.transactWithRetry(ctx, func(tx *gorm.DB) (err error) {
			at, left, err = s.relearnSome(ctx, tx, chain, at, traits)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// relearnSome judges some links of a chain again, starting at an instant, and returns where the next ones begin.
func (s *Store) relearnSome(ctx context.Context, tx *gorm.DB, chain chainKey, at energy.Instant, traits ledger.Traits) (next energy.Instant, left bool, err error) {
	rows, entries := s.rows(tx), ledger.Entries{}
	if _, err := rows.chains(ctx, []energy.DeviceID{chain.Device}, true); err != nil {
		return at, true, err
	}
	earlier, err := rows.before(ctx, chain, at, ledger.PaceReach)
	if err != nil {
		return at, true, err
	}
	links, err := rows.from(ctx, chain, at, relearntAtOnce+ledger.PaceReach)
	if err != nil {
		return at, true, err
	}
	n := min(len(links), relearntAtOnce)
	if left = n < len(links); left {
		next = links[n].At
	}
	var changed []ledger.Link
	ledger.Rejudge(traits, instantsOf(earlier), links, n, func(was, is ledger.Link) {
		entries.Book(chain.Device, was.At, was.Booking, -1)
		entries.Book(chain.Device, is.At, is.Booking, +1)
		changed = append(changed, is)
	})
	if len(changed) == 0 {
		return next, left, nil
	}
	if err := rows.saveLinks(ctx, changed); err != nil {
		return at, true, err
	}
	return next, left, s.bookAndMark(ctx, rows, entries)
}

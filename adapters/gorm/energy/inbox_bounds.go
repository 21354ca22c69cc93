package gormenergy

import (
	"gorm.io/gorm"

	"github.com/holotwin/holotwin/modules/energy/intake"
)

// inboxCounts counts the content of the inbox within a transaction.
type inboxCounts struct {
	tx   *gorm.DB
	of   map[discoveredOwner]*deviceCounts
	held map[string]int64 // measures, by key
}

type discoveredOwner struct{ space, subject string }

// deviceCounts are the numbers of discovered devices.
type deviceCounts struct{ Total, OfSpace, OfKey int }

func (c *inboxCounts) count(key discoveredOwner) (*deviceCounts, error) {
	if n := c.of[key]; n != nil {
		return n, nil
	}
	n := &deviceCounts{}
	err := c.tx.Model(&newcomerRow{}).Select(`count(*) AS total, coalesce(sum(CASE WHEN space_id = ? THEN 1 ELSE 0 END), 0) AS of_space,
		coalesce(sum(CASE WHEN subject = ? THEN 1 ELSE 0 END), 0) AS of_key`, key.space, key.subject).Scan(n).Error
	c.of[key] = n
	return n, err
}

// bufferedOf returns how many measurements of a key's discovered devices are stored.
func (c *inboxCounts) bufferedOf(subject string) (int64, error) {
	held, known := c.held[subject]
	if known {
		return held, nil
	}
	err := c.tx.Model(&newcomerRow{}).Where("subject = ?", subject).Select("coalesce(sum(held), 0)").Scan(&held).Error
	return held, err
}

// makeRoom counts another discovered device of a key. If a bound is reached, it deletes the key's device that was silent for longest and
// has no stored measurements; if there is none, it returns ErrInboxFull.
func (c *inboxCounts) makeRoom(one intake.Discovery) error {
	n, err := c.count(discoveredOwner{string(one.Space), one.Subject})
	if err != nil {
		return err
	}
	full := intake.ErrInboxFull{Device: one.Key()}
	switch {
	case n.OfKey >= intake.MaxDiscoveredOfKey:
		full.Bound, full.Max = "newcomers_of_key", intake.MaxDiscoveredOfKey
	case one.Space != "" && n.OfSpace >= intake.MaxDiscoveredOfSpace:
		full.Bound, full.Max = "newcomers_of_space", intake.MaxDiscoveredOfSpace
	case n.Total >= intake.MaxDiscovered:
		full.Bound, full.Max = "newcomers", intake.MaxDiscovered
	default:
		n.Total, n.OfSpace, n.OfKey = n.Total+1, n.OfSpace+1, n.OfKey+1
		return nil
	}
	dropped := c.tx.Exec(`DELETE FROM energy_inbox WHERE held = 0 AND (space_id, address) IN
		(SELECT space_id, address FROM energy_inbox WHERE subject = ? AND held = 0 ORDER BY last_seen, space_id, address LIMIT 1)`, one.Subject)
	if dropped.Error == nil && dropped.RowsAffected == 0 {
		return full
	}
	return dropped.Error
}

// roomForMeasure returns ErrInboxFull if no more measurements of a discovered device may be stored.
func roomForMeasure(row newcomerRow, heldOfKey int64) error {
	full := intake.ErrInboxFull{Device: row.discovered().Key()}
	switch {
	case row.Held >= intake.MaxBuffered:
		full.Bound, full.Max = "kept", intake.MaxBuffered
	case heldOfKey >= intake.MaxBufferedOfKey:
		full.Bound, full.Max = "kept_of_key", intake.MaxBufferedOfKey
	default:
		return nil
	}
	return full
}

package gormenergy

import (
	"context"
	"fmt"
	"slices"

	"gorm.io/gorm"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/intake"
	"github.com/holotwin/holotwin/platform/random"
)

type letterRow struct {
	At                           int64  `gorm:"primaryKey;autoIncrement:false"`
	ID                           string `gorm:"primaryKey"`
	Dialect, Topic, Body, Reason string
	Subject, SpaceID             string
}

func (letterRow) TableName() string { return "energy_letters" }

// StoreRejected stores rejected messages within the bounds.
func (s *Store) StoreRejected(ctx context.Context, letters []intake.RejectedMessage) error {
	err := s.transactWithRetry(ctx, func(tx *gorm.DB) error { return storeRejected(tx, letters) })
	if err != nil {
		return fmt.Errorf("store %d rejected messages: %w", len(letters), err)
	}
	return nil
}

// storeRejected stores rejected messages. Beyond the bound of a key, its oldest are deleted; beyond the bound in total, the oldest of the
// keys that have most.
func storeRejected(tx *gorm.DB, letters []intake.RejectedMessage) error {
	if len(letters) == 0 {
		return nil
	}
	rows := make([]letterRow, 0, len(letters))
	of := make(map[string]int)
	for i := len(letters) - 1; i >= 0; i-- { // the newest of each key
		l := letters[i]
		if of[l.Subject]++; of[l.Subject] <= intake.MaxRejectedOfKey {
			rows = append(rows, letterRow{
				At: int64(l.At), ID: random.ID("l"), Dialect: l.Dialect, Topic: l.Topic, Body: l.Text, Reason: l.Reason, Subject: l.Subject, SpaceID: string(l.Space),
			})
		}
	}
	if err := tx.CreateInBatches(&rows, 500).Error; err != nil {
		return err
	}
	for subject := range of {
		if err := keepNewest(tx, subject, intake.MaxRejectedOfKey); err != nil {
			return err
		}
	}
	return boundRejected(tx)
}

// keepNewest deletes all rejected messages of a key except the newest.
func keepNewest(tx *gorm.DB, subject string, most int) error {
	return tx.Exec(`DELETE FROM energy_letters WHERE subject = ? AND (at, id) <=
		(SELECT at, id FROM energy_letters WHERE subject = ? ORDER BY at DESC, id DESC LIMIT 1 OFFSET ?)`, subject, subject, most).Error
}

// boundRejected deletes the oldest rejected messages of the keys that have most, down to an equal number, until the total is within the
// bound.
func boundRejected(tx *gorm.DB) error {
	var holders []struct {
		Subject string
		Letters int
	}
	err := tx.Model(&letterRow{}).Select("subject, count(*) AS letters").Group("subject").Scan(&holders).Error
	if err != nil {
		return err
	}
	var counts []int
	for _, h := range holders {
		counts = append(counts, h.Letters)
	}
	each := fairShare(counts, intake.MaxRejected)
	for _, h := range holders {
		if h.Letters <= each {
			continue
		}
		if err := keepNewest(tx, h.Subject, each); err != nil {
			return err
		}
	}
	return nil
}

// fairShare is the maximum for each of several counts so that their sum is at most most.
func fairShare(counts []int, most int) int {
	slices.Sort(counts)
	left := most
	for i, n := range counts {
		if share := left / (len(counts) - i); n > share {
			return share
		}
		left -= n
	}
	return most // no count needs to be reduced
}

// RejectedMessages returns the newest rejected messages.
func (s *Store) RejectedMessages(ctx context.Context, limit int) ([]intake.RejectedMessage, error) {
	var rows []letterRow
	err := s.db.Read.WithContext(ctx).Order("at DESC, id DESC").Limit(limit).Find(&rows).Error
	all := make([]intake.RejectedMessage, len(rows))
	for i, r := range rows {
		all[i] = intake.RejectedMessage{
			At: energy.Instant(r.At), Dialect: r.Dialect, Topic: r.Topic, Text: r.Body, Reason: r.Reason, Subject: r.Subject, Space: energy.SpaceID(r.SpaceID),
		}
	}
	return all, err
}

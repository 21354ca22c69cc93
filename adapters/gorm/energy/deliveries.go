package gormenergy

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/intake"
)

type deliveryRow struct {
	Session string `gorm:"primaryKey"`
	Packet  int    `gorm:"primaryKey;autoIncrement:false"`
	Number  int64
	Words   int64
	Reused  bool
	Arrived int64
	Given   string
}

func (deliveryRow) TableName() string { return "energy_deliveries" }

// dropOldDeliveries counts rows and not numbers: a message that is sent again after each of several kills takes a new number each time.
const dropOldDeliveries = `DELETE FROM energy_deliveries WHERE session = ? AND number <= (
	SELECT number FROM energy_deliveries WHERE session = ? ORDER BY number DESC LIMIT 1 OFFSET ?)`

// SaveDeliveries stores messages of a session, and deletes the oldest ones beyond the maximum.
func (s *Store) SaveDeliveries(ctx context.Context, session string, all []intake.Delivery) error {
	if len(all) == 0 {
		return nil
	}
	err := s.transactWithRetry(ctx, func(tx *gorm.DB) error {
		var last int64
		if err := tx.Model(&deliveryRow{}).Where("session = ?", session).Select("coalesce(max(number), 0)").Scan(&last).Error; err != nil {
			return err
		}
		latest := make(map[uint16]deliveryRow, len(all)) // a statement may change a row only once
		for _, d := range all {
			last++
			latest[d.Packet] = deliveryRow{session, int(d.Packet), last, int64(d.Hash), d.Reused, int64(d.Arrived), givenText(d.Instants)}
		}
		rows := make([]deliveryRow, 0, len(latest))
		for _, r := range latest {
			rows = append(rows, r)
		}
		slices.SortFunc(rows, func(a, b deliveryRow) int { return int(a.Number - b.Number) })
		if err := tx.Clauses(clause.OnConflict{UpdateAll: true}).CreateInBatches(&rows, 1000).Error; err != nil {
			return err
		}
		return tx.Exec(dropOldDeliveries, session, session, intake.MaxDeliveries).Error
	})
	if err != nil {
		return fmt.Errorf("store %d deliveries: %w", len(all), err)
	}
	return nil
}

// DeliveriesOf returns the deliveries of a session, oldest first.
func (s *Store) DeliveriesOf(ctx context.Context, session string) ([]intake.Delivery, error) {
	var rows []deliveryRow
	if err := s.db.Read.WithContext(ctx).Where("session = ?", session).Order("number").Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("read the deliveries of a session: %w", err)
	}
	all := make([]intake.Delivery, len(rows))
	for i, r := range rows {
		given, err := parseGiven(r.Given)
		if err != nil {
			return nil, fmt.Errorf("delivery %d: %w", r.Packet, err)
		}
		all[i] = intake.Delivery{Packet: uint16(r.Packet), Hash: uint64(r.Words), Reused: r.Reused, Arrived: energy.Instant(r.Arrived), Instants: given}
	}
	return all, nil
}

func givenText(given []energy.Instant) string {
	texts := make([]string, len(given))
	for i, at := range given {
		texts[i] = strconv.FormatInt(int64(at), 10)
	}
	return strings.Join(texts, " ")
}

func parseGiven(text string) (given []energy.Instant, err error) {
	for _, one := range strings.Fields(text) {
		at, err := strconv.ParseInt(one, 10, 64)
		if err != nil {
			return nil, err
		}
		given = append(given, energy.Instant(at))
	}
	return given, nil
}

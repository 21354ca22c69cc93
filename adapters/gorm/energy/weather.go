package gormenergy

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/campus"
	"github.com/holotwin/holotwin/modules/energy/conditions"
	"github.com/holotwin/holotwin/modules/energy/ledger"
)

type weatherRow struct {
	SpaceID     string `gorm:"primaryKey"`
	Hour        int64  `gorm:"primaryKey;autoIncrement:false"`
	Temperature *int64
	Humidity    *int64
	Forecast    bool
}

func (weatherRow) TableName() string { return "energy_weather" }

func (r weatherRow) hour() conditions.WeatherHour {
	return conditions.WeatherHour{Start: energy.Instant(r.Hour), Temperature: r.Temperature, Humidity: r.Humidity, Forecast: r.Forecast}
}

type weatherSiteRow struct {
	SpaceID             string `gorm:"primaryKey"`
	Latitude, Longitude float64
	DueAt               int64
}

func (weatherSiteRow) TableName() string { return "energy_weather_sites" }

// LeaseWeather leases a site's weather sync. It reads before it writes, because it is called far more often than a site is due.
func (s *Store) LeaseWeather(ctx context.Context, site energy.SpaceID, at campus.Coordinates, now, until energy.Instant) (mine bool, err error) {
	var known []weatherSiteRow
	if err := s.db.Read.WithContext(ctx).Where("space_id = ?", string(site)).Find(&known).Error; err != nil {
		return false, fmt.Errorf("read whether the weather is due: %w", err)
	}
	here := len(known) == 1 && known[0].Latitude == at.Latitude && known[0].Longitude == at.Longitude
	if here && known[0].DueAt > int64(now) && known[0].DueAt <= latestDue(now) {
		return false, nil
	}
	err = s.db.Transact(ctx, func(tx *gorm.DB) error {
		mine, err = s.leaseWeather(tx, weatherSiteRow{string(site), at.Latitude, at.Longitude, int64(until)}, int64(now))
		return err
	})
	if err != nil {
		return false, fmt.Errorf("lease a site's weather sync: %w", err)
	}
	return mine, nil
}

func (s *Store) leaseWeather(tx *gorm.DB, claim weatherSiteRow, now int64) (mine bool, err error) {
	added := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&claim)
	if added.Error != nil || added.RowsAffected == 1 {
		return added.Error == nil, added.Error
	}
	moved := tx.Exec("UPDATE energy_weather_sites SET latitude = ?, longitude = ?, due_at = ? WHERE space_id = ? AND (latitude <> ? OR longitude <> ?)",
		claim.Latitude, claim.Longitude, claim.DueAt, claim.SpaceID, claim.Latitude, claim.Longitude)
	if moved.Error != nil {
		return false, moved.Error
	}
	if moved.RowsAffected == 1 {
		if err := tx.Exec("DELETE FROM energy_weather WHERE space_id = ?", claim.SpaceID).Error; err != nil {
			return false, err
		}
		return true, s.mark(tx, ledger.Changed{Space: energy.SpaceID(claim.SpaceID)})
	}
	due := tx.Exec("UPDATE energy_weather_sites SET due_at = ? WHERE space_id = ? AND (due_at <= ? OR due_at > ?)",
		claim.DueAt, claim.SpaceID, now, latestDue(energy.Instant(now)))
	return due.RowsAffected == 1, due.Error
}

// latestDue is the last instant at which a site's weather can be due. A later one was written by a clock that has been set back.
func latestDue(now energy.Instant) int64 { return int64(now.Add(conditions.WeatherEvery + clockSkew)) }

// clockSkew is the maximum difference between the clocks of processes that share a database, ms.
const clockSkew = int64(time.Minute / time.Millisecond)

// ScheduleWeather records that a site's weather needs no sync before an instant.
func (s *Store) ScheduleWeather(ctx context.Context, site energy.SpaceID, until energy.Instant) error {
	return s.db.Transact(ctx, func(tx *gorm.DB) error {
		return tx.Exec("UPDATE energy_weather_sites SET due_at = ? WHERE space_id = ?", int64(until), string(site)).Error
	})
}

// weatherBatch is the number of hours in one statement.
const weatherBatch = 500

// StoreWeather stores the hours that change something.
func (s *Store) StoreWeather(ctx context.Context, site energy.SpaceID, hours []conditions.WeatherHour) error {
	if len(hours) == 0 {
		return nil
	}
	err := s.db.Transact(ctx, func(tx *gorm.DB) error {
		changed, warmer, err := newWeather(tx, site, hours)
		if err != nil || len(changed) == 0 {
			return err
		}
		err = tx.Clauses(clause.OnConflict{
			Columns:   []clause.Column{{Name: "space_id"}, {Name: "hour"}},
			DoUpdates: clause.AssignmentColumns([]string{"temperature", "humidity", "forecast"}),
		}).CreateInBatches(changed, weatherBatch).Error
		if err != nil || warmer == nil {
			return err
		}
		return s.markIfPast(tx, ledger.Changed{Space: site}, *warmer)
	})
	if err != nil {
		return fmt.Errorf("store weather: %w", err)
	}
	return nil
}

// newWeather returns the hours that change what is stored, and the first one whose temperature changes; nil if there is none.
func newWeather(tx *gorm.DB, site energy.SpaceID, hours []conditions.WeatherHour) (changed []weatherRow, warmer *energy.Instant, err error) {
	first, last := hours[0].Start, hours[0].Start
	for _, h := range hours {
		first, last = min(first, h.Start), max(last, h.Start)
	}
	var rows []weatherRow
	if err := tx.Where("space_id = ? AND hour >= ? AND hour <= ?", string(site), int64(first), int64(last)).Find(&rows).Error; err != nil {
		return nil, nil, err
	}
	kept := make(map[int64]weatherRow, len(rows))
	for _, r := range rows {
		kept[r.Hour] = r
	}
	for _, h := range hours {
		row := weatherRow{string(site), int64(h.Start), h.Temperature, h.Humidity, h.Forecast}
		was, known := kept[row.Hour]
		if known && !was.Forecast && row.Forecast {
			continue
		}
		if row.Temperature == nil {
			row.Temperature, row.Humidity = was.Temperature, was.Humidity
		}
		if known && was.Forecast == row.Forecast && equal(was.Temperature, row.Temperature) && equal(was.Humidity, row.Humidity) {
			continue
		}
		changed = append(changed, row)
		if !equal(was.Temperature, row.Temperature) && (warmer == nil || h.Start < *warmer) {
			warmer = &h.Start
		}
	}
	return changed, warmer, nil
}

func equal(a, b *int64) bool {
	if a == nil || b == nil {
		return a == b
	}
	return *a == *b
}

// WeatherDays counts the hours of each day that are not forecasts.
func (s *Store) WeatherDays(ctx context.Context, site energy.SpaceID, from, to int32) (map[int32]int, error) {
	rows, err := s.db.Read.WithContext(ctx).Raw(`SELECT hour / ? AS day, count(*) FROM energy_weather
		WHERE space_id = ? AND hour >= ? AND hour < ? AND NOT forecast GROUP BY 1`,
		dayMs, string(site), int64(from)*dayMs, int64(to)*dayMs).Rows()
	if err != nil {
		return nil, fmt.Errorf("count weather hours: %w", err)
	}
	days := make(map[int32]int)
	err = scanAll(rows, func(rows *sql.Rows) error {
		var day int32
		var hours int
		err := rows.Scan(&day, &hours)
		days[day] = hours
		return err
	})
	return days, err
}

// SensorBias compares each reading with the weather of its hour.
func (s *Store) SensorBias(ctx context.Context, site energy.SpaceID, from, to energy.Instant) (above float64, hours int, err error) {
	var mean sql.NullFloat64
	err = s.db.Report(ctx, func(db *gorm.DB) error {
		return db.Raw(`SELECT avg(a.temperature - w.temperature), count(DISTINCT w.hour) FROM energy_ambient a
			JOIN energy_weather w ON w.space_id = a.space_id AND w.hour = a.at - a.at % 3600000
			WHERE a.space_id = ? AND a.at >= ? AND a.at < ? AND a.temperature IS NOT NULL AND w.temperature IS NOT NULL AND NOT w.forecast`,
			string(site), int64(from), int64(to)).Row().Scan(&mean, &hours)
	})
	if err != nil {
		return 0, 0, fmt.Errorf("compare sensors with the weather: %w", err)
	}
	return mean.Float64, hours, nil
}

// WeatherBetween leaves out the hours in which a sensor of the site measured the temperature.
func (s *Store) WeatherBetween(ctx context.Context, site energy.SpaceID, from, to energy.Instant, limit int) ([]conditions.WeatherHour, error) {
	var rows []weatherRow
	err := s.db.Report(ctx, func(db *gorm.DB) error {
		query := db.Where("space_id = ? AND hour >= ? AND hour < ? AND temperature IS NOT NULL", string(site), int64(from), int64(to)).
			Where(`NOT EXISTS (SELECT 1 FROM energy_ambient a WHERE a.space_id = energy_weather.space_id
				AND a.at >= energy_weather.hour AND a.at < energy_weather.hour + 3600000 AND a.temperature IS NOT NULL)`).
			Order("hour")
		if limit > 0 {
			query = query.Limit(limit)
		}
		return query.Find(&rows).Error
	})
	if err != nil {
		return nil, fmt.Errorf("read weather: %w", err)
	}
	hours := make([]conditions.WeatherHour, len(rows))
	for i, r := range rows {
		hours[i] = r.hour()
	}
	return hours, nil
}

package gormenergy

import (
	"context"
	"fmt"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/campus"
	"github.com/holotwin/holotwin/modules/energy/holidays"
)

type spaceRow struct {
	ID                  string `gorm:"primaryKey"`
	Name, Kind          string
	ParentID            string
	TimeZone            string
	Holidays            string
	AreaM2              float64 `gorm:"column:area_m2"`
	Latitude, Longitude *float64
	CreatedAt           int64 `gorm:"autoCreateTime:false"`
}

func (spaceRow) TableName() string { return "energy_spaces" }

type deviceRow struct {
	ID              string `gorm:"primaryKey"`
	Name, Kind      string
	Measures        string
	SpaceID         string
	ParentID        string
	RatedMw         int64
	StandbyMw       int64
	IntervalS       int
	RegisterModulus int64
	MqttTopic       string
	PlainUnit       string
	PlainInterval   bool
	CreatedAt       int64 `gorm:"autoCreateTime:false"`
}

func (deviceRow) TableName() string { return "energy_devices" }

// Version returns the version of the catalogue.
func (s *Store) Version(ctx context.Context) (int64, error) {
	var version int64
	err := s.db.Read.WithContext(ctx).Raw("SELECT version FROM energy_catalogue WHERE only_row = 1").Scan(&version).Error
	return version, err
}

// Load reads the whole catalogue. It reads the version first: if the rest is newer, the next comparison of versions finds it.
func (s *Store) Load(ctx context.Context) (version int64, spaces []campus.Space, devices []campus.Device, err error) {
	if version, err = s.Version(ctx); err != nil {
		return 0, nil, nil, fmt.Errorf("catalogue version: %w", err)
	}
	var spaceRows []spaceRow
	if err = s.db.Read.WithContext(ctx).Order("id").Find(&spaceRows).Error; err != nil {
		return 0, nil, nil, fmt.Errorf("load spaces: %w", err)
	}
	var deviceRows []deviceRow
	if err = s.db.Read.WithContext(ctx).Order("id").Find(&deviceRows).Error; err != nil {
		return 0, nil, nil, fmt.Errorf("load devices: %w", err)
	}
	for _, r := range spaceRows {
		spaces = append(spaces, r.space())
	}
	former, err := s.placements(ctx)
	if err != nil {
		return 0, nil, nil, fmt.Errorf("load placements: %w", err)
	}
	for _, r := range deviceRows {
		device := r.device()
		device.Former = former[device.ID]
		devices = append(devices, device)
	}
	return version, spaces, devices, nil
}

// Save stores a change if the catalogue still has the expected version.
func (s *Store) Save(ctx context.Context, expected int64, change campus.Change) error {
	return s.db.Transact(ctx, func(tx *gorm.DB) error {
		counted := tx.Exec("UPDATE energy_catalogue SET version = version + 1 WHERE only_row = 1 AND version = ?", expected)
		if counted.Error != nil {
			return fmt.Errorf("increment the version of the catalogue: %w", counted.Error)
		}
		if counted.RowsAffected == 0 {
			return campus.ErrStale
		}
		return saveChange(tx, change)
	})
}

func saveChange(tx *gorm.DB, change campus.Change) error {
	put := tx.Clauses(clause.OnConflict{UpdateAll: true})
	switch {
	case change.PutSpace != nil:
		row := rowOfSpace(*change.PutSpace)
		return put.Create(&row).Error
	case change.PutDevice != nil:
		row := rowOfDevice(*change.PutDevice)
		if err := put.Create(&row).Error; err != nil {
			return err
		}
		return savePlacements(tx, *change.PutDevice)
	case change.DropSpace != "":
		return dropSpace(tx, change.DropSpace)
	case change.DropDevice != "":
		return dropDevice(tx, change.DropDevice)
	}
	return nil
}

// dependents are the rows of a table that are deleted with their space or device. Those with an empty kind are not counted,
// because no user made them or can read them.
type dependents struct{ table, kind string }

// Rows that are meaningless without their space or device.
var (
	ofSpace = []dependents{
		{"energy_calendar", "calendar"}, {"energy_tariffs", "tariff"}, {"energy_ambient", "ambient"}, {"energy_weather", "weather"}, {"energy_weather_sites", ""},
	}
	ofDevice = []dependents{{"energy_states", "state"}, {"energy_placements", ""}, {"energy_vitals", ""}, {"energy_channels", ""}}
)

func dropSpace(tx *gorm.DB, id energy.SpaceID) error {
	for _, d := range ofSpace {
		if err := tx.Exec("DELETE FROM "+d.table+" WHERE space_id = ?", string(id)).Error; err != nil {
			return err
		}
	}
	return tx.Where("id = ?", string(id)).Delete(&spaceRow{}).Error
}

func dropDevice(tx *gorm.DB, id energy.DeviceID) error {
	for _, d := range ofDevice {
		if err := tx.Exec("DELETE FROM "+d.table+" WHERE device_id = ?", string(id)).Error; err != nil {
			return err
		}
	}
	return tx.Where("id = ?", string(id)).Delete(&deviceRow{}).Error
}

// Dependents counts what is deleted with a space or device.
func (s *Store) Dependents(ctx context.Context, drop campus.Change) (map[string]int, error) {
	of, column, id := ofSpace, "space_id", string(drop.DropSpace)
	if id == "" {
		of, column, id = ofDevice, "device_id", string(drop.DropDevice)
	}
	all := make(map[string]int)
	for _, d := range of {
		if d.kind == "" {
			continue
		}
		var n int64
		if err := s.db.Read.WithContext(ctx).Table(d.table).Where(column+" = ?", id).Count(&n).Error; err != nil {
			return nil, fmt.Errorf("count %s: %w", d.table, err)
		}
		if n > 0 {
			all[d.kind] = int(n)
		}
	}
	return all, nil
}

func rowOfSpace(s campus.Space) spaceRow {
	return spaceRow{
		ID: string(s.ID), Name: s.Name, Kind: string(s.Kind), ParentID: string(s.Parent), TimeZone: s.TimeZone, Holidays: string(s.Holidays),
		AreaM2: s.AreaM2, Latitude: s.Latitude, Longitude: s.Longitude, CreatedAt: int64(s.Created),
	}
}

func (r spaceRow) space() campus.Space {
	return campus.Space{
		ID: energy.SpaceID(r.ID), Name: r.Name, Kind: campus.SpaceKind(r.Kind), Parent: energy.SpaceID(r.ParentID), TimeZone: r.TimeZone, Holidays: r.holidays(),
		AreaM2: r.AreaM2, Latitude: r.Latitude, Longitude: r.Longitude, Created: energy.Instant(r.CreatedAt),
	}
}

// holidays of a site are Colombia's if an older version of the program wrote the row.
func (r spaceRow) holidays() holidays.Set {
	if r.Holidays == "" && r.Kind == string(campus.KindSite) {
		return holidays.Colombian
	}
	return holidays.Set(r.Holidays)
}

func rowOfDevice(d campus.Device) deviceRow {
	return deviceRow{
		ID: string(d.ID), Name: d.Name, Kind: string(d.Kind), Measures: string(d.Measures), SpaceID: string(d.Space), ParentID: string(d.Parent),
		RatedMw: int64(d.Rated), StandbyMw: int64(d.Standby), IntervalS: d.IntervalS, RegisterModulus: int64(d.RegisterModulus),
		MqttTopic: d.MQTTTopic, PlainUnit: string(d.Plain.Unit), PlainInterval: d.Plain.Interval, CreatedAt: int64(d.Created),
	}
}

func (r deviceRow) device() campus.Device {
	return campus.Device{
		ID: energy.DeviceID(r.ID), Name: r.Name, Kind: campus.DeviceKind(r.Kind), Measures: energy.Quantity(r.Measures), Space: energy.SpaceID(r.SpaceID), Parent: energy.DeviceID(r.ParentID),
		Rated: energy.Power(r.RatedMw), Standby: energy.Power(r.StandbyMw), IntervalS: r.IntervalS, RegisterModulus: energy.Energy(r.RegisterModulus),
		MQTTTopic: r.MqttTopic, Plain: campus.PlainNumber{Unit: energy.Unit(r.PlainUnit), Interval: r.PlainInterval}, Created: energy.Instant(r.CreatedAt),
	}
}

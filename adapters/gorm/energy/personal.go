package gormenergy

import (
	"context"

	"gorm.io/gorm"

	"github.com/holotwin/holotwin/platform/database/personal"
)

// Personal are the columns that may hold a person: who corrected readings, and texts that people write.
var Personal = []personal.Columns{
	{Kind: "correction", Table: "energy_corrections", At: "made_at", What: "device_id", Names: []string{"made_by", "reason"}},
	{Kind: "space", Table: "energy_spaces", What: "id", Names: []string{"name"}},
	{Kind: "device", Table: "energy_devices", What: "id", Names: []string{"name", "mqtt_topic"}},
	{Kind: "calendar", Table: "energy_calendar", What: "id", Names: []string{"name"}},
	{Kind: "tariff", Table: "energy_tariffs", What: "id", Names: []string{"name"}},
	{Kind: "unregistered_device", Table: "energy_inbox", What: "address", Names: []string{"name", "last"}},
	{Kind: "unregistered_device", Table: "energy_newcomers", What: "address", Names: []string{"name", "last"}},
	{Kind: "rejected_message", Table: "energy_letters", At: "at", What: "id", Names: []string{"topic", "body", "reason"}},
}

// TracesOf returns what is kept of a person.
func (s *Store) TracesOf(ctx context.Context, words []string) ([]personal.Row, error) {
	return personal.Find(s.db.Read.WithContext(ctx), Personal, words)
}

// ForgetPerson replaces a person by a pseudonym. The catalogue is read again after it.
func (s *Store) ForgetPerson(ctx context.Context, words []string, pseudonym string) (changed int, err error) {
	err = s.db.Transact(ctx, func(tx *gorm.DB) error {
		changed, err = personal.Forget(tx, Personal, words, pseudonym)
		if err != nil || changed == 0 {
			return err
		}
		return tx.Exec("UPDATE energy_catalogue SET version = version + 1 WHERE only_row = 1").Error
	})
	return changed, err
}

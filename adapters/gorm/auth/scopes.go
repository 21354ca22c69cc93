package gormauth

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/holotwin/holotwin/modules/auth"
	"github.com/holotwin/holotwin/platform/database"
)

// LimitedTo returns the users and keys that are limited to some spaces or devices. The ids are sent as one JSON array, so
// that their number has no bound.
func (s *Store) LimitedTo(ctx context.Context, spaces, devices []string, limit int) ([]auth.Limited, error) {
	given, ofKey := "SELECT value FROM json_each(?)", "SELECT value AS id FROM json_each(auth_keys.devices)"
	if s.db.Dialect == database.Postgres {
		given, ofKey = "SELECT jsonb_array_elements_text(?::jsonb)", "SELECT jsonb_array_elements_text(auth_keys.devices::jsonb) AS id"
	}
	inSpaces, err := json.Marshal(append([]string{}, spaces...))
	if err != nil {
		return nil, err
	}
	ofDevices, err := json.Marshal(append([]string{}, devices...))
	if err != nil {
		return nil, err
	}
	var rows []struct{ UserID, KeyID, Name string }
	err = s.db.Read.WithContext(ctx).Raw(`
		SELECT id AS user_id, '' AS key_id, email AS name FROM auth_users WHERE space_id <> '' AND space_id IN (`+given+`)
		UNION ALL
		SELECT '', id, name FROM auth_keys
		WHERE (space_id <> '' AND space_id IN (`+given+`)) OR EXISTS (SELECT 1 FROM (`+ofKey+`) AS d WHERE d.id IN (`+given+`))
		ORDER BY 2, 1 LIMIT ?`, string(inSpaces), string(inSpaces), string(ofDevices), limit).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("find users and keys limited to a space or device: %w", err)
	}
	limited := make([]auth.Limited, len(rows))
	for i, r := range rows {
		limited[i] = auth.Limited{User: r.UserID, Key: r.KeyID, Name: r.Name}
	}
	return limited, nil
}

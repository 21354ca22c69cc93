package gormenergy

import (
	"context"
	"fmt"

	"gorm.io/gorm"
)

// Imported returns how many rows of a file are stored.
func (s *Store) Imported(ctx context.Context, file string) (rows int, err error) {
	if err := s.db.Read.WithContext(ctx).Raw("SELECT coalesce(max(rows), 0) FROM energy_imports WHERE file = ?", file).Scan(&rows).Error; err != nil {
		return 0, fmt.Errorf("read the import: %w", err)
	}
	return rows, nil
}

// SetImported records how many rows of a file are stored.
func (s *Store) SetImported(ctx context.Context, file string, rows int) error {
	err := s.db.Transact(ctx, func(tx *gorm.DB) error {
		return tx.Exec("INSERT INTO energy_imports (file, rows) VALUES (?, ?) ON CONFLICT (file) DO UPDATE SET rows = excluded.rows", file, rows).Error
	})
	if err != nil {
		return fmt.Errorf("store the progress of the import: %w", err)
	}
	return nil
}

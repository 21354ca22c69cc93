//go:build !unix

package database

import (
	"os"

	"github.com/holotwin/holotwin/platform/private"
)

// lockFile prevents a second process from opening the same database. There is no flock here, but an open file cannot be
// removed: that is the lock.
func lockFile(path string) (unlock func() error, err error) {
	if err := os.Remove(path); err != nil && !os.IsNotExist(err) {
		return nil, ErrInUse
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, private.FileMode)
	if err != nil {
		return nil, ErrInUse
	}
	return f.Close, nil
}

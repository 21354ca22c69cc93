//go:build unix

package database

import (
	"errors"
	"os"
	"syscall"

	"github.com/holotwin/holotwin/platform/private"
)

// lockFile prevents a second process from opening the same database: each would act as the only writer.
func lockFile(path string) (unlock func() error, err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, private.FileMode)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return nil, errors.Join(ErrInUse, f.Close())
	}
	return f.Close, nil
}

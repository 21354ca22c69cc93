package backup

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/holotwin/holotwin/platform/private"
)

// ErrExists is the error for a file that is there already.
var ErrExists = errors.New("the file exists already")

// File is a backup file that is being written. It has its name only once it is whole and on the disk; until then its name ends in
// .partial.
type File struct {
	*os.File
	path    string
	replace bool
}

// Create creates a file that only its owner can read. With replace, it may take the place of another. Errors: ErrExists.
func Create(path string, replace bool) (*File, error) {
	if _, err := os.Stat(path); err == nil && !replace {
		return nil, fmt.Errorf("%s: %w", path, ErrExists)
	}
	partial, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*.partial")
	if err != nil {
		return nil, err
	}
	if err := partial.Chmod(private.FileMode); err != nil && !errors.Is(err, errors.ErrUnsupported) {
		return nil, errors.Join(err, partial.Close(), os.Remove(partial.Name()))
	}
	return &File{partial, path, replace}, nil
}

// Abandon removes the file. After Finish it does nothing.
func (f *File) Abandon() {
	_ = f.Close()
	_ = os.Remove(f.Name())
}

// Finish syncs the file to the disk and gives it its name. Errors: ErrExists.
func (f *File) Finish() error {
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := f.rename(); err != nil {
		return err
	}
	folder, err := os.Open(filepath.Dir(f.path))
	if err != nil {
		return err
	}
	_ = folder.Sync() // not every system can
	return folder.Close()
}

func (f *File) rename() error {
	if f.replace {
		return os.Rename(f.Name(), f.path)
	}
	// A link never replaces a file that came meanwhile.
	switch err := os.Link(f.Name(), f.path); {
	case err == nil:
		return os.Remove(f.Name())
	case errors.Is(err, fs.ErrExist):
		return fmt.Errorf("%s: %w", f.path, ErrExists)
	}
	if _, err := os.Stat(f.path); err == nil {
		return fmt.Errorf("%s: %w", f.path, ErrExists)
	}
	return os.Rename(f.Name(), f.path) // the file system has no links
}

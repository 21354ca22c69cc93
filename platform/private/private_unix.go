//go:build unix

package private

import (
	"os"
	"syscall"
)

// otherUsers are the mode bits that give access to users other than the owner.
const otherUsers = 0o077

// MakeFilesPrivate makes all new files of this process private, also those that a library creates. The umask of the parent
// process does not matter.
func MakeFilesPrivate() { syscall.Umask(otherUsers) }

// Restrict removes other users' access to existing files. It returns the files that others can still access: the owner is
// another user, or the file system has no modes.
func Restrict(paths ...string) (exposed []string) {
	for _, path := range paths {
		info, err := os.Stat(path)
		if err != nil || info.Mode().Perm()&otherUsers == 0 {
			continue
		}
		_ = os.Chmod(path, info.Mode().Perm()&^otherUsers)
		if info, err = os.Stat(path); err == nil && info.Mode().Perm()&otherUsers != 0 {
			exposed = append(exposed, path)
		}
	}
	return exposed
}

// Exposed reports whether users other than the owner can access a file, and whether it exists.
func Exposed(path string) (exposed, exists bool) {
	info, err := os.Stat(path)
	return err == nil && info.Mode().Perm()&otherUsers != 0, err == nil
}

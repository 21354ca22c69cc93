//go:build unix

package private

import (
	"os"
	"syscall"
)

// otherUsers are the bits by which users other than the owner reach a file.
const otherUsers = 0o077

// MakeFilesPrivate lets no file that this process makes, also through a library, be reached by others, whatever the process that
// started it allows.
func MakeFilesPrivate() { syscall.Umask(otherUsers) }

// Restrict takes files that are there from others, and gives those that they can still reach: of another owner, or on a file system
// without modes.
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

//go:build linux || darwin

package doctor

import "syscall"

// diskSpace returns what a user without rights may still write on the disk of a folder, and the size of the disk.
func diskSpace(folder string) (free, total uint64, ok bool) {
	var s syscall.Statfs_t
	if err := syscall.Statfs(folder, &s); err != nil {
		return 0, 0, false
	}
	return s.Bavail * uint64(s.Bsize), s.Blocks * uint64(s.Bsize), true
}

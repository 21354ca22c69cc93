//go:build !unix

package private

import "os"

// MakeFilesPrivate does nothing: here a file has the access list of its folder.
func MakeFilesPrivate() {}

// Restrict does nothing: here a file has the access list of its folder.
func Restrict(...string) []string { return nil }

// Exposed reports that no file is exposed: the system has no modes.
func Exposed(path string) (exposed, exists bool) {
	_, err := os.Stat(path)
	return false, err == nil
}

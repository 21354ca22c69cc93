//go:build !unix

package private

// MakeFilesPrivate does nothing: here a file has the access list of its folder.
func MakeFilesPrivate() {}

// Restrict does nothing: here a file has the access list of its folder.
func Restrict(...string) []string { return nil }

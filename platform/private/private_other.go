//go:build !unix

package private

// MakeFilesPrivate does nothing: files take the access list of their folder here.
func MakeFilesPrivate() {}

// Restrict finds nothing: files take the access list of their folder here.
func Restrict(...string) []string { return nil }

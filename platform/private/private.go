// Package private keeps the program's files from other users of the machine: databases, secrets and backups hold password hashes,
// addresses and keys.
package private

// FileMode is for files, FolderMode for folders that the program makes.
const (
	FileMode   = 0o600
	FolderMode = 0o700
)

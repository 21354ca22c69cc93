// Package private protects the program's files from other users of the machine: databases, secrets and backups contain password
// hashes, addresses and keys.
package private

// FileMode is the mode of new files, FolderMode that of new folders.
const (
	FileMode   = 0o600
	FolderMode = 0o700
)

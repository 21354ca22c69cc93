package main

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/holotwin/holotwin/platform/config"
	"github.com/holotwin/holotwin/platform/private"
	"github.com/holotwin/holotwin/platform/random"
)

// load reads the settings of a command. Files that only a server needs, such as its certificate, are not read: the user of the command
// may not be allowed to.
func load() (config.Config, error) {
	settings, report := config.Read()
	report.Add(checkAdminPassword(settings))
	return settings, report.Err()
}

// secretBytes is 1.5 times the minimum for HS256. They are written as text, so that JWT_SECRET or JWT_SECRET_FILE can take them to another
// installation unchanged.
const secretBytes = 48

// jwtSecret returns the secret that is set, or the one in a file beside the embedded database, which is created on first start.
func jwtSecret(settings config.Config, databaseFile string) ([]byte, error) {
	if settings.JWTSecret != "" {
		return []byte(settings.JWTSecret), nil
	}
	path := filepath.Join(filepath.Dir(databaseFile), "jwt.secret")
	private.Restrict(path)
	secret, err := os.ReadFile(path)
	if err == nil && len(secret) >= config.MinSecretBytes {
		return secret, nil
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("JWT_SECRET: %s cannot be read", path)
	}
	secret = []byte(base64.RawURLEncoding.EncodeToString(random.Bytes(secretBytes)))
	if err := os.WriteFile(path, secret, private.FileMode); err != nil {
		return nil, fmt.Errorf("JWT_SECRET: %s cannot be written", path)
	}
	return secret, nil
}

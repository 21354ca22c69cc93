package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/holotwin/holotwin/modules/auth"
	"github.com/holotwin/holotwin/platform/config"
	"github.com/holotwin/holotwin/platform/private"
	"github.com/holotwin/holotwin/platform/random"
)

// load reads the settings, and checks those that only a module can check.
func load() (config.Config, error) {
	settings, err := config.Load()
	if err != nil {
		return settings, err
	}
	if settings.AdminPassword == "" {
		return settings, nil
	}
	switch rule, args := auth.CheckPassword(settings.AdminPassword, settings.AdminEmail); rule {
	case "":
		return settings, nil
	case "min_bytes":
		return settings, fmt.Errorf("ADMIN_PASSWORD: at least %v bytes are needed", args["min"])
	case "max_bytes":
		return settings, fmt.Errorf("ADMIN_PASSWORD: at most %v bytes", args["max"])
	default:
		return settings, errors.New("ADMIN_PASSWORD: looks like a default; choose another, or leave it out and one is generated")
	}
}

// secretBytes is 1.5 times the minimum for HS256.
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
	secret = random.Bytes(secretBytes)
	if err := os.WriteFile(path, secret, private.FileMode); err != nil {
		return nil, fmt.Errorf("JWT_SECRET: %s cannot be written", path)
	}
	return secret, nil
}

package config

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/holotwin/holotwin/platform/peer"
)

// The modules, and the pages, which any process can serve.
const (
	Auth   = "auth"
	Energy = "energy"
	Advice = "advice"
	Web    = "web"
)

var modules = []string{Auth, Energy, Advice}

// Runs reports whether this process runs a module. The pages run with energy if MODULES does not name them.
func (c *Config) Runs(module string) bool { return slices.Contains(c.Modules, module) }

// RunsAll reports whether this process runs all modules and needs no other process.
func (c *Config) RunsAll() bool {
	return !slices.ContainsFunc(modules, func(module string) bool { return !c.Runs(module) })
}

// URLOf returns where a module is that this process does not run.
func (c *Config) URLOf(module string) string {
	return map[string]string{Auth: c.AuthURL, Energy: c.EnergyURL, Advice: c.AdviceURL}[module]
}

// PeerSecret is the secret that the processes of this installation share; it is derived from JWT_SECRET if SERVICE_SECRET is not set.
func (c *Config) PeerSecret() []byte {
	if c.ServiceSecret != "" {
		return []byte(c.ServiceSecret)
	}
	return []byte(c.JWTSecret)
}

// checkModules checks what this process runs, where the rest is, and that the processes can know each other.
func (c *Config) checkModules() error {
	var problems []error
	for i, name := range c.Modules {
		c.Modules[i] = strings.TrimSpace(name)
		if !slices.Contains(append(modules, Web), c.Modules[i]) {
			return fmt.Errorf("MODULES: a list of %s, and %s for the pages, separated by commas", strings.Join(modules, ", "), Web)
		}
	}
	if !slices.ContainsFunc(modules, c.Runs) {
		return fmt.Errorf("MODULES: name at least one of %s", strings.Join(modules, ", "))
	}
	if c.Runs(Energy) && !c.Runs(Web) {
		c.Modules = append(c.Modules, Web)
	}
	for _, module := range modules {
		if !c.Runs(module) {
			problems = append(problems, c.checkURLOf(module))
		}
	}
	if n := len(c.ServiceSecret); c.ServiceSecret != "" && n < MinSecretBytes {
		problems = append(problems, fmt.Errorf("SERVICE_SECRET: %d bytes are too few; at least %d are needed: openssl rand -base64 48", n, MinSecretBytes))
	}
	if !c.RunsAll() {
		problems = append(problems, c.checkSharedSecrets())
	}
	return errors.Join(problems...)
}

func (c *Config) checkURLOf(module string) error {
	name, address := strings.ToUpper(module)+"_URL", c.URLOf(module)
	if address == "" {
		return fmt.Errorf("%s: required, because MODULES does not name %s: where its process is, such as http://%s:8000", name, module, module)
	}
	if err := peer.CheckURL(address); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// checkSharedSecrets requires what all processes must have in common. A generated secret would be another in each of them.
func (c *Config) checkSharedSecrets() error {
	switch {
	case c.JWTKeys == "" && c.JWTSecret == "":
		return errors.New("JWT_SECRET: required where MODULES names some modules only, and the same for all processes")
	case c.JWTKeys != "" && c.ServiceSecret == "":
		return fmt.Errorf("SERVICE_SECRET: required with JWT_KEYS where MODULES names some modules only: at least %d bytes, the same for all processes", MinSecretBytes)
	}
	return nil
}

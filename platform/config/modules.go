package config

import (
	"cmp"
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

// PeerSecrets are the secrets that the processes of this installation share. The first signs; the others are accepted too, while
// processes still have them. The first is derived from JWT_SECRET if SERVICE_SECRET is not set.
func (c *Config) PeerSecrets() [][]byte {
	secrets := [][]byte{[]byte(cmp.Or(c.ServiceSecret, c.JWTSecret))}
	if c.ServiceSecretOld != "" {
		secrets = append(secrets, []byte(c.ServiceSecretOld))
	}
	return secrets
}

// checkModules checks what this process runs, where the rest is, and that the processes can know each other.
func (c *Config) checkModules() error {
	var problems []error
	for i, name := range c.Modules {
		c.Modules[i] = strings.TrimSpace(name)
		if !slices.Contains(append(modules, Web), c.Modules[i]) {
			return fault("MODULES", "names a module that is not there", fmt.Sprintf("use a list of %s, and %s for the pages, separated by commas", strings.Join(modules, ", "), Web))
		}
	}
	if !slices.ContainsFunc(modules, c.Runs) {
		return fault("MODULES", "names no module", "name at least one of "+strings.Join(modules, ", "))
	}
	if c.Runs(Energy) && !c.Runs(Web) {
		c.Modules = append(c.Modules, Web)
	}
	for _, module := range modules {
		if !c.Runs(module) {
			problems = append(problems, c.checkURLOf(module))
		}
	}
	problems = append(problems, longEnough("SERVICE_SECRET", c.ServiceSecret), longEnough("SERVICE_SECRET_OLD", c.ServiceSecretOld))
	if !c.RunsAll() {
		problems = append(problems, c.checkSharedSecrets())
	}
	return errors.Join(problems...)
}

func (c *Config) checkURLOf(module string) error {
	name, address := strings.ToUpper(module)+"_URL", c.URLOf(module)
	if address == "" {
		return fault(name, fmt.Sprintf("required, because MODULES does not name %s", module), fmt.Sprintf("set where its process is, such as http://%s:8000", module))
	}
	if err := peer.CheckURL(address); err != nil {
		return fault(name, "not the address of a process", err.Error())
	}
	return nil
}

// checkSharedSecrets requires what all processes must have in common. A generated secret would be another in each of them.
func (c *Config) checkSharedSecrets() error {
	switch {
	case c.JWTKeys == "" && c.JWTSecret == "":
		return fault("JWT_SECRET", "required where MODULES names some modules only", generate+"; it is the same for all processes")
	case c.JWTKeys != "" && c.ServiceSecret == "":
		return fault("SERVICE_SECRET", "required with JWT_KEYS where MODULES names some modules only", generate+"; it is the same for all processes")
	}
	return nil
}

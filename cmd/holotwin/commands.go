package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/holotwin/holotwin/platform/config"
)

// commands are the commands of the program; without one, it serves.
type commands struct {
	Serve    serveCommand    `cmd:"" default:"1" help:"Serve the API and the pages."`
	Demo     demoCommand     `cmd:"" help:"Serve, with a campus of real readings loaded."`
	Migrate  migrateCommand  `cmd:"" help:"Update the schema of the database, and end."`
	User     userCommand     `cmd:"" help:"Create, list and disable users, change their passwords, and remove their second factors."`
	Import   importCommand   `cmd:"" help:"Store the readings of files; an interrupted import continues where it stopped."`
	Backup   backupCommand   `cmd:"" help:"Write all data, as of one instant, into a file; the server may run meanwhile."`
	Restore  restoreCommand  `cmd:"" help:"Fill an empty database, SQLite or PostgreSQL, from the file of a backup."`
	Simulate simulateCommand `cmd:"" help:"Send the readings of a simulated campus, over HTTP or MQTT."`
	OpenAPI  openAPICommand  `cmd:"" name:"openapi" help:"Print the OpenAPI document."`
	Check    checkCommand    `cmd:"" help:"Judge the settings without starting anything: all faults at once, and where each value came from. No value is printed."`
	Doctor   doctorCommand   `cmd:"" help:"Look at an installation: what does not work and what to do; whether totals equal their readings; a bundle for its maintainers."`
	Health   healthCommand   `cmd:"" help:"Ask a running server whether it is ready; for health checks of containers."`
	Version  versionCommand  `cmd:"" help:"Print the version."`
}

// requireRuns refuses a command that needs modules which run in other processes.
func requireRuns(settings config.Config, modules ...string) error {
	for _, module := range modules {
		if !settings.Runs(module) {
			return fmt.Errorf("MODULES: this command needs %s; run it with the settings of the process that runs it", module)
		}
	}
	return nil
}

type serveCommand struct{}

// Run serves until a signal stops it.
func (serveCommand) Run() error {
	settings, err := loadToServe()
	if err != nil {
		return err
	}
	return serve(settings)
}

type migrateCommand struct{}

// Run migrates.
func (migrateCommand) Run() error {
	settings, err := load()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
	defer cancel()
	db, err := openDatabase(ctx, settings)
	if err != nil {
		return err
	}
	return errors.Join(migrate(ctx, settings, db), db.Close())
}

type versionCommand struct{}

// Run prints the version.
func (versionCommand) Run() error {
	fmt.Println(version)
	return nil
}

type healthCommand struct{}

// Run requests the state of the server on this machine.
func (healthCommand) Run() error {
	settings, err := config.Load()
	if err != nil {
		return err
	}
	answer, err := askAddress(context.Background(), settings.HTTPAddr, settings.TLSCert != "", "/health/ready")
	if err != nil {
		return errors.New("no answer")
	}
	defer func() { _ = answer.Body.Close() }()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("not ready: %s", answer.Status)
	}
	return nil
}

// askAddress requests a path of the server of this machine, over the address that it listens on. It does not check the server's
// certificate: that is for another name than this machine's own address, and nothing secret is sent.
func askAddress(ctx context.Context, listens string, secure bool, path string) (*http.Response, error) {
	host, port, err := net.SplitHostPort(listens)
	if err != nil {
		return nil, err
	}
	if ip := net.ParseIP(host); host == "" || (ip != nil && ip.IsUnspecified()) {
		host = "127.0.0.1"
	}
	scheme := "http://"
	if secure {
		scheme = "https://"
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, scheme+net.JoinHostPort(host, port)+path, nil)
	if err != nil {
		return nil, err
	}
	client := http.Client{Timeout: 3 * time.Second, Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}
	return client.Do(request)
}

type openAPICommand struct{}

// Run prints the document that the server would serve, without a database.
func (openAPICommand) Run() error {
	document, err := openAPIDocument()
	if err != nil {
		return err
	}
	_, err = os.Stdout.Write(append(document, '\n'))
	return err
}

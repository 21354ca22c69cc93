package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"slices"
	"time"

	gormenergy "github.com/holotwin/holotwin/adapters/gorm/energy"
	"github.com/holotwin/holotwin/adapters/mqtt"
	"github.com/holotwin/holotwin/adapters/nats"
	"github.com/holotwin/holotwin/modules/energy/books"
	"github.com/holotwin/holotwin/platform/clock"
	"github.com/holotwin/holotwin/platform/config"
	"github.com/holotwin/holotwin/platform/database"
	"github.com/holotwin/holotwin/platform/doctor"
	"github.com/holotwin/holotwin/platform/httpserver"
)

// maxJournalAge is how long a server may leave the same reading the first of the journal: much may arrive.
const maxJournalAge = 10 * time.Minute

// newWatch returns the checks that a server runs in the background.
func newWatch(c config.Config, db *database.Database) *doctor.Watch {
	return doctor.NewWatch(append(machineChecks(c, db.File), databaseChecks(c, db, maxJournalAge)...))
}

// machineChecks look at this machine and at what is around it. databaseFile is that of SQLite; empty on PostgreSQL.
func machineChecks(c config.Config, databaseFile string) []doctor.Check {
	now := clock.System{}.Now
	all := []doctor.Check{doctor.Files(secretFiles(c, databaseFile)), doctor.Certificates(servedCertificates(c), now)}
	if databaseFile != "" {
		all = append(all, doctor.Disk(filepath.Dir(databaseFile)))
	}
	if c.NATSURL != "" {
		all = append(all, doctor.Broker("NATS", "NATS_URL", func(context.Context) error { return nats.Reach(c.NATSURL) }))
	}
	if c.MQTTURL != "" && c.Runs(config.Energy) {
		all = append(all, doctor.Broker("MQTT", "MQTT_URL", func(ctx context.Context) error {
			return mqtt.Reach(ctx, mqtt.ClientSettings{URL: c.MQTTURL, CAFile: c.MQTTCAFile})
		}))
	}
	return all
}

// databaseChecks look at the database and what is in it, of the modules that run here.
func databaseChecks(c config.Config, db *database.Database, journalAge time.Duration) []doctor.Check {
	now := clock.System{}.Now
	all := []doctor.Check{
		doctor.Database(db), doctor.Clock(db, now), doctor.Replica(db), doctor.Queues(db, !c.Runs(config.Auth), now),
	}
	if !c.Runs(config.Energy) {
		return all
	}
	store := gormenergy.New(db, instants{})
	if db.Dialect == database.Postgres {
		all = append(all, doctor.Journal(store.Waiting, now, journalAge))
	}
	return append(all, doctor.Check{Name: "books", Look: func(ctx context.Context) []doctor.Finding {
		state, err := store.CheckState(ctx)
		return []doctor.Finding{booksFinding(state, err, now())}
	}})
}

// booksFinding reports what the checks of the books in the background found.
func booksFinding(state books.State, err error, now time.Time) doctor.Finding {
	switch {
	case err != nil:
		return doctor.Failed(err)
	case state.Checked == 0:
		return doctor.Finding{Code: "books.unchecked"}
	case state.Differing > 0:
		return doctor.Finding{Level: doctor.Warning, Code: "books.differ", Values: map[string]any{"devices": state.Differing}}
	}
	return doctor.Finding{Code: "books.ok", Values: map[string]any{"devices": state.Checked, "age": now.Sub(state.Oldest.Time())}}
}

// servedCertificates are the certificates that this process shows to others.
func servedCertificates(c config.Config) (all []doctor.Certificate) {
	for _, of := range certificateSettings(c) {
		if of.cert != "" {
			all = append(all, doctor.Certificate{Setting: of.name + "_CERT", File: of.cert})
		}
	}
	return all
}

// secretFiles are the files that only the user of the server may read; some of them may not exist.
func secretFiles(c config.Config, databaseFile string) []string {
	all := []string{".env"}
	if databaseFile != "" {
		all = append(all, databaseFile, databaseFile+"-wal", databaseFile+"-shm", filepath.Join(filepath.Dir(databaseFile), "jwt.secret"))
	}
	for _, of := range certificateSettings(c) {
		if of.key != "" {
			all = append(all, of.key)
		}
	}
	if c.JWTKeys != "" {
		keys, _ := filepath.Glob(filepath.Join(c.JWTKeys, "*.pem"))
		all = append(all, slices.DeleteFunc(keys, isPublic)...)
	}
	return all
}

// isPublic reports whether a file of keys has no private key.
func isPublic(file string) bool {
	text, err := os.ReadFile(file)
	return err == nil && !bytes.Contains(text, []byte("PRIVATE KEY"))
}

// diagnosisOf are findings in a language, for the API.
func diagnosisOf(findings []doctor.Finding, language string) []httpserver.Diagnosis {
	lines := make([]httpserver.Diagnosis, len(findings))
	for i, f := range findings {
		lines[i] = httpserver.Diagnosis{Check: f.Check, Level: f.Level.String(), Text: f.Text(language), Action: f.Advice(language)}
	}
	return lines
}

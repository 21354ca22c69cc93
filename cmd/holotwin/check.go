package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"text/tabwriter"
	"time"

	"github.com/holotwin/holotwin/adapters/jwt"
	"github.com/holotwin/holotwin/adapters/nats"
	"github.com/holotwin/holotwin/modules/auth"
	"github.com/holotwin/holotwin/platform/certificate"
	"github.com/holotwin/holotwin/platform/clock"
	"github.com/holotwin/holotwin/platform/config"
	"github.com/holotwin/holotwin/platform/database"
)

type checkCommand struct {
	JSON bool `name:"json" help:"Print the result as JSON."`
}

// Run judges the settings without starting anything. It returns an error if there is a fault.
func (c checkCommand) Run() error {
	_, report := judge()
	if !c.JSON {
		return errors.Join(writeReport(os.Stdout, report), report.Err())
	}
	encoder := json.NewEncoder(os.Stdout)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	err := encoder.Encode(struct {
		OK bool `json:"ok"`
		config.Report
	}{len(report.Faults) == 0, report})
	if err == nil && len(report.Faults) > 0 {
		err = fmt.Errorf("%s in the settings", counted(len(report.Faults), "fault"))
	}
	return err
}

// writeReport writes where each value that was set came from, the warnings, and how many settings are valid. The faults are the
// command's error.
func writeReport(out io.Writer, report config.Report) error {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	set := 0
	for _, s := range report.Settings {
		if s.Source.Kind != config.FromDefault && s.Source.Kind != config.NotSet {
			set++
			_, _ = fmt.Fprintf(table, "%s\t%s\n", s.Name, s.Source)
		}
	}
	if err := table.Flush(); err != nil {
		return err
	}
	for _, w := range report.Warnings {
		_, _ = fmt.Fprintf(out, "warning: %s\n", w.Error())
	}
	if len(report.Faults) > 0 {
		_, err := fmt.Fprintf(out, "%s and %s in the settings. serve would not start.\n", counted(len(report.Faults), "fault"), counted(len(report.Warnings), "warning"))
		return err
	}
	_, err := fmt.Fprintf(out, "The settings are valid: %d set, %d at their default, %s.\n", set, len(report.Settings)-set, counted(len(report.Warnings), "warning"))
	return err
}

func counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// loadToServe reads and checks the settings of a server, with the files that they name.
func loadToServe() (config.Config, error) {
	settings, report := judge()
	return settings, report.Err()
}

// judge reads the settings and judges all that can be judged without starting anything.
func judge() (config.Config, config.Report) {
	settings, report := config.Read()
	for _, check := range []func(config.Config) error{
		checkAdminPassword, checkDatabase, checkSigningKeys, checkBus, checkBroker, checkCertificates,
	} {
		report.Add(check(settings))
	}
	for _, of := range certificateSettings(settings) {
		report.Warn(of.warning(clock.System{}.Now()))
	}
	settings.Warnings = report.Warnings
	return settings, report
}

func checkAdminPassword(c config.Config) error {
	if c.AdminPassword == "" {
		return nil
	}
	fault := config.Fault{Setting: "ADMIN_PASSWORD"}
	switch rule, args := auth.CheckPassword(c.AdminPassword, c.AdminEmail); rule {
	case "":
		return nil
	case "min_bytes":
		fault.Problem, fault.Remedy = "too short", fmt.Sprintf("at least %v bytes are needed", args["min"])
	case "max_bytes":
		fault.Problem, fault.Remedy = "too long", fmt.Sprintf("use at most %v bytes", args["max"])
	default:
		fault.Problem, fault.Remedy = "looks like a default", "choose another, or leave it out and one is generated"
	}
	return fault
}

func checkDatabase(c config.Config) error {
	return database.Check(database.Options{URL: c.DBURL, DirectURL: c.DirectDBURL, ReadURL: c.ReadDBURL})
}

func checkSigningKeys(c config.Config) error {
	if c.JWTKeys == "" {
		return nil
	}
	read := jwt.NewVerifyingRing
	if c.Runs(config.Auth) {
		read = jwt.NewKeyRing
	}
	_, err := read(c.JWTKeys, clock.System{})
	return err
}

func checkBus(c config.Config) error {
	if c.NATSURL == "" {
		return nil
	}
	return nats.CheckAddress(c.NATSURL)
}

func checkBroker(c config.Config) error {
	if c.MQTTURL == "" || !c.Runs(config.Energy) {
		return nil
	}
	return mqttSettings(c).Check()
}

func checkCertificates(c config.Config) error {
	var all []error
	for _, of := range certificateSettings(c) {
		if of.cert != "" && of.key != "" {
			_, err := certificate.Read(of.cert, of.key)
			all = append(all, of.fault(err))
		}
	}
	return errors.Join(all...)
}

// renewBefore is how long before its end a certificate should have been renewed.
const renewBefore = 14 * 24 * time.Hour

// warning returns a warning if the certificate is not valid at an instant, or not for long.
func (s certificateSetting) warning(now time.Time) error {
	pair, err := certificate.Read(s.cert, s.key)
	if s.cert == "" || err != nil {
		return nil
	}
	problem := certificate.Validity(pair, now)
	if problem == "" && certificate.Validity(pair, now.Add(renewBefore)) != "" {
		problem = "the certificate expires on " + pair.Leaf.NotAfter.UTC().Format(time.DateOnly)
	}
	if problem == "" {
		return nil
	}
	return config.Fault{Setting: s.name + "_CERT", Problem: problem, Remedy: "renew it"}
}

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"

	gormenergy "github.com/holotwin/holotwin/adapters/gorm/energy"
	"github.com/holotwin/holotwin/modules/energy/books"
	"github.com/holotwin/holotwin/modules/energy/campus"
	"github.com/holotwin/holotwin/platform/config"
	"github.com/holotwin/holotwin/platform/database"
	"github.com/holotwin/holotwin/platform/doctor"
	"github.com/holotwin/holotwin/platform/httpserver"
	"github.com/holotwin/holotwin/platform/random"
)

// doctorCommand looks at an installation while its server runs, or without it.
type doctorCommand struct {
	Books  bool   `help:"Also compare every stored total with its readings, to the mWh. Nothing is changed; the server may run meanwhile."`
	Repair bool   `help:"Compare as --books does, and set what differs to what the readings say. Each change is in the audit, with both values."`
	Bundle string `placeholder:"FILE" help:"Write a zip file for the maintainers: versions, settings, sizes, metrics and findings, without secrets or personal data."`
	JSON   bool   `name:"json" help:"Print the findings as JSON."`
}

// errFaults is the error of a command that found a fault, so that its exit code is 1.
var errFaults = errors.New("there are faults; they are named above")

// Run looks, and returns an error if there is a fault.
func (c doctorCommand) Run() error {
	settings, err := load()
	if err != nil {
		return err
	}
	if c.Books || c.Repair {
		if err := requireRuns(settings, config.Energy); err != nil {
			return err
		}
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	v := visit{command: c, settings: settings}
	if err := v.run(ctx); err != nil {
		return err
	}
	if c.Bundle != "" {
		if err := v.writeBundle(ctx); err != nil {
			return err
		}
	}
	if err := v.print(); err != nil {
		return err
	}
	if doctor.Worst(v.findings) == doctor.Fault {
		return errFaults
	}
	return nil
}

// visit is one look at an installation.
type visit struct {
	command     doctorCommand
	settings    config.Config
	findings    []doctor.Finding
	differences []books.Difference
	schemas     []database.SchemaVersion
	tables      []database.Table
}

// openTime bounds the wait for a database that may only be starting.
const openTime = 10 * time.Second

// run runs the checks. A database that does not answer is a fault, and the rest is looked at.
func (v *visit) run(ctx context.Context) error {
	bounded, cancel := context.WithTimeout(ctx, openTime)
	defer cancel()
	db, err := audited(v.settings)(database.OpenBeside(bounded, database.Options{
		URL: v.settings.DBURL, DirectURL: v.settings.DirectDBURL, ReadURL: v.settings.ReadDBURL, Connections: 4, OnReplica: func(database.Condition, string) {},
	}))
	if err != nil {
		v.findings = append([]doctor.Finding{doctor.Opened(err)}, doctor.Run(ctx, append(machineChecks(v.settings, ""), serverCheck(v.settings)))...)
		return nil
	}
	const patience = time.Second // a server posts every half second
	checks := append([]doctor.Check{doctor.Migrations(db, schemasOf(v.settings))}, databaseChecks(v.settings, db, patience)...)
	checks = append(append(checks, machineChecks(v.settings, db.File)...), serverCheck(v.settings))
	v.findings = doctor.Run(ctx, checks)
	if journal := slices.IndexFunc(checks, func(c doctor.Check) bool { return c.Name == "journal" }); journal >= 0 {
		v.lookAgain(ctx, checks[journal], 3*patience)
	}
	if v.command.Books || v.command.Repair {
		v.compareBooks(ctx, db)
	}
	v.readSizes(ctx, db)
	return db.Close()
}

// lookAgain replaces what a check found by what it finds after a pause.
func (v *visit) lookAgain(ctx context.Context, check doctor.Check, after time.Duration) {
	i := slices.IndexFunc(v.findings, func(f doctor.Finding) bool { return f.Check == check.Name })
	if i < 0 || v.findings[i].Values["rows"] == int64(0) || !pause(ctx, after, nil) {
		return
	}
	v.findings = slices.Replace(v.findings, i, i+1, doctor.Run(ctx, []doctor.Check{check})...)
}

// maxInBundle is how many differences a bundle has at most.
const maxInBundle = 10_000

// compareBooks compares totals with readings, and repairs them if that was asked.
func (v *visit) compareBooks(ctx context.Context, db *database.Database) {
	if slices.ContainsFunc(v.findings, func(f doctor.Finding) bool { return f.Code == "migrations.pending" }) {
		return // the fault says what to do first
	}
	store := gormenergy.New(db, instants{})
	checker := books.NewChecker(store, campus.NewCatalog(store, instants{}, random.ID, v.settings.Zone), instants{})
	found := func(d books.Difference) error {
		if !v.command.JSON {
			fmt.Println(d)
		}
		if v.command.JSON || len(v.differences) < maxInBundle {
			v.differences = append(v.differences, d)
		}
		return nil
	}
	var sum books.Result
	var err error
	if v.command.Repair {
		sum, err = repairBooks(ctx, checker, found)
	} else {
		sum, err = checker.Check(ctx, found)
	}
	v.findings = slices.DeleteFunc(v.findings, func(f doctor.Finding) bool { return f.Check == "books" })
	v.findings = append(v.findings, booksResult(sum, err)...)
}

// maxBusy is how long a repair waits for the checks in the background of a server.
const maxBusy = 30

// repairBooks repairs, when no other process checks or repairs.
func repairBooks(ctx context.Context, checker *books.Checker, found func(books.Difference) error) (sum books.Result, err error) {
	for range maxBusy {
		sum, err = checker.Repair(ctx, operator.Subject, found)
		if !errors.Is(err, books.ErrBusy) || !pause(ctx, time.Second, nil) {
			break
		}
	}
	return sum, err
}

// booksResult reports a comparison of the books.
func booksResult(sum books.Result, err error) (found []doctor.Finding) {
	add := func(level doctor.Level, code string, values map[string]any) {
		found = append(found, doctor.Finding{Check: "books", Level: level, Code: code, Values: values})
	}
	if err != nil {
		reason := err.Error()
		if !errors.Is(err, books.ErrBusy) {
			reason = database.Reason(err)
		}
		add(doctor.Fault, "failed", map[string]any{"reason": reason})
		return found
	}
	switch {
	case sum.Differences == 0:
		add(doctor.OK, "books.proven", map[string]any{"devices": sum.Devices, "readings": sum.Readings, "days": sum.Days})
	case sum.Repaired == sum.Differences:
		add(doctor.Warning, "books.repaired", map[string]any{"differences": sum.Repaired, "devices": sum.Differing})
	default:
		add(doctor.Fault, "books.different", map[string]any{"differences": sum.Differences - sum.Repaired, "devices": sum.Differing})
	}
	if sum.Unproven > 0 {
		add(doctor.OK, "books.unproven", map[string]any{"days": sum.Unproven})
	}
	return found
}

// schemasOf are the tables of the parts that run here.
func schemasOf(c config.Config) (all []doctor.Schema) {
	for _, p := range parts(c) {
		if p.schema != nil {
			all = append(all, doctor.Schema{Module: p.name, Files: p.schema()})
		}
	}
	return all
}

// readSizes reads what the bundle has of the database; what cannot be read is left out.
func (v *visit) readSizes(ctx context.Context, db *database.Database) {
	if v.command.Bundle == "" {
		return
	}
	v.tables, _ = db.Tables(ctx)
	for _, s := range schemasOf(v.settings) {
		if version, err := db.SchemaVersion(ctx, s.Module, s.Files); err == nil {
			v.schemas = append(v.schemas, version)
		}
	}
}

// serverCheck looks whether the server of this machine answers.
func serverCheck(c config.Config) doctor.Check {
	return doctor.Check{Name: "server", Look: func(ctx context.Context) []doctor.Finding {
		body, status, err := askServer(ctx, c, "/health/ready")
		switch {
		case err != nil:
			return []doctor.Finding{{Level: doctor.Warning, Code: "server.stopped"}}
		case status == http.StatusOK:
			return []doctor.Finding{{Code: "server.ok"}}
		}
		var ready struct {
			Checks map[string]string `json:"checks"`
		}
		_ = json.Unmarshal(body, &ready)
		var names []string
		for name, state := range ready.Checks {
			if state != "ok" {
				names = append(names, name)
			}
		}
		slices.Sort(names)
		return []doctor.Finding{{Level: doctor.Fault, Code: "server.unready", Values: map[string]any{"checks": strings.Join(names, ", ")}}}
	}}
}

// maxAnswer bounds an answer of the server, in bytes.
const maxAnswer = 10 << 20

// askServer requests a path of the server on this machine.
func askServer(ctx context.Context, c config.Config, path string) (body []byte, status int, err error) {
	answer, err := askAddress(ctx, c.HTTPAddr, c.TLSCert != "", path)
	if err != nil {
		return nil, 0, err
	}
	defer func() { _ = answer.Body.Close() }()
	body, err = io.ReadAll(io.LimitReader(answer.Body, maxAnswer))
	return body, answer.StatusCode, err
}

// print prints the findings: a line for each, and one for what to do.
func (v *visit) print() error {
	language := v.settings.Locale
	if v.command.JSON {
		return json.NewEncoder(os.Stdout).Encode(struct {
			Findings    []httpserver.Diagnosis `json:"findings"`
			Differences []differenceLine       `json:"differences,omitempty"`
		}{diagnosisOf(v.findings, language), linesOf(v.differences)})
	}
	levels := map[string][]string{"es": {"bien", "aviso", "falla"}, "en": {"ok", "warning", "fault"}}
	for _, f := range v.findings {
		fmt.Printf("%-8s %-13s %s\n", levels[language][f.Level], f.Check, f.Text(language))
		if f.Level > doctor.OK {
			fmt.Printf("%22s → %s\n", "", f.Advice(language))
		}
	}
	return nil
}

// differenceLine is a difference as JSON.
type differenceLine struct {
	Device   string `json:"device_id"`
	Figure   string `json:"figure"`
	From     string `json:"from"`
	To       string `json:"to"`
	Stored   int64  `json:"stored"`
	Computed int64  `json:"computed"`
	Unit     string `json:"unit"`
}

func linesOf(all []books.Difference) []differenceLine {
	lines := make([]differenceLine, len(all))
	for i, d := range all {
		lines[i] = differenceLine{string(d.Device), string(d.Figure), d.From.String(), d.To.String(), d.Stored, d.Computed, d.Figure.Unit()}
	}
	return lines
}

package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"iter"
	"math"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	gormenergy "github.com/holotwin/holotwin/adapters/gorm/energy"
	"github.com/holotwin/holotwin/adapters/upload"
	"github.com/holotwin/holotwin/adapters/upload/greenbutton"
	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/campus"
	"github.com/holotwin/holotwin/modules/energy/ledger"
	"github.com/holotwin/holotwin/platform/audit"
	"github.com/holotwin/holotwin/platform/clock"
	"github.com/holotwin/holotwin/platform/config"
	"github.com/holotwin/holotwin/platform/random"
)

type importCommand struct {
	Files    []string `arg:"" name:"file" type:"existingfile" help:"CSV, NDJSON or JSON as POST /consumo/lote takes them, or Green Button XML."`
	Device   string   `help:"The device of rows without one; in a Green Button file, the device of all consumption."`
	CreateIn string   `name:"create-in" placeholder:"SPACE" help:"Create unknown devices, as meters in the space with this id."`
	Again    bool     `help:"Start at the first row, even if an earlier import came further."`
}

// Run stores the readings of files. An interrupted import of a file continues where it stopped.
func (c importCommand) Run() error {
	settings, err := load()
	if err != nil {
		return err
	}
	if err := requireRuns(settings, config.Energy); err != nil {
		return err
	}
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer cancel()
	db, err := openDatabase(ctx, settings)
	if err != nil {
		return err
	}
	err = migrate(ctx, settings, db)
	if err == nil {
		store := gormenergy.New(db, instants{})
		catalog := campus.NewCatalog(store, instants{}, random.ID, settings.Zone)
		i := importer{
			command: c, settings: settings, store: store, catalog: catalog,
			ledger: ledger.NewLedger(store, catalog, instants{}, settings.Zone, retentionOf(settings)),
		}
		for _, file := range c.Files {
			err = errors.Join(err, i.run(ctx, file))
		}
	}
	return errors.Join(err, db.Close())
}

// operator is the caller of commands: a person who may run them may do anything.
var operator = energy.Caller{Subject: "holotwin", Role: energy.Admin}

// importer stores files.
type importer struct {
	command  importCommand
	settings config.Config
	store    *gormenergy.Store
	catalog  *campus.Catalog
	ledger   *ledger.Ledger
}

// importAtOnce is how many rows are stored, and recorded as stored, at once.
const importAtOnce = 30_000

func (i importer) run(ctx context.Context, path string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }()
	name, size, err := fingerprint(file, i.command.Device+readingOf(path))
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	done := 0
	if !i.command.Again {
		if done, err = i.store.Imported(ctx, name); err != nil {
			return err
		}
	}
	bar := newProgress(filepath.Base(path), size)
	rows, skipped, err := i.rows(path, file, bar)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	sum, read := ledger.Summary{}, 0
	for chunk := range chunks(rows, importAtOnce) {
		if ctx.Err() != nil {
			return fmt.Errorf("%s: stopped after %d rows; the same command goes on from there", path, done)
		}
		read += len(chunk)
		if read <= done {
			continue
		}
		part, err := i.storeChunk(ctx, chunk)
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		i.printRejections(bar, part)
		sum = added(sum, part)
		if sum.Rejected > 0 {
			continue // the next run tries rejected rows again: the cause may be gone
		}
		done = read
		if err := i.store.SetImported(ctx, name, done); err != nil {
			return err
		}
	}
	bar.end()
	for line := range skipped {
		fmt.Printf("%s: %s\n", filepath.Base(path), line)
	}
	return i.conclude(path, sum, read)
}

// readingOf identifies how this version reads files with an ending: an import continues an earlier one only if both count the
// same rows.
func readingOf(path string) string {
	if strings.EqualFold(filepath.Ext(path), ".xml") {
		return "\x00by links"
	}
	return ""
}

// fingerprint identifies a file by its content and by how it is read.
func fingerprint(file *os.File, asked string) (name string, size int64, err error) {
	hash := sha256.New()
	if size, err = io.Copy(hash, file); err != nil {
		return "", 0, err
	}
	_, _ = hash.Write([]byte("\x00" + asked))
	_, err = file.Seek(0, io.SeekStart)
	return hex.EncodeToString(hash.Sum(nil)), size, err
}

var mediaOf = map[string]string{".csv": "text/csv", ".txt": "text/csv", ".ndjson": "application/x-ndjson", ".jsonl": "application/x-ndjson", ".json": "application/json"}

// rows reads a file according to the ending of its name. After reading, skipped yields a line for each part that is left out on purpose.
func (i importer) rows(path string, file io.ReadSeeker, bar io.Writer) (rows iter.Seq[ledger.Row], skipped iter.Seq[string], err error) {
	ending := strings.ToLower(filepath.Ext(path))
	if ending == ".xml" {
		feed := greenbutton.Survey(file, i.command.Device)
		_, err := file.Seek(0, io.SeekStart)
		return feed.Rows(io.TeeReader(file, bar)), skippedIn(feed, i.settings.Locale), err
	}
	media, known := mediaOf[ending]
	if !known {
		return nil, nil, fmt.Errorf("the name must end in .csv, .ndjson, .json or .xml, not %q", ending)
	}
	rows, _, err = upload.Reader{}.Readings(io.TeeReader(file, bar), media, math.MaxInt64) // a file that breaks off ends in a bad row
	return i.named(rows), func(func(string) bool) {}, err
}

// named sets the device of the command on rows without a device.
func (i importer) named(rows iter.Seq[ledger.Row]) iter.Seq[ledger.Row] {
	device := energy.Read(i.command.Device, energy.ParseDeviceID)
	return func(yield func(ledger.Row) bool) {
		for row := range rows {
			if !row.Draft.Device.Given() && i.command.Device != "" {
				row.Draft.Device = device
			}
			if !row.Draft.At.Given() && len(row.Flaws)+len(row.Draft.Flaws) == 0 {
				row.Draft.Flaws = append(row.Draft.Flaws, energy.Flaw{Field: "timestamp", Rule: "required"}) // a file may be imported again
			}
			if !yield(row) {
				return
			}
		}
	}
}

// chunks divides rows into slices of at most size.
func chunks(rows iter.Seq[ledger.Row], size int) iter.Seq[[]ledger.Row] {
	return func(yield func([]ledger.Row) bool) {
		chunk := make([]ledger.Row, 0, size)
		for row := range rows {
			chunk = append(chunk, row)
			if len(chunk) < size {
				continue
			}
			if !yield(chunk) {
				return
			}
			chunk = make([]ledger.Row, 0, size)
		}
		if len(chunk) > 0 {
			yield(chunk)
		}
	}
}

func (i importer) storeChunk(ctx context.Context, chunk []ledger.Row) (ledger.Summary, error) {
	if i.command.CreateIn != "" {
		if err := i.makeDevices(ctx, chunk); err != nil {
			return ledger.Summary{}, err
		}
	}
	return i.ledger.RecordAll(ctx, operator, slices.Values(chunk), false)
}

// makeDevices creates the devices that do not exist yet.
func (i importer) makeDevices(ctx context.Context, chunk []ledger.Row) error {
	tree, err := i.catalog.Campus(ctx)
	if err != nil {
		return err
	}
	seen := make(map[energy.DeviceID]bool)
	for _, row := range chunk {
		id, named := row.Draft.Device.Value()
		if !named || seen[id] {
			continue
		}
		seen[id] = true
		if _, known := tree.Device(id); known {
			continue
		}
		kind, space := campus.KindMeter, energy.SpaceID(i.command.CreateIn)
		noted := audit.Begin(ctx, audit.Entry{At: clock.System{}.Now(), Actor: operator.Subject, Action: "import", Target: "/api/dispositivos/" + string(id)})
		_, err := i.catalog.CreateDevice(noted, operator, string(id), campus.DeviceEdit{Kind: &kind, Space: &space})
		var invalid energy.ErrInvalid
		if errors.As(err, &invalid) && invalid.Flaws[0].Field == "space_id" {
			return fmt.Errorf("--create-in: there is no space %q", i.command.CreateIn)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func added(a, b ledger.Summary) ledger.Summary {
	a.Received, a.Inserted = a.Received+b.Received, a.Inserted+b.Inserted
	a.Duplicates, a.Rejected = a.Duplicates+b.Duplicates, a.Rejected+b.Rejected
	return a
}

// printRejections prints the rows that were not stored.
func (i importer) printRejections(bar *progress, part ledger.Summary) {
	if len(part.Rejections) == 0 {
		return
	}
	bar.clear()
	for _, line := range rejectionsIn(part, i.settings.Locale) {
		fmt.Fprintln(os.Stderr, line)
	}
	if more := part.Rejected - len(part.Rejections); more > 0 {
		fmt.Fprintf(os.Stderr, "… %d\n", more)
	}
}

var errRejected = errors.New("some rows were not stored; they are named above")

func (i importer) conclude(path string, sum ledger.Summary, done int) error {
	line := "%s: %d filas nuevas, %d repetidas, %d rechazadas; %d en total\n"
	if i.settings.Locale == "en" {
		line = "%s: %d new rows, %d repeated, %d rejected; %d in all\n"
	}
	fmt.Printf(line, filepath.Base(path), sum.Inserted, sum.Duplicates, sum.Rejected, done)
	if sum.Rejected > 0 {
		return fmt.Errorf("%s: %w", path, errRejected)
	}
	return nil
}

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	gormenergy "github.com/holotwin/holotwin/adapters/gorm/energy"
	"github.com/holotwin/holotwin/modules/energy/books"
	"github.com/holotwin/holotwin/modules/energy/campus"
	"github.com/holotwin/holotwin/platform/config"
	"github.com/holotwin/holotwin/platform/database"
	"github.com/holotwin/holotwin/platform/database/transfer"
	"github.com/holotwin/holotwin/platform/random"
)

type restoreCommand struct {
	File   string `arg:"" help:"The file of a backup, or - for standard input."`
	Verify bool   `help:"Then compute every total again from the restored readings, and compare. Exit code 1 if one differs; the data stays."`
}

// Run fills an empty database. No server may use it meanwhile.
func (c restoreCommand) Run() error {
	settings, err := load()
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	from, shown, err := c.open()
	if err != nil {
		return err
	}
	options := transfer.LoadOptions{}
	if c.File == standardStream {
		counter := newRowCounter("restore")
		options.Progress = counter.count
		defer counter.end()
	}
	loaded, err := transfer.Load(ctx, database.Options{URL: settings.DBURL, DirectURL: settings.DirectDBURL, Connections: 2}, transferParts(), from, options)
	shown.end()
	if err = errors.Join(err, from.Close()); err != nil {
		return fmt.Errorf("nothing was restored: %w", err)
	}
	fmt.Fprintf(os.Stderr, "restored %d rows, as of %s, from a %s database of version %s\n",
		loaded.Rows, time.UnixMilli(loaded.Manifest.CreatedAt).UTC().Format(time.RFC3339), loaded.Manifest.Database, loaded.Manifest.Program)
	if _, has := loaded.Manifest.Schemas[config.Energy]; c.Verify && has { // the database of another module has no totals
		return verifyBooks(ctx, settings)
	}
	return nil
}

// errDifferent is the error of a restored database whose totals are not those of its readings.
var errDifferent = errors.New("totals differ from their readings; all data of the backup is restored; to repair the totals: holotwin doctor --repair")

// verifyBooks compares every total with its readings. It shows the first differences.
func verifyBooks(ctx context.Context, settings config.Config) error {
	db, err := openDatabase(ctx, settings)
	if err != nil {
		return err
	}
	store := gormenergy.New(db, instants{})
	checker := books.NewChecker(store, campus.NewCatalog(store, instants{}, random.ID, settings.Zone), instants{})
	shown := 0
	sum, err := checker.Check(ctx, func(d books.Difference) error {
		const most = 20
		if shown++; shown <= most {
			fmt.Fprintln(os.Stderr, d)
		}
		return nil
	})
	if err = errors.Join(err, db.Close()); err != nil {
		return err
	}
	fmt.Fprintf(os.Stderr, "verified: %d readings of %d devices, %d days of totals, %d differences\n", sum.Readings, sum.Devices, sum.Days, sum.Differences)
	if sum.Unproven > 0 {
		fmt.Fprintf(os.Stderr, "not verified: %d days of totals whose readings were deleted, as the retention says\n", sum.Unproven)
	}
	if sum.Differences > 0 {
		return errDifferent
	}
	return nil
}

// open opens the file and shows how much of it is read.
func (c restoreCommand) open() (io.ReadCloser, *progress, error) {
	if c.File == standardStream {
		return os.Stdin, &progress{}, nil
	}
	file, err := os.Open(c.File)
	if err != nil {
		return nil, nil, err
	}
	info, err := file.Stat()
	if err != nil {
		return nil, nil, errors.Join(err, file.Close())
	}
	shown := newProgress("restore", info.Size())
	return struct {
		io.Reader
		io.Closer
	}{io.TeeReader(file, shown), file}, shown, nil
}

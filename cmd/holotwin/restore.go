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

	"github.com/holotwin/holotwin/platform/database"
	"github.com/holotwin/holotwin/platform/database/transfer"
)

type restoreCommand struct {
	File string `arg:"" help:"The file of a backup, or - for standard input."`
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

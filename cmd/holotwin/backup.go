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

	"github.com/prometheus/client_golang/prometheus"

	"github.com/holotwin/holotwin/platform/backup"
	"github.com/holotwin/holotwin/platform/clock"
	"github.com/holotwin/holotwin/platform/config"
	"github.com/holotwin/holotwin/platform/database"
	"github.com/holotwin/holotwin/platform/database/transfer"
)

// transferParts are all parts that have tables, whether or not this process runs them: a backup is of a database, which several processes
// may share.
func transferParts() (all []transfer.Part) {
	for _, p := range allParts(config.Config{}) {
		if p.schema == nil {
			continue
		}
		part := transfer.Part{Name: p.name, Schema: p.schema()}
		if p.transfer != nil {
			part.Rules = p.transfer()
		}
		all = append(all, part)
	}
	return all
}

// standardStream is the name of standard input or output in place of a file.
const standardStream = "-"

type backupCommand struct {
	File      string `arg:"" help:"The file to write, or - for standard output."`
	Overwrite bool   `help:"Replace the file if there is one."`
}

// Run writes a backup. The server may run meanwhile.
func (c backupCommand) Run() error {
	settings, err := load()
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	db, err := database.OpenBeside(ctx, database.Options{URL: settings.DBURL, DirectURL: settings.DirectDBURL, Connections: 2})
	if err != nil {
		return err
	}
	saved, err := c.write(ctx, db)
	if err == nil {
		fmt.Fprintf(os.Stderr, "%s: %d rows, %.1f MB, as of %s\n", c.File, saved.Rows, float64(saved.Bytes)/1e6, saved.At.UTC().Format(time.RFC3339))
		if err := transfer.Record(ctx, db, saved); err != nil {
			fmt.Fprintln(os.Stderr, "the backup is whole, but the database could not record when it was made:", database.Reason(err))
		}
	}
	return errors.Join(err, db.Close())
}

func (c backupCommand) write(ctx context.Context, db *database.Database) (transfer.Saved, error) {
	if c.File == standardStream {
		if isTerminal(os.Stdout) {
			return transfer.Saved{}, errors.New("standard output is a terminal: name a file, or send the output to another program")
		}
		return save(ctx, db, os.Stdout)
	}
	file, err := backup.Create(c.File, c.Overwrite)
	if errors.Is(err, backup.ErrExists) {
		return transfer.Saved{}, fmt.Errorf("%w: choose another name, or replace it with --overwrite", err)
	}
	if err != nil {
		return transfer.Saved{}, err
	}
	saved, err := save(ctx, db, file)
	if err == nil {
		err = file.Finish()
	}
	if err != nil {
		file.Abandon()
	}
	return saved, err
}

func save(ctx context.Context, db *database.Database, to io.Writer) (transfer.Saved, error) {
	counter := newRowCounter("backup")
	defer counter.end()
	return transfer.Save(ctx, db, transferParts(), to, transfer.SaveOptions{Program: version, Now: clock.System{}.Now, Progress: counter.count})
}

// rowCounter shows how many rows are read or written: on one line of a terminal, as a line every million elsewhere.
type rowCounter struct {
	title    string
	terminal bool
	shown    int64
}

func newRowCounter(title string) *rowCounter {
	return &rowCounter{title: title, terminal: isTerminal(os.Stderr)}
}

func (r *rowCounter) count(table string, rows int64) {
	const onTerminal, elsewhere = 50_000, 1_000_000
	switch {
	case r.terminal && rows >= r.shown+onTerminal:
		fmt.Fprintf(os.Stderr, "\r\x1b[K%s: %d rows, %s", r.title, rows, table)
		r.shown = rows
	case !r.terminal && rows >= r.shown+elsewhere:
		fmt.Fprintf(os.Stderr, "%s: %d rows, %s\n", r.title, rows, table)
		r.shown = rows
	}
}

// end clears the line.
func (r *rowCounter) end() {
	if r.terminal {
		fmt.Fprint(os.Stderr, "\r\x1b[K")
	}
}

func isTerminal(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// backupMetrics are those of the last backup, if there is one.
type backupMetrics struct{ db *database.Database }

var (
	backupTime = prometheus.NewDesc("holotwin_backup_last_timestamp_seconds", "The instant of the data of the last whole backup, in seconds since 1970. Absent if there is none.", nil, nil)
	backupSize = prometheus.NewDesc("holotwin_backup_last_bytes", "The size of the last whole backup.", nil, nil)
)

// Describe implements prometheus.Collector.
func (m backupMetrics) Describe(out chan<- *prometheus.Desc) {
	out <- backupTime
	out <- backupSize
}

// Collect implements prometheus.Collector. While the database does not answer, the metrics are absent.
func (m backupMetrics) Collect(out chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	last, ok, err := transfer.Last(ctx, m.db)
	if err != nil || !ok {
		return
	}
	out <- prometheus.MustNewConstMetric(backupTime, prometheus.GaugeValue, float64(last.At.UnixMilli())/1000)
	out <- prometheus.MustNewConstMetric(backupSize, prometheus.GaugeValue, float64(last.Bytes))
}

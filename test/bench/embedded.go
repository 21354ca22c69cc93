package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	_ "modernc.org/sqlite" // the one-commit-each is made with the same driver

	"github.com/holotwin/holotwin/test/program"
)

// embedded compares POST /consumo on the embedded database with one row, one commit, on the same disk: synchronous
// FULL both, so that each answer and each commit is on the disk.
func embedded(ctx context.Context, span time.Duration) error {
	folder, err := os.MkdirTemp("", "holotwin-bench-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(folder) }()
	server, err := program.Start(ctx, folder, "sqlite://"+folder+"/holotwin.db", nil)
	if err != nil {
		return err
	}
	defer func() { _ = server.Kill() }()
	client, err := program.Login(server.URL)
	if err != nil {
		return err
	}
	campus, err := client.MakeCampus(connections)
	if err != nil {
		return err
	}
	var ours load
	var theirs float64
	for round := range 2 { // the first warms both up
		if ours, err = postReadings(server.URL, client.Token, campus.Devices, liveFrom(round), span); err != nil {
			return err
		}
		if theirs, err = commitEach(ctx, filepath.Join(folder, "each.db"), round, span); err != nil {
			return err
		}
	}
	fmt.Printf("POST /consumo, SQLite       %6.0f readings/s, %d connections; %s\n", ours.rate, connections, ours)
	fmt.Printf("SQLite, one commit each     %6.0f rows/s\n", theirs)
	fmt.Printf("ratio                       %6.2f\n", ours.rate/theirs)
	return nil
}

// commitEach inserts rows like a reading's, each in a commit of its own, and returns the rows per second.
func commitEach(ctx context.Context, path string, round int, span time.Duration) (rate float64, err error) {
	db, err := sql.Open("sqlite", "file:"+path+"?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)")
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	db.SetMaxOpenConns(1)
	if _, err := db.ExecContext(ctx, `CREATE TABLE IF NOT EXISTS bench_readings (device_id TEXT NOT NULL, at INTEGER NOT NULL, kind INTEGER, value INTEGER, span INTEGER,
		PRIMARY KEY (device_id, at)) WITHOUT ROWID`); err != nil {
		return 0, err
	}
	insert, err := db.PrepareContext(ctx, "INSERT INTO bench_readings VALUES (?, ?, 1, 1000, 1000)")
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, insert.Close()) }()
	begun, rows := time.Now(), 0
	for ; time.Since(begun) < span; rows++ {
		if _, err := insert.ExecContext(ctx, fmt.Sprintf("d%d", rows%connections), round<<40+rows); err != nil {
			return 0, err
		}
	}
	return float64(rows) / time.Since(begun).Seconds(), nil
}

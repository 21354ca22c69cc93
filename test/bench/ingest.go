package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/holotwin/holotwin/platform/database/databasetest/pgserver"
	"github.com/holotwin/holotwin/test/program"
)

const connections = 64

// ingest compares POST /consumo (token, validation, totals, durable commit) with pgbench's prepared insert of a
// single row, on the same PostgreSQL in the same run, 64 connections each.
func ingest(ctx context.Context, postgres *pgserver.Server, span time.Duration) error {
	folder, err := os.MkdirTemp("", "holotwin-bench-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(folder) }()
	server, err := program.Start(ctx, folder, postgres.URL, nil)
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
	var ours, theirs float64
	for round := range 2 { // the first warms both up
		if ours, err = postReadings(server.URL, client.Token, campus.Devices, round, span); err != nil {
			return err
		}
		if theirs, err = pgbench(ctx, postgres, folder, span); err != nil {
			return err
		}
	}
	fmt.Printf("POST /consumo, PostgreSQL   %6.0f readings/s, %d connections\n", ours, connections)
	fmt.Printf("pgbench, single-row insert  %6.0f rows/s, %d clients, prepared\n", theirs, connections)
	fmt.Printf("ratio                       %6.2f\n", ours/theirs)
	return nil
}

// postReadings sends readings from all connections for a span and gives how many a second were answered 201.
func postReadings(base, token string, devices []string, round int, span time.Duration) (float64, error) {
	address, err := url.Parse(base)
	if err != nil {
		return 0, err
	}
	var stored atomic.Int64
	failures := make(chan error, len(devices))
	begun := time.Now()
	start := time.Now().UTC().Truncate(time.Second).Add(-time.Duration(2-round) * 10 * time.Hour) // live readings are of today
	var wait sync.WaitGroup
	for _, device := range devices {
		wait.Go(func() {
			p, err := dialPoster(address.Host, token)
			for at := start; err == nil && time.Since(begun) < span; at = at.Add(time.Second) {
				if err = p.post(device, at); err == nil {
					stored.Add(1)
				}
			}
			failures <- err
		})
	}
	wait.Wait()
	took := time.Since(begun)
	close(failures)
	for err := range failures {
		if err != nil {
			return 0, err
		}
	}
	return float64(stored.Load()) / took.Seconds(), nil
}

// pgbench inserts single rows with a key like a reading's and gives the transactions a second.
func pgbench(ctx context.Context, postgres *pgserver.Server, folder string, span time.Duration) (float64, error) {
	script := filepath.Join(folder, "insert.sql")
	const insert = "\\set device random(1, 1000)\n" +
		"INSERT INTO bench_readings VALUES (:device, nextval('bench_instants'), 1, 1000, 1000);\n"
	if err := os.WriteFile(script, []byte(insert), 0o600); err != nil {
		return 0, err
	}
	const schema = "CREATE TABLE IF NOT EXISTS bench_readings (device_id BIGINT, at BIGINT, kind SMALLINT, value BIGINT, span BIGINT, PRIMARY KEY (device_id, at)); " +
		"CREATE SEQUENCE IF NOT EXISTS bench_instants CACHE 1000"
	if err := postgres.Run(ctx, "psql", "-q", "-c", schema); err != nil {
		return 0, err
	}
	out, err := postgres.Command(ctx, "pgbench", "-n", "-M", "prepared", "-c", fmt.Sprint(connections), "-j", "2",
		"-T", fmt.Sprint(int(span.Seconds())), "-f", script).Output()
	if err != nil {
		return 0, fmt.Errorf("pgbench: %w: %s", err, stderrOf(err))
	}
	for line := range strings.Lines(string(out)) {
		var tps float64
		if _, err := fmt.Sscanf(line, "tps = %f", &tps); err == nil {
			return tps, nil
		}
	}
	return 0, fmt.Errorf("pgbench said no tps: %s", bytes.TrimSpace(out))
}

func stderrOf(err error) string {
	var failed *exec.ExitError
	if errors.As(err, &failed) {
		return string(failed.Stderr)
	}
	return ""
}

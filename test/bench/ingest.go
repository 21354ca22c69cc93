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
	"slices"
	"strings"
	"sync"
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
	var live, late load
	var theirs float64
	for round := range 2 { // the first warms all up
		if live, err = postReadings(server.URL, client.Token, campus.Devices, liveFrom(round), span); err != nil {
			return err
		}
		if theirs, err = pgbench(ctx, postgres, folder, span); err != nil {
			return err
		}
		if late, err = postReadings(server.URL, client.Token, campus.Devices, lateFrom(round), span); err != nil {
			return err
		}
	}
	most, err := server.MostResidentKB()
	fmt.Printf("POST /consumo, of today     %6.0f readings/s, %d connections; %s\n", live.rate, connections, live)
	fmt.Printf("POST /consumo, of the past  %6.0f readings/s, %d connections; %s\n", late.rate, connections, late)
	fmt.Printf("pgbench, single-row insert  %6.0f rows/s, %d clients, prepared\n", theirs, connections)
	fmt.Printf("ratio                       %6.2f of today, %.2f of the past\n", live.rate/theirs, late.rate/theirs)
	fmt.Printf("resident at most            %6.1f MB\n", float64(most)/1024)
	return err
}

// liveFrom is since when a round's readings are of today, lateFrom since when they are of ten days ago: each round has its own.
func liveFrom(round int) time.Time {
	return time.Now().UTC().Truncate(time.Second).Add(-time.Duration(2-round) * 10 * time.Hour)
}

func lateFrom(round int) time.Time { return liveFrom(round).AddDate(0, 0, -10) }

// load is what readings were answered in.
type load struct {
	rate        float64 // a second
	median, p99 time.Duration
}

// String prints the times of answers.
func (l load) String() string {
	return fmt.Sprintf("p50 %.1f ms, p99 %.1f ms (%.1f times)", ms(l.median), ms(l.p99), l.p99.Seconds()/l.median.Seconds())
}

// postReadings sends readings, a second each from an instant on, from all connections for a span; all are answered 201.
func postReadings(base, token string, devices []string, start time.Time, span time.Duration) (load, error) {
	address, err := url.Parse(base)
	if err != nil {
		return load{}, err
	}
	failures := make(chan error, len(devices))
	times := make([][]time.Duration, len(devices))
	begun := time.Now()
	var wait sync.WaitGroup
	for i, device := range devices {
		wait.Go(func() {
			p, err := dialPoster(address.Host, token)
			for at := start; err == nil && time.Since(begun) < span; at = at.Add(time.Second) {
				asked := time.Now()
				if err = p.post(device, at); err == nil {
					times[i] = append(times[i], time.Since(asked))
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
			return load{}, err
		}
	}
	all := slices.Sorted(slices.Values(slices.Concat(times...)))
	return load{float64(len(all)) / took.Seconds(), all[len(all)/2], all[len(all)*99/100]}, nil
}

// pgbench inserts single rows with a key like a reading's and returns the transactions per second.
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
	return 0, fmt.Errorf("pgbench printed no tps: %s", bytes.TrimSpace(out))
}

func stderrOf(err error) string {
	var failed *exec.ExitError
	if errors.As(err, &failed) {
		return string(failed.Stderr)
	}
	return ""
}

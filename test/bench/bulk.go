package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/holotwin/holotwin/platform/database/databasetest/pgserver"
	"github.com/holotwin/holotwin/test/program"
)

// What a bulk import is measured with: five days of quarter hours of a thousand devices.
const (
	bulkDevices  = 1000
	bulkQuarters = 500
)

// bulk compares /consumo/lote (checks, totals, past marked) with psql's \copy of the same readings into the leanest table that holds
// them: numbers for devices, no spans. It prints the most memory that the server held, and what a million readings take on the disk.
func bulk(ctx context.Context, postgres *pgserver.Server) error {
	folder, err := os.MkdirTemp("", "holotwin-bench-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(folder) }()
	file, lean := filepath.Join(folder, "readings.csv"), filepath.Join(folder, "lean.csv")
	if err := errors.Join(
		writeRows(file, "device_id,timestamp,kwh,interval_s\n", "d%d,%s,0.%03d,900\n"),
		writeRows(lean, "", "%d,%s,0.%03d\n"),
	); err != nil {
		return err
	}
	if err := postgres.Run(ctx, "psql", "-q", "-c", "CREATE DATABASE bulk"); err != nil {
		return err
	}
	fresh, err := url.Parse(postgres.URL)
	if err != nil {
		return err
	}
	fresh.Path = "/bulk"
	ours, most, err := upload(ctx, folder, fresh.String(), file)
	if err != nil {
		return err
	}
	theirs, err := copyRows(ctx, postgres, lean)
	if err != nil {
		return err
	}
	size, err := readingsMB(ctx, postgres)
	if err != nil {
		return err
	}
	const rows = bulkDevices * bulkQuarters
	fmt.Printf("/consumo/lote, CSV          %6.0f rows/s, %d rows of %d devices\n", rows/ours.Seconds(), rows, bulkDevices)
	fmt.Printf("psql \\copy, keyed table     %6.0f rows/s\n", rows/theirs.Seconds())
	fmt.Printf("ratio                       %6.2f\n", theirs.Seconds()/ours.Seconds())
	fmt.Printf("resident at most            %6.1f MB\n", float64(most)/1024)
	fmt.Printf("a million readings          %6.1f MB on the disk, with their keys\n", size/rows*1e6)
	return nil
}

// writeRows writes the readings as CSV, each by a format of the device's number, the instant and thousandths of a kWh.
func writeRows(path, head, row string) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	out := bufio.NewWriter(f)
	_, _ = out.WriteString(head)
	start := time.Now().UTC().Truncate(15 * time.Minute).Add(-bulkQuarters * 15 * time.Minute)
	for q := range bulkQuarters {
		at := start.Add(time.Duration(q) * 15 * time.Minute).Format(time.RFC3339)
		for d := range bulkDevices {
			_, _ = fmt.Fprintf(out, row, d, at, (q*7+d)%1000)
		}
	}
	if err := out.Flush(); err != nil {
		return err
	}
	return f.Close()
}

// upload sends the file and returns how long it took and the maximum memory used, in kB.
func upload(ctx context.Context, folder, databaseURL, file string) (took time.Duration, mostKB int, err error) {
	server, err := program.Start(ctx, folder, databaseURL, nil)
	if err != nil {
		return 0, 0, err
	}
	defer func() { _ = server.Kill() }()
	client, err := program.Login(server.URL)
	if err != nil {
		return 0, 0, err
	}
	if _, err := client.MakeCampus(bulkDevices); err != nil {
		return 0, 0, err
	}
	f, err := os.Open(file)
	if err != nil {
		return 0, 0, err
	}
	defer func() { _ = f.Close() }()
	begun := time.Now()
	answer, err := client.Raw(http.MethodPost, "/consumo/lote", "text/csv", io.NopCloser(f))
	if err != nil {
		return 0, 0, err
	}
	took = time.Since(begun)
	var report struct{ Inserted int }
	if err := answer.JSON(&report); err != nil || report.Inserted != bulkDevices*bulkQuarters {
		return 0, 0, fmt.Errorf("the rows were not stored: %d %s", answer.Status, answer.Body)
	}
	mostKB, err = server.MostResidentKB()
	return took, mostKB, err
}

func copyRows(ctx context.Context, postgres *pgserver.Server, file string) (time.Duration, error) {
	const schema = "DROP TABLE IF EXISTS bench_copy; CREATE TABLE bench_copy (device_id BIGINT, ts TIMESTAMPTZ, kwh FLOAT8, PRIMARY KEY (device_id, ts))"
	if err := postgres.Run(ctx, "psql", "-q", "-c", schema); err != nil {
		return 0, err
	}
	begun := time.Now()
	err := postgres.Run(ctx, "psql", "-q", "-c", fmt.Sprintf("\\copy bench_copy FROM '%s' WITH (FORMAT csv)", file))
	return time.Since(begun), err
}

// readingsMB is what the readings of the database bulk take, with their keys and nothing else.
func readingsMB(ctx context.Context, postgres *pgserver.Server) (mb float64, err error) {
	const size = "SELECT sum(pg_total_relation_size(inhrelid)) / 1e6 FROM pg_inherits WHERE inhparent = 'energy_readings'::regclass"
	out, err := postgres.Command(ctx, "psql", "-d", "bulk", "-Atc", size).Output()
	if err != nil {
		return 0, fmt.Errorf("size of the readings: %w: %s", err, stderrOf(err))
	}
	return strconv.ParseFloat(strings.TrimSpace(string(out)), 64)
}

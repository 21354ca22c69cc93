package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
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

// What a round uploads: fifty hours of quarter hours of a thousand devices.
const (
	roundDevices  = 1000
	roundQuarters = 200
	roundRows     = roundDevices * roundQuarters
)

// rounds uploads one file after another to each database and prints how long each took and what a reading takes on the disk: a
// store that grows must not slow down.
func rounds(ctx context.Context, postgres *pgserver.Server, n int) error {
	folder, err := os.MkdirTemp("", "holotwin-bench-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(folder) }()
	if err := postgres.Run(ctx, "psql", "-q", "-c", "CREATE DATABASE rounds"); err != nil {
		return err
	}
	fresh, err := url.Parse(postgres.URL)
	if err != nil {
		return err
	}
	fresh.Path = "/rounds"
	file := filepath.Join(folder, "holotwin.db")
	return errors.Join(
		uploadRounds(ctx, folder, "SQLite", "sqlite://"+file, n, func() (int64, error) {
			return sizeOf(file, file+"-wal")
		}),
		uploadRounds(ctx, folder, "PostgreSQL", fresh.String(), n, func() (int64, error) {
			out, err := postgres.Command(ctx, "psql", "-d", "rounds", "-Atc", "SELECT pg_database_size('rounds')").Output()
			if err != nil {
				return 0, fmt.Errorf("psql: %w: %s", err, stderrOf(err))
			}
			return strconv.ParseInt(strings.TrimSpace(string(out)), 10, 64)
		}),
	)
}

// sizeOf is the size of files together; one that is not there has none.
func sizeOf(files ...string) (all int64, err error) {
	for _, file := range files {
		info, err := os.Stat(file)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return 0, err
		}
		all += info.Size()
	}
	return all, nil
}

func uploadRounds(ctx context.Context, folder, name, database string, n int, size func() (int64, error)) error {
	server, err := program.Start(ctx, folder, database, nil)
	if err != nil {
		return err
	}
	defer func() { _ = server.Kill() }()
	client, err := program.Login(server.URL)
	if err != nil {
		return err
	}
	if _, err := client.MakeCampus(roundDevices); err != nil {
		return err
	}
	empty, err := size()
	if err != nil {
		return err
	}
	start := time.Now().UTC().Truncate(24 * time.Hour).Add(-time.Duration(n*roundQuarters) * 15 * time.Minute)
	for round := range n {
		before, err := useOf(server)
		if err != nil {
			return err
		}
		took, err := uploadRound(client, start.Add(time.Duration(round*roundQuarters)*15*time.Minute))
		if err != nil {
			return err
		}
		after, err := useOf(server)
		if err != nil {
			return err
		}
		full, err := size()
		if err != nil {
			return err
		}
		fmt.Printf("%-10s round %3d  %6.2f s  %5.2f s of processors  %5.0f MB written  %6.1f MB a million readings\n", name, round+1,
			took.Seconds(), (after.processors - before.processors).Seconds(), after.written-before.written, float64(full-empty)/float64((round+1)*roundRows))
	}
	most, err := server.MostResidentKB()
	fmt.Printf("%-10s resident at most %6.1f MB\n", name, float64(most)/1024)
	return err
}

// use is what the program used of the machine so far. On a shared machine it is more exact than the time.
type use struct {
	processors time.Duration
	written    float64 // MB
}

func useOf(server *program.Server) (u use, err error) {
	if u.processors, err = server.ProcessorTime(); err != nil {
		return u, err
	}
	u.written, err = server.WrittenMB()
	return u, err
}

// uploadRound sends a round's rows, by time as a gateway or another system's dump has them, as they are written.
func uploadRound(client *program.Client, start time.Time) (time.Duration, error) {
	reader, writer := io.Pipe()
	go func() { _ = writer.CloseWithError(writeRound(writer, start)) }()
	begun := time.Now()
	answer, err := client.Raw(http.MethodPost, "/consumo/lote", "text/csv", reader)
	if err != nil {
		return 0, err
	}
	took := time.Since(begun)
	var report struct{ Inserted int }
	if err := answer.JSON(&report); err != nil || report.Inserted != roundRows {
		return 0, fmt.Errorf("the rows were not stored: %d %s", answer.Status, answer.Body)
	}
	return took, nil
}

func writeRound(to io.Writer, start time.Time) error {
	out := bufio.NewWriter(to)
	_, _ = out.WriteString("device_id,timestamp,kwh,interval_s\n")
	for q := 1; q <= roundQuarters; q++ {
		at := start.Add(time.Duration(q) * 15 * time.Minute).Format(time.RFC3339)
		for d := range roundDevices {
			_, _ = fmt.Fprintf(out, "d%d,%s,0.%03d,900\n", d, at, (q*7+d)%1000)
		}
	}
	return out.Flush()
}

// Command bench measures the built binary on this machine and prints the figures that platform/README.md quotes, each
// beside something of the same run: machines differ, ratios do not.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"time"

	"github.com/holotwin/holotwin/platform/database/databasetest/pgserver"
	"github.com/holotwin/holotwin/test/program"
)

func main() {
	seconds := flag.Int("seconds", 10, "how long each load runs")
	only := flag.String("only", "", "one of footprint, ingest, bulk, series, access, analysis, devices, embedded, heavy; rounds or split (alone); or energy: those of the energy module")
	uploads := flag.Int("rounds", 25, "how many uploads of 200,000 rows rounds makes")
	flag.Parse()
	if err := run(context.Background(), *only, time.Duration(*seconds)*time.Second, *uploads); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, only string, span time.Duration, uploads int) error {
	postgres, err := pgserver.Start(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = postgres.Stop() }()
	switch only { // these take minutes, so they run only if named
	case "rounds":
		return rounds(ctx, postgres, uploads)
	case "split":
		return split(ctx, postgres, span)
	}
	var failures []error
	for _, b := range []struct {
		name    string
		measure func() error
	}{
		{"footprint", func() error { return footprint(ctx) }},
		{"ingest", func() error { return ingest(ctx, postgres, span) }},
		{"bulk", func() error { return bulk(ctx, postgres) }},
		{"series", func() error { return series(ctx, postgres) }},
		{"access", func() error { return access(ctx, postgres, span) }},
		{"analysis", func() error { return analysis(ctx, postgres) }},
		{"devices", func() error { return devices(ctx, postgres, span) }},
		{"embedded", func() error { return embedded(ctx, span) }},
		{"heavy", func() error { return heavy(ctx, postgres, span) }},
	} {
		if only == "" || only == b.name || (only == "energy" && b.name != "footprint" && b.name != "access" && b.name != "analysis" && b.name != "devices" && b.name != "heavy") {
			failures = append(failures, b.measure())
		}
	}
	return errors.Join(failures...)
}

// footprint prints size, time to be ready and idle memory, on the embedded database.
func footprint(ctx context.Context) error {
	binary, err := program.Build()
	if err != nil {
		return err
	}
	info, err := os.Stat(binary)
	if err != nil {
		return err
	}
	folder, err := os.MkdirTemp("", "holotwin-bench-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(folder) }()
	begun := time.Now()
	server, err := program.Start(ctx, folder, "sqlite://"+folder+"/holotwin.db", nil)
	if err != nil {
		return err
	}
	ready := time.Since(begun)
	const settle = 5 * time.Second
	time.Sleep(settle)
	resident, err := server.ResidentKB()
	if err != nil {
		return err
	}
	fmt.Printf("binary                      %6.1f MB\n", float64(info.Size())/1e6)
	fmt.Printf("ready after start, SQLite   %6.0f ms (a new database: schema and first administrator too)\n", ready.Seconds()*1000)
	fmt.Printf("resident when idle          %6.1f MB\n", float64(resident)/1024)
	return server.Stop()
}

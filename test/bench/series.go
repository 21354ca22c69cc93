package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"slices"
	"time"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/ledger"
	"github.com/holotwin/holotwin/platform/database/databasetest/pgserver"
	"github.com/holotwin/holotwin/test/program"
)

// What series are measured with: quarter hours of a thousand devices in a hundred rooms.
const (
	seriesDevices = 1000
	seriesRooms   = 100
	shortHistory  = 105 // days: 10 million quarter hours
	longHistory   = 521 // days: 50 million
)

// series measures a month by room and day, with a short history and with one five times as long. The history is
// written as the books that readings leave, not as readings: a series reads nothing else.
func series(ctx context.Context, postgres *pgserver.Server) error {
	_, client, end, err := campus(ctx, postgres, "series")
	if err != nil {
		return err
	}
	defer end()
	medians := make([]time.Duration, 0, 2)
	for _, days := range []int{shortHistory, longHistory} {
		if err := writeHistory(ctx, postgres, "series", days); err != nil {
			return err
		}
		first, median, err := askMonth(client)
		if err != nil {
			return err
		}
		medians = append(medians, median)
		fmt.Printf("series of a month, %d M rows %6.1f ms median, the first %.0f ms (%d devices, by room and day)\n",
			days*seriesDevices*energy.QuartersPerDay/1_000_000, median.Seconds()*1000, first.Seconds()*1000, seriesDevices)
	}
	fmt.Printf("ratio                       %6.2f\n", medians[1].Seconds()/medians[0].Seconds())
	return nil
}

// campus starts a server on a new database with all rooms and devices; end ends it.
func campus(ctx context.Context, postgres *pgserver.Server, database string) (server *program.Server, client *program.Client, end func(), err error) {
	if err := postgres.Run(ctx, "psql", "-q", "-c", "CREATE DATABASE "+database); err != nil {
		return nil, nil, nil, err
	}
	fresh, err := url.Parse(postgres.URL)
	if err != nil {
		return nil, nil, nil, err
	}
	fresh.Path = "/" + database
	folder, err := os.MkdirTemp("", "holotwin-bench-")
	if err != nil {
		return nil, nil, nil, err
	}
	if server, err = program.Start(ctx, folder, fresh.String(), nil); err != nil {
		return nil, nil, nil, errors.Join(err, os.RemoveAll(folder))
	}
	end = func() {
		_ = server.Kill()
		_ = os.RemoveAll(folder)
	}
	if client, err = program.Login(server.URL); err == nil {
		_, err = client.MakeRooms(seriesRooms, seriesDevices/seriesRooms)
	}
	if err != nil {
		end()
	}
	return server, client, end, err
}

// writeHistory writes every device's pages of so many days up to today.
func writeHistory(ctx context.Context, postgres *pgserver.Server, database string, days int) error {
	var page ledger.Page
	for i := range page.Quarters {
		page.Quarters[i] = ledger.Quarter{Energy: energy.Energy(100_000 + 1_000*i), Measured: (15 * time.Minute).Milliseconds()}
	}
	today := time.Now().Unix() / 86_400
	return postgres.Run(ctx, "psql", "-q", "-d", database, "-c", fmt.Sprintf(`
		INSERT INTO energy_pages (device_id, day, energy, estimated, quarters)
		SELECT 'd' || d, day, %d, 0, '\x%x' FROM generate_series(0, %d) d, generate_series(%d, %d) day ON CONFLICT DO NOTHING;
		INSERT INTO energy_begun (device_id, day) SELECT 'd' || d, %d FROM generate_series(0, %d) d
		ON CONFLICT (device_id) DO UPDATE SET day = excluded.day`,
		page.Total(), page.EncodeQuarters(), seriesDevices-1, today-int64(days), today, today-int64(days), seriesDevices-1),
		"-c", "VACUUM ANALYZE energy_pages")
}

// askMonth requests the last month repeatedly and returns how long the first answer and the median took.
func askMonth(client *program.Client) (first, median time.Duration, err error) {
	to := time.Now().UTC()
	path := "/api/consumo/serie?" + url.Values{
		"by": {"room"}, "bucket": {"day"}, "from": {to.AddDate(0, -1, 0).Format(time.RFC3339)}, "to": {to.Format(time.RFC3339)},
	}.Encode()
	const times = 51
	var took []time.Duration
	for range times {
		begun := time.Now()
		answer, err := client.Send(http.MethodGet, path, nil)
		if err != nil || answer.Status != http.StatusOK {
			return 0, 0, fmt.Errorf("series: %d: %w", answer.Status, err)
		}
		took = append(took, time.Since(begun))
	}
	first = took[0]
	slices.Sort(took)
	return first, took[times/2], nil
}

package main

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/holotwin/holotwin/platform/database/databasetest/pgserver"
)

// analysisDays is the year that every device is judged by.
const analysisDays = 365

// analysis measures a job that analyses a thousand devices and their rooms with a year of hours, and how fast what came of it is
// read.
func analysis(ctx context.Context, postgres *pgserver.Server) error {
	server, client, end, err := campus(ctx, postgres, "analysis")
	if err != nil {
		return err
	}
	defer end()
	if err := writeHistory(ctx, postgres, "analysis", analysisDays); err != nil {
		return err
	}
	begun := time.Now()
	if answer, err := client.Send(http.MethodPost, "/api/trabajos", nil); err != nil || answer.Status != http.StatusAccepted {
		return fmt.Errorf("job: %d: %w", answer.Status, err)
	}
	var highest int
	for {
		time.Sleep(100 * time.Millisecond)
		resident, err := server.ResidentKB()
		if err != nil {
			return err
		}
		highest = max(highest, resident)
		answer, err := client.Send(http.MethodGet, "/api/trabajos", nil)
		if err != nil {
			return err
		}
		var jobs struct {
			Items []struct {
				Status      string
				Done, Total int
			}
		}
		if err := answer.JSON(&jobs); err != nil {
			return err
		}
		if job := jobs.Items[0]; job.Status != "running" {
			fmt.Printf("analysis of %d devices and %d spaces, a year of hours: %s in %.1f s, %.0f MB at most\n", seriesDevices, job.Total-seriesDevices, job.Status,
				time.Since(begun).Seconds(), float64(highest)/1024)
			break
		}
	}
	const times = 51
	var all time.Duration
	for range times {
		begun := time.Now()
		if answer, err := client.Send(http.MethodGet, "/api/recomendaciones?limit=50", nil); err != nil || answer.Status != http.StatusOK {
			return fmt.Errorf("recommendations: %d: %w", answer.Status, err)
		}
		all += time.Since(begun)
	}
	fmt.Printf("reading recommendations     %6.1f ms mean\n", all.Seconds()*1000/times)
	return nil
}

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/holotwin/holotwin/platform/database/databasetest/pgserver"
	"github.com/holotwin/holotwin/test/program"
)

// The load of heavy reads: viewers who request all years of all devices, day by day, and downloads of one device's readings.
const (
	heavyDevices  = 20
	heavyReadings = 200_000
	heavyViewers  = 6
	heavyFiles    = 12
	heavySenders  = 4
)

// heavy measures how long a reading takes while viewers send more requests than the server can answer, and the server's memory, on each
// database.
func heavy(ctx context.Context, postgres *pgserver.Server, span time.Duration) error {
	if err := postgres.Run(ctx, "psql", "-q", "-c", "CREATE DATABASE heavy"); err != nil {
		return err
	}
	fresh, err := url.Parse(postgres.URL)
	if err != nil {
		return err
	}
	fresh.Path = "/heavy"
	folder, err := os.MkdirTemp("", "holotwin-bench-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(folder) }()
	return errors.Join(
		heavyOn(ctx, "PostgreSQL", folder, fresh.String(), span),
		heavyOn(ctx, "SQLite", folder, "sqlite://"+folder+"/holotwin.db", span),
	)
}

func heavyOn(ctx context.Context, name, folder, databaseURL string, span time.Duration) error {
	server, err := program.Start(ctx, folder, databaseURL, []string{"RAW_RETENTION_DAYS=0"})
	if err != nil {
		return err
	}
	defer func() { _ = server.Kill() }()
	viewers, site, err := heavyCampus(server)
	if err != nil {
		return err
	}
	h := heavyLoad{server: server, name: name, token: viewers[0].Token}
	calm, err := h.measure("calm", span, nil)
	if err != nil {
		return err
	}
	years := "/api/consumo/serie?level=site&id=" + site + "&bucket=day&by=device&from=2000-01-01&to=2048-01-01&format="
	for _, load := range []struct {
		name  string
		paths []string
	}{
		{fmt.Sprintf("%d viewers, 48 years", heavyViewers), []string{years + "json", years + "csv", years + "xlsx", years + "json", years + "csv", years + "xlsx"}},
		{fmt.Sprintf("%d XLSX of readings", heavyFiles), slices.Repeat([]string{"/consumo?device_id=d0&format=xlsx"}, heavyFiles)},
	} {
		var asks []func() (int, error)
		for i, path := range load.paths {
			asks = append(asks, func() (int, error) { return drain(viewers[i%len(viewers)], path) })
		}
		loaded, err := h.measure(load.name, span, asks)
		if err != nil {
			return err
		}
		fmt.Printf("%-10s p99 of a reading    %6.2f times, %+.0f ms\n", name, loaded.Seconds()/calm.Seconds(), ms(loaded)-ms(calm))
	}
	const settle = 30 * time.Second
	time.Sleep(settle)
	resident, err := server.ResidentKB()
	fmt.Printf("%-10s resident %.0f s later  %6.1f MB\n", name, settle.Seconds(), float64(resident)/1024)
	return err
}

// heavyCampus makes devices that were measured in 2000 and today, one of them often, and viewers; the first of these may send
// readings as well.
func heavyCampus(server *program.Server) (viewers []*program.Client, site string, err error) {
	admin, err := program.Login(server.URL)
	if err != nil {
		return nil, "", err
	}
	campus, err := admin.MakeCampus(heavyDevices)
	if err != nil {
		return nil, "", err
	}
	var rows bytes.Buffer
	rows.WriteString("device_id,timestamp,kwh,interval_s\n")
	for _, d := range campus.Devices {
		_, _ = fmt.Fprintf(&rows, "%s,2000-01-02T00:00:00Z,0.5,900\n%s,%s,0.5,900\n", d, d, time.Now().UTC().Add(-24*time.Hour).Format(time.RFC3339))
	}
	now := time.Now().UTC()
	for i := range heavyReadings {
		_, _ = fmt.Fprintf(&rows, "d0,%s,0.0%03d,60\n", now.Add(-time.Duration(i+3000)*time.Minute).Format(time.RFC3339), i%1000)
	}
	answer, err := admin.Raw(http.MethodPost, "/consumo/lote", "text/csv", &rows)
	if err != nil || answer.Status != http.StatusOK {
		return nil, "", fmt.Errorf("readings: %d %.300s: %w", answer.Status, answer.Body, err)
	}
	viewers = []*program.Client{admin}
	for i := range heavyViewers - 1 {
		email := fmt.Sprintf("v%d@usc.edu.co", i)
		if answer, err = admin.Send(http.MethodPost, "/auth/usuarios", map[string]any{"email": email, "role": "viewer", "password": program.AdminPassword}); err != nil || answer.Status != http.StatusCreated {
			return nil, "", fmt.Errorf("viewer: %d %s: %w", answer.Status, answer.Body, err)
		}
		viewer := &program.Client{URL: server.URL, HTTP: admin.HTTP}
		var granted struct {
			AccessToken string `json:"access_token"`
		}
		if answer, err = viewer.Send(http.MethodPost, "/auth/login", map[string]string{"email": email, "password": program.AdminPassword}); err == nil {
			err = answer.JSON(&granted)
		}
		if err != nil {
			return nil, "", err
		}
		viewer.Token = granted.AccessToken
		viewers = append(viewers, viewer)
	}
	return viewers, campus.Site, nil
}

// drain sends a request and discards the answer.
func drain(viewer *program.Client, path string) (status int, err error) {
	request, err := http.NewRequest(http.MethodGet, viewer.URL+path, nil)
	if err != nil {
		return 0, err
	}
	request.Header.Set("Authorization", "Bearer "+viewer.Token)
	response, err := viewer.HTTP.Do(request)
	if err != nil {
		return 0, err
	}
	defer func() { _ = response.Body.Close() }()
	_, err = io.Copy(io.Discard, response.Body)
	return response.StatusCode, err
}

// heavyLoad is a server that is measured.
type heavyLoad struct {
	server      *program.Server
	name, token string
	rounds      int
}

// measure sends readings for a span while others send requests repeatedly, and returns the p99 of a reading.
func (h *heavyLoad) measure(name string, span time.Duration, asks []func() (int, error)) (time.Duration, error) {
	until := time.Now().Add(span)
	var wait sync.WaitGroup
	var answered, refused atomic.Int64
	var slowest atomic.Int64 // of the refusals, ns
	failures := make(chan error, len(asks))
	for _, ask := range asks {
		wait.Go(func() {
			for time.Now().Before(until) {
				begun := time.Now()
				switch status, err := ask(); {
				case err != nil:
					failures <- err
					return
				case status == http.StatusOK:
					answered.Add(1)
				case status == http.StatusServiceUnavailable:
					refused.Add(1)
					slowest.Store(max(slowest.Load(), int64(time.Since(begun))))
					time.Sleep(100 * time.Millisecond) // ruder than Retry-After
				default:
					failures <- fmt.Errorf("a heavy read was answered %d", status)
					return
				}
			}
		})
	}
	took, err := h.send(until)
	wait.Wait()
	close(failures)
	for failed := range failures {
		err = errors.Join(err, failed)
	}
	if err != nil {
		return 0, err
	}
	slices.Sort(took)
	p99 := took[len(took)*99/100]
	most, err := h.server.MostResidentKB()
	fmt.Printf("%-10s POST /consumo, %-20s p50 %5.1f ms, p99 %6.1f ms; %d answered, %d refused in %.0f ms at most; resident at most %.1f MB\n",
		h.name, name, ms(took[len(took)/2]), ms(p99), answered.Load(), refused.Load(), ms(time.Duration(slowest.Load())), float64(most)/1024)
	return p99, err
}

// send sends readings over some connections, at a moderate pace, and returns how long each took.
func (h *heavyLoad) send(until time.Time) ([]time.Duration, error) {
	host := strings.TrimPrefix(h.server.URL, "http://")
	h.rounds++
	var mu sync.Mutex
	var all []time.Duration
	var failed error
	var wait sync.WaitGroup
	for i := range heavySenders {
		wait.Go(func() {
			var took []time.Duration
			p, err := dialPoster(host, h.token)
			at := time.Now().UTC().Truncate(time.Second).Add(-time.Duration(h.rounds) * time.Hour)
			for ; err == nil && time.Now().Before(until); at = at.Add(time.Second) {
				begun := time.Now()
				err = p.post(fmt.Sprintf("d%d", i+1), at)
				took = append(took, time.Since(begun))
				time.Sleep(5 * time.Millisecond)
			}
			mu.Lock()
			defer mu.Unlock()
			all, failed = append(all, took...), errors.Join(failed, err)
		})
	}
	wait.Wait()
	return all, failed
}

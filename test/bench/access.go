package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/holotwin/holotwin/platform/database/databasetest/pgserver"
	"github.com/holotwin/holotwin/test/program"
)

// access measures what an attacker could gain or harm: how long a login of a known and of an unknown user takes, and how
// long a reading takes while wrong passwords flood in.
func access(ctx context.Context, postgres *pgserver.Server, span time.Duration) error {
	folder, err := os.MkdirTemp("", "holotwin-bench-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(folder) }()
	server, err := program.Start(ctx, folder, postgres.URL, []string{"LOGIN_LIMIT_PER_MIN=1000000"})
	if err != nil {
		return err
	}
	defer func() { _ = server.Kill() }()
	client, err := program.Login(server.URL)
	if err != nil {
		return err
	}
	known, unknown, err := timeLogins(client)
	if err != nil {
		return err
	}
	fmt.Printf("login refused               %6.1f ms of a known user, %.1f ms of an unknown one, ratio %.2f\n", ms(known), ms(unknown), known.Seconds()/unknown.Seconds())
	if _, err := client.MakeCampus(1); err != nil {
		return err
	}
	calm, err := p99OfReadings(client, span, 0)
	if err != nil {
		return err
	}
	flooded, err := p99OfReadings(client, span, span)
	if err != nil {
		return err
	}
	fmt.Printf("POST /consumo, p99          %6.1f ms calm, %.1f ms under a flood of wrong logins\n", ms(calm), ms(flooded))
	return nil
}

func ms(d time.Duration) float64 { return d.Seconds() * 1000 }

// timeLogins alternates, so that both run under the same load, and returns the medians.
func timeLogins(client *program.Client) (known, unknown time.Duration, err error) {
	const times = 25
	took := make(map[string][]time.Duration)
	for range times {
		for _, email := range []string{program.AdminEmail, "nadie@usc.edu.co"} {
			begun := time.Now()
			answer, err := wrongLogin(client, email)
			if err != nil || answer.Status != http.StatusUnauthorized {
				return 0, 0, fmt.Errorf("wrong login: %d: %w", answer.Status, err)
			}
			took[email] = append(took[email], time.Since(begun))
		}
	}
	median := func(email string) time.Duration {
		slices.Sort(took[email])
		return took[email][times/2]
	}
	return median(program.AdminEmail), median("nadie@usc.edu.co"), nil
}

func wrongLogin(client *program.Client, email string) (program.Answer, error) {
	return client.Send(http.MethodPost, "/auth/login", map[string]string{"email": email, "password": "no es la contraseña"})
}

// p99OfReadings sends readings one after the other for a span, with a flood of wrong logins for another.
func p99OfReadings(client *program.Client, span, flood time.Duration) (time.Duration, error) {
	const attackers = 32
	var wait sync.WaitGroup
	defer wait.Wait()
	until := time.Now().Add(flood)
	for range attackers {
		wait.Go(func() {
			for time.Now().Before(until) {
				_, _ = wrongLogin(client, "nadie@usc.edu.co")
			}
		})
	}
	var took []time.Duration
	begun := time.Now()
	for at := begun.Add(-time.Hour).UTC(); time.Since(begun) < span; at = at.Add(time.Millisecond) {
		sent := time.Now()
		answer, err := client.Send(http.MethodPost, "/consumo", map[string]any{
			"device_id": "d0", "kwh": 0, "timestamp": at.Add(-flood * 100).Format(time.RFC3339Nano),
		})
		if err != nil || answer.Status != http.StatusCreated {
			return 0, fmt.Errorf("reading: %d %s: %w", answer.Status, answer.Body, err)
		}
		took = append(took, time.Since(sent))
		time.Sleep(time.Millisecond)
	}
	slices.Sort(took)
	return took[len(took)*99/100], nil
}

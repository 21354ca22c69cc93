package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/holotwin/holotwin/platform/database/databasetest/pgserver"
	"github.com/holotwin/holotwin/test/program"
)

// split measures what it costs to run the modules in processes of their own, and what replicas give, beside one process of all of
// them on the same PostgreSQL in the same run.
func split(ctx context.Context, postgres *pgserver.Server, span time.Duration) error {
	folder, err := os.MkdirTemp("", "holotwin-bench-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(folder) }()
	s := splitting{ctx: ctx, postgres: postgres, folder: folder}
	defer s.end()
	if err := s.loadDemo(); err != nil {
		return err
	}
	if err := s.start(); err != nil {
		return err
	}
	if err := s.compareIngest(span); err != nil {
		return err
	}
	if err := s.compareAdvice(); err != nil {
		return err
	}
	return s.compareReplicas(span)
}

// splitting has one process of all modules (whole), and the same in processes of their own.
type splitting struct {
	ctx      context.Context
	postgres *pgserver.Server
	folder   string
	running  []*program.Server

	whole, energy, advice *program.Server
	// devices are those that readings are sent for, the same in both.
	devices []string
}

func (s *splitting) end() {
	for _, server := range s.running {
		_ = server.Kill()
	}
}

func (s *splitting) run(database string, settings []string, words ...string) (*program.Server, error) {
	server, err := program.Start(s.ctx, s.folder, s.url(database), append(settings, "LOG_LEVEL=error"), words...)
	if err == nil {
		s.running = append(s.running, server)
	}
	return server, err
}

func (s *splitting) url(database string) string {
	return strings.Replace(s.postgres.URL, "/postgres?", "/"+database+"?", 1)
}

// loadDemo loads the demo's campus into a database, and copies it for each process.
func (s *splitting) loadDemo() error {
	if err := s.postgres.Run(s.ctx, "psql", "-q", "-c", "CREATE DATABASE whole"); err != nil {
		return err
	}
	server, err := s.run("whole", nil, "demo")
	if err != nil {
		return err
	}
	client, err := program.Login(server.URL)
	if err != nil {
		return err
	}
	for analysed := false; !analysed; time.Sleep(200 * time.Millisecond) {
		var jobs struct{ Items []struct{ Status string } }
		answer, err := client.Send(http.MethodGet, "/api/trabajos", nil)
		if err != nil {
			return err
		}
		if err := answer.JSON(&jobs); err != nil {
			return err
		}
		analysed = len(jobs.Items) > 0 && jobs.Items[0].Status == "done"
	}
	if err := server.Stop(); err != nil {
		return err
	}
	for _, module := range []string{"auth", "energy", "advice"} {
		if err := s.postgres.Run(s.ctx, "psql", "-q", "-c", "CREATE DATABASE "+module+" TEMPLATE whole"); err != nil {
			return err
		}
	}
	return nil
}

func (s *splitting) start() (err error) {
	if s.whole, err = s.run("whole", nil); err != nil {
		return err
	}
	addresses := make(map[string]string)
	for _, module := range []string{"auth", "energy", "advice"} {
		if addresses[module], err = program.FreeAddress(); err != nil {
			return err
		}
	}
	for module, server := range map[string]**program.Server{"auth": new(*program.Server), "energy": &s.energy, "advice": &s.advice} {
		*server, err = s.run(module, []string{
			"HTTP_ADDR=" + addresses[module], "MODULES=" + module,
			"AUTH_URL=http://" + addresses["auth"], "ENERGY_URL=http://" + addresses["energy"], "ADVICE_URL=http://" + addresses["advice"],
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// rounds of each comparison; both sides take turns, so that what else the machine does meets both.
const splitRounds = 5

func median[T int | float64 | time.Duration](values []T) T {
	return slices.Sorted(slices.Values(values))[len(values)/2]
}

func (s *splitting) compareIngest(span time.Duration) error {
	client, err := program.Login(s.whole.URL)
	if err != nil {
		return err
	}
	var rates [2][]float64
	for side, server := range []*program.Server{s.whole, s.energy} {
		direct := *client
		direct.URL = server.URL
		campus, err := direct.MakeCampus(connections)
		if err != nil {
			return err
		}
		s.devices = campus.Devices
		for round := range splitRounds {
			l, err := postReadings(server.URL, client.Token, campus.Devices, liveFrom(0).Add(-time.Duration(splitRounds-round)*10*time.Hour), span)
			if err != nil {
				return err
			}
			rates[side] = append(rates[side], l.rate)
		}
	}
	whole, apart := median(rates[0][1:]), median(rates[1][1:])
	fmt.Printf("POST /consumo, one process  %6.0f readings/s\n", whole)
	fmt.Printf("POST /consumo, services     %6.0f readings/s: %.2f of one process\n", apart, apart/whole)
	return nil
}

// compareAdvice asks advice in one process and in processes of their own. The demo's campus is the same in both.
func (s *splitting) compareAdvice() error {
	client, err := program.Login(s.whole.URL)
	if err != nil {
		return err
	}
	answer, err := client.Send(http.MethodGet, "/api/espacios?kind=site", nil)
	if err != nil {
		return err
	}
	var sites struct{ Items []struct{ ID, Name string } }
	if err := answer.JSON(&sites); err != nil {
		return err
	}
	site := ""
	for _, s := range sites.Items {
		if strings.Contains(s.Name, "demostraci") {
			site = s.ID
		}
	}
	for _, path := range []string{
		"/api/recomendaciones", "/api/recomendaciones/ahorro", "/api/anomalias?space_id=" + site, "/api/linea-base?id=" + site,
		"/api/pronostico?id=" + site, "/api/espacios/" + site + "/comparacion",
	} {
		local, remote, err := timesOf(client, s.whole.URL, s.advice.URL, path)
		if err != nil {
			return err
		}
		fmt.Printf("GET %-30.30s %6.1f ms in one process, %6.1f ms as services: %.2f times\n", path, ms(local), ms(remote), remote.Seconds()/local.Seconds())
	}
	return nil
}

// timesOf returns the median times of a call at two servers, which take turns.
func timesOf(client *program.Client, one, other, path string) (here, there time.Duration, err error) {
	const times = 31
	var took [2][]time.Duration
	for range times {
		for side, address := range []string{one, other} {
			direct := *client
			direct.URL = address
			begun := time.Now()
			answer, err := direct.Send(http.MethodGet, path, nil)
			if err != nil || answer.Status != http.StatusOK {
				return 0, 0, fmt.Errorf("%s%s: %d %s: %w", address, path, answer.Status, answer.Body, err)
			}
			took[side] = append(took[side], time.Since(begun))
		}
	}
	return median(took[0]), median(took[1]), nil
}

// compareReplicas sends the same load to one process, and to three on the same database.
func (s *splitting) compareReplicas(span time.Duration) error {
	replicas := []*program.Server{s.whole}
	for range 2 {
		server, err := s.run("whole", nil)
		if err != nil {
			return err
		}
		replicas = append(replicas, server)
	}
	client, err := program.Login(s.whole.URL)
	if err != nil {
		return err
	}
	var one, three []float64
	for round := range 2 * splitRounds {
		from := liveFrom(0).Add(-time.Duration(20+round) * 10 * time.Hour)
		shared := replicas[:1]
		if round%2 == 1 {
			shared = replicas
		}
		rate, err := postToAll(shared, client.Token, s.devices, from, span)
		if err != nil {
			return err
		}
		if round%2 == 1 {
			three = append(three, rate)
		} else {
			one = append(one, rate)
		}
	}
	fmt.Printf("POST /consumo, one replica  %6.0f readings/s\n", median(one[1:]))
	fmt.Printf("POST /consumo, three        %6.0f readings/s on the same PostgreSQL and processors: %.2f of one\n", median(three[1:]), median(three[1:])/median(one[1:]))
	return nil
}

// postToAll divides the devices among servers, and returns the readings a second of all together.
func postToAll(servers []*program.Server, token string, devices []string, from time.Time, span time.Duration) (float64, error) {
	type result struct {
		l   load
		err error
	}
	results := make(chan result, len(servers))
	for i, server := range servers {
		var own []string
		for k := i; k < len(devices); k += len(servers) {
			own = append(own, devices[k])
		}
		go func() {
			l, err := postReadings(server.URL, token, own, from, span)
			results <- result{l, err}
		}()
	}
	rate := 0.0
	for range servers {
		r := <-results
		if r.err != nil {
			return 0, r.err
		}
		rate += r.l.rate
	}
	return rate, nil
}

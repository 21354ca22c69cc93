package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/holotwin/holotwin/platform/database/databasetest/pgserver"
	"github.com/holotwin/holotwin/test/program"
)

// Of the load of devices.
const (
	mqttDevices = 200
	// waitingEach is how many messages a device sends before the first is acknowledged.
	waitingEach   = 10
	streamReaders = 200
	timedReaders  = 10
	streamsEach   = 20 // of a user
	perSecond     = 500
)

// devices measures MQTT and events on PostgreSQL: messages that are committed and acknowledged, by the embedded broker and by
// Mosquitto, and how long a reading takes to its readers.
func devices(ctx context.Context, postgres *pgserver.Server, span time.Duration) error {
	return errors.Join(wholeCampus(ctx, postgres), embeddedBroker(ctx, postgres, span), outsideBroker(ctx, postgres, span), liveEvents(ctx, postgres, span))
}

// serving starts a server on a new database, with some devices.
func serving(ctx context.Context, postgres *pgserver.Server, name string, n int, settings ...string) (client *program.Client, site string, end func(), err error) {
	if err := postgres.Run(ctx, "createdb", name); err != nil {
		return nil, "", nil, err
	}
	folder, err := os.MkdirTemp("", "holotwin-bench-")
	if err != nil {
		return nil, "", nil, err
	}
	database, err := url.Parse(postgres.URL)
	if err != nil {
		return nil, "", nil, err
	}
	database.Path = "/" + name
	server, err := program.Start(ctx, folder, database.String(), append(settings, "RATE_LIMIT_PER_MIN=0"))
	if err != nil {
		return nil, "", nil, err
	}
	end = func() { _ = server.Stop(); _ = os.RemoveAll(folder) }
	client, err = program.Login(server.URL)
	if err != nil {
		return nil, "", end, err
	}
	campus, err := client.MakeCampus(n)
	return client, campus.Site, end, err
}

func embeddedBroker(ctx context.Context, postgres *pgserver.Server, span time.Duration) error {
	address, err := program.FreeAddress()
	if err != nil {
		return err
	}
	client, site, end, err := serving(ctx, postgres, "bench_mqtt", mqttDevices, "MQTT_LISTEN="+address)
	if err != nil {
		return err
	}
	defer end()
	var key struct{ Key string }
	answer, err := client.Send(http.MethodPost, "/auth/claves", map[string]any{"name": "bench", "space_id": site})
	if err == nil {
		err = answer.JSON(&key)
	}
	if err != nil {
		return err
	}
	rate, err := publish(address, func(int) (string, string) { return "", key.Key }, span)
	fmt.Printf("MQTT, embedded broker       %6.0f messages/s, committed and acknowledged, from %d devices\n", rate, mqttDevices)
	return err
}

func outsideBroker(ctx context.Context, postgres *pgserver.Server, span time.Duration) error {
	folder, err := os.MkdirTemp("", "holotwin-bench-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(folder) }()
	broker, err := program.StartMosquitto(folder, "adapters/mqtt/mosquitto.conf")
	if err != nil {
		return err
	}
	defer func() { _ = broker.Stop() }()
	client, _, end, err := serving(ctx, postgres, "bench_mosquitto", mqttDevices, "MQTT_URL="+broker.URL())
	if err != nil {
		return err
	}
	defer end()
	begun := time.Now()
	if _, err := publish(broker.Address, func(int) (string, string) { return program.BrokerUser, program.BrokerPassword }, span); err != nil {
		return err
	}
	var last, taken int
	for wait := 0; wait < 5; {
		time.Sleep(200 * time.Millisecond)
		if taken, err = takenMessages(client); err != nil {
			return err
		}
		if wait++; taken > last {
			last, wait = taken, 0
		}
	}
	fmt.Printf("MQTT, Mosquitto between     %6.0f messages/s, committed\n", float64(taken)/(time.Since(begun)-time.Second).Seconds())
	return nil
}

var takenMetric = regexp.MustCompile(`holotwin_mqtt_messages_total\{outcome="taken"\} (\S+)`)

func takenMessages(client *program.Client) (int, error) {
	answer, err := client.Raw(http.MethodGet, "/metrics", "", nil)
	if err != nil {
		return 0, err
	}
	found := takenMetric.FindSubmatch(answer.Body)
	if found == nil {
		return 0, nil
	}
	n, err := strconv.ParseFloat(string(found[1]), 64)
	return int(n), err
}

// publish lets devices publish for a while and returns the acknowledged messages per second.
func publish(address string, login func(i int) (user, password string), span time.Duration) (float64, error) {
	var acknowledged atomic.Int64
	var failed atomic.Pointer[error]
	begun := time.Now()
	var running sync.WaitGroup
	for i := range mqttDevices {
		running.Go(func() {
			user, password := login(i)
			device := fmt.Sprintf("d%d", i)
			if user == "" {
				user = device
			}
			p, err := program.DialMQTT(address, device, user, password)
			if err != nil {
				failed.Store(&err)
				return
			}
			defer p.Close()
			at := time.Now().Add(-10 * time.Hour)
			for time.Since(begun) < span {
				var waiting []interface{ WaitTimeout(time.Duration) bool }
				for range waitingEach {
					at = at.Add(time.Second)
					waiting = append(waiting, p.Publish("holotwin/"+device+"/consumo", `{"kwh":0.0001,"interval_s":1,"timestamp":"`+at.UTC().Format(time.RFC3339)+`"}`))
				}
				for _, done := range waiting {
					if done.WaitTimeout(20 * time.Second) {
						acknowledged.Add(1)
					}
				}
			}
		})
	}
	running.Wait()
	if err := failed.Load(); err != nil {
		return 0, *err
	}
	return float64(acknowledged.Load()) / time.Since(begun).Seconds(), nil
}

func liveEvents(ctx context.Context, postgres *pgserver.Server, span time.Duration) error {
	client, _, end, err := serving(ctx, postgres, "bench_events", 50)
	if err != nil {
		return err
	}
	defer end()
	var sent sync.Map // when each reading was sent, by its instant
	var mu sync.Mutex
	var took []time.Duration
	streams, err := openStreams(client, &sent, func(d time.Duration) { mu.Lock(); took = append(took, d); mu.Unlock() })
	defer func() {
		for _, s := range streams {
			_ = s.Close()
		}
	}()
	if err != nil {
		return err
	}
	time.Sleep(time.Second)
	host := strings.TrimPrefix(client.URL, "http://")
	base := time.Now().Add(-5 * time.Hour).Truncate(time.Second)
	const posters = 20
	var running sync.WaitGroup
	for w := range posters {
		p, err := dialPoster(host, client.Token)
		if err != nil {
			return err
		}
		running.Go(func() {
			tick := time.NewTicker(time.Second * posters / perSecond)
			defer tick.Stop()
			for n := range int(span.Seconds() * perSecond / posters) {
				<-tick.C
				at := base.Add(time.Duration(n)*time.Second + time.Duration(w)*time.Millisecond)
				sent.Store(at.UnixMilli(), time.Now())
				if err := p.post(fmt.Sprintf("d%d", w), at); err != nil {
					return
				}
			}
		})
	}
	running.Wait()
	time.Sleep(time.Second)
	mu.Lock()
	defer mu.Unlock()
	if len(took) == 0 {
		return errors.New("no event came")
	}
	slices.Sort(took)
	fmt.Printf("event to reader             %6.0f ms at p99, %.0f ms median, from the sending of the reading, at %d readings/s and %d readers (%d seen)\n",
		ms(took[len(took)*99/100]), ms(took[len(took)/2]), perSecond, streamReaders, len(took))
	return nil
}

// wholeCampus times what shows the campus at once: the twin, and the list of devices with their health.
func wholeCampus(ctx context.Context, postgres *pgserver.Server) error {
	const many = 1000
	client, _, end, err := serving(ctx, postgres, "bench_twin", many)
	if err != nil {
		return err
	}
	defer end()
	now := time.Now().UTC().Truncate(time.Minute)
	for ago := range 12 {
		rows := make([]map[string]any, many)
		for i := range rows {
			rows[i] = map[string]any{"device_id": fmt.Sprintf("d%d", i), "kwh": 0.1 + float64(ago)/100, "timestamp": now.Add(-time.Duration(ago) * 15 * time.Minute).Format(time.RFC3339)}
		}
		if answer, err := client.Send(http.MethodPost, "/consumo/lote", rows); err != nil || answer.Status != http.StatusOK {
			return fmt.Errorf("the campus was not filled: %d %w", answer.Status, err)
		}
	}
	for name, path := range map[string]string{"the twin of 1,000 devices": "/api/gemelo", "1,000 devices with health": "/api/dispositivos?limit=1000"} {
		var took []time.Duration
		for range 50 {
			begun := time.Now()
			if answer, err := client.Send(http.MethodGet, path, nil); err != nil || answer.Status != http.StatusOK {
				return fmt.Errorf("%s: %d %w", path, answer.Status, err)
			}
			took = append(took, time.Since(begun))
		}
		slices.Sort(took)
		fmt.Printf("%-27s %6.1f ms median, %.1f ms at the most\n", name, ms(took[len(took)/2]), ms(took[len(took)-1]))
	}
	return nil
}

// openStreams opens the streams of all readers; the first ones measure how long readings took to reach them.
func openStreams(admin *program.Client, sent *sync.Map, took func(time.Duration)) (streams []net.Conn, err error) {
	readers, err := viewers(admin, streamReaders/streamsEach)
	if err != nil {
		return nil, err
	}
	for i := range streamReaders {
		conn, err := openStream(readers[i/streamsEach])
		if err != nil {
			return streams, err
		}
		streams = append(streams, conn)
		if i >= timedReaders {
			go func() { _, _ = io.Copy(io.Discard, conn) }()
			continue
		}
		go readTimes(conn, sent, took)
	}
	return streams, nil
}

// viewers logs new users in: one alone may not open that many streams.
func viewers(admin *program.Client, n int) (all []*program.Client, err error) {
	for i := range n {
		body := map[string]any{"email": fmt.Sprintf("v%d@usc.edu.co", i), "password": program.AdminPassword, "role": "viewer"}
		if answer, err := admin.Send(http.MethodPost, "/auth/usuarios", body); err != nil || answer.Status != http.StatusCreated {
			return nil, fmt.Errorf("no viewer: %d %w", answer.Status, err)
		}
		answer, err := admin.Send(http.MethodPost, "/auth/login", map[string]any{"email": body["email"], "password": body["password"]})
		if err != nil {
			return nil, err
		}
		var granted struct {
			AccessToken string `json:"access_token"`
		}
		if err := answer.JSON(&granted); err != nil {
			return nil, err
		}
		all = append(all, &program.Client{URL: admin.URL, HTTP: admin.HTTP, Token: granted.AccessToken})
	}
	return all, nil
}

// openStream opens a stream and waits until it is one.
func openStream(client *program.Client) (net.Conn, error) {
	conn, err := net.Dial("tcp", strings.TrimPrefix(client.URL, "http://"))
	if err != nil {
		return nil, err
	}
	if _, err = fmt.Fprintf(conn, "GET /api/eventos HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n\r\n", client.Token); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	const accepted = "HTTP/1.1 200"
	status := make([]byte, len(accepted))
	if _, err = io.ReadFull(conn, status); err == nil && string(status) != accepted {
		err = fmt.Errorf("the stream was refused: %s", status)
	}
	if err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return conn, nil
}

var toldAt = regexp.MustCompile(`"timestamp":"([^"]+)"`)

func readTimes(conn net.Conn, sent *sync.Map, took func(time.Duration)) {
	lines := bufio.NewScanner(conn)
	for lines.Scan() {
		found := toldAt.FindSubmatch(lines.Bytes())
		if found == nil {
			continue
		}
		at, err := time.Parse(time.RFC3339Nano, string(found[1]))
		if err != nil {
			continue
		}
		if begun, known := sent.Load(at.UnixMilli()); known {
			took(time.Since(begun.(time.Time)))
		}
	}
}

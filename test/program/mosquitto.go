package program

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// Mosquitto is a broker that runs with the settings that the project ships.
type Mosquitto struct {
	// Address is its host and port.
	Address string

	folder  string
	process *exec.Cmd
}

// The user that may log in.
const (
	BrokerUser     = "holotwin"
	BrokerPassword = "una-clave-de-broker"
)

// StartMosquitto starts one in a folder on a free port of the loopback range, with more settings of its listener.
func StartMosquitto(folder, settings string, listener ...string) (*Mosquitto, error) {
	address, err := FreeAddress()
	if err != nil {
		return nil, err
	}
	shipped, err := os.ReadFile(settings)
	if err != nil {
		return nil, err
	}
	_, port, _ := net.SplitHostPort(address)
	passwords := filepath.Join(folder, "passwd")
	config := strings.NewReplacer(
		"/etc/mosquitto/passwd", passwords, "listener 1883", "listener "+port+" 127.0.0.1\n"+strings.Join(listener, "\n"), "/var/lib/mosquitto/", folder+"/",
	).Replace(string(shipped)) + "\nuser root\nlog_dest stderr\n"
	if err := os.WriteFile(filepath.Join(folder, "mosquitto.conf"), []byte(config), 0o600); err != nil {
		return nil, err
	}
	if out, err := exec.Command("mosquitto_passwd", "-c", "-b", passwords, BrokerUser, BrokerPassword).CombinedOutput(); err != nil {
		return nil, fmt.Errorf("mosquitto_passwd, which apt-get install mosquitto brings: %w: %s", err, out)
	}
	m := &Mosquitto{Address: address, folder: folder}
	return m, m.Start()
}

// Start starts it, again.
func (m *Mosquitto) Start() error {
	program := "mosquitto"
	if _, err := exec.LookPath(program); err != nil {
		program = "/usr/sbin/mosquitto"
	}
	m.process = exec.Command(program, "-c", filepath.Join(m.folder, "mosquitto.conf"))
	if err := m.process.Start(); err != nil {
		return fmt.Errorf("mosquitto, which apt-get install mosquitto brings: %w", err)
	}
	for range 2400 {
		if conn, err := net.Dial("tcp", m.Address); err == nil {
			return conn.Close()
		}
		time.Sleep(50 * time.Millisecond)
	}
	return fmt.Errorf("mosquitto does not listen on %s", m.Address)
}

// Stop ends it, as the system does when it is shut down.
func (m *Mosquitto) Stop() error {
	_ = m.process.Process.Signal(syscall.SIGTERM)
	_ = m.process.Wait()
	return nil
}

// URL is the broker's, as MQTT_URL takes it.
func (m *Mosquitto) URL() string {
	return "mqtt://" + BrokerUser + ":" + BrokerPassword + "@" + m.Address
}

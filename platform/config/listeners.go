package config

import (
	"errors"
	"net"
	"strconv"
)

// checkAddress sets HTTPAddr from PORT if only that is set.
func (c *Config) checkAddress() error {
	name := "HTTP_ADDR"
	if c.HTTPAddr == "" {
		name, c.HTTPAddr = "PORT", ":8000"
		if c.Port != "" {
			c.HTTPAddr = ":" + c.Port
		}
	}
	return checkListen(name, c.HTTPAddr)
}

// checkListeners checks the addresses beside HTTPAddr, and that no two are the same.
func (c *Config) checkListeners() error {
	problems := []error{both("TLS_CERT", c.TLSCert, "TLS_KEY", c.TLSKey)}
	taken := []struct{ name, address string }{{"HTTP_ADDR", c.HTTPAddr}}
	for _, one := range []struct{ name, address string }{{"METRICS_ADDR", c.MetricsAddr}, {"MQTT_LISTEN", c.MQTTListen}} {
		if one.address == "" {
			continue
		}
		err := checkListen(one.name, one.address)
		for _, other := range taken {
			if err == nil && sameListener(one.address, other.address) {
				err = fault(one.name, "the same address as that of "+other.name, "use another port")
			}
		}
		taken = append(taken, one)
		problems = append(problems, err)
	}
	return errors.Join(problems...)
}

func checkListen(name, address string) error {
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		return fault(name, "not an address", "use host:port or :port")
	}
	if n, err := strconv.Atoi(port); err != nil || n < 0 || n > 65535 {
		return fault(name, "not a port", "use a number from 0 to 65535")
	}
	return nil
}

// sameListener reports whether two addresses cannot be listened on at once.
func sameListener(a, b string) bool {
	host, port, _ := net.SplitHostPort(a)
	otherHost, otherPort, _ := net.SplitHostPort(b)
	if port != otherPort || port == "0" {
		return false
	}
	return host == otherHost || isEveryHost(host) || isEveryHost(otherHost)
}

func isEveryHost(host string) bool {
	ip := net.ParseIP(host)
	return host == "" || (ip != nil && ip.IsUnspecified())
}

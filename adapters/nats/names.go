package nats

import (
	"errors"
	"net/url"
	"regexp"
	"strings"
)

// ErrAddress is an invalid address of a NATS server.
var ErrAddress = errors.New("NATS_URL: not the address of a NATS server; use nats://host:port or tls://host:port, with /name where campuses share the server, and commas between servers")

// names are the names on the server.
type names struct {
	// committed is the subject of the notifications; events is the beginning of the subjects of events, up to the source's name.
	committed, events string
	stream            string
}

// campusName is a name that can be in a subject and in the name of a stream.
var campusName = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)

// CheckAddress checks the addresses of the servers. Errors: ErrAddress.
func CheckAddress(address string) error {
	_, _, err := parseAddress(address, "")
	return err
}

// parseAddress returns the addresses of the servers, and the names. A path in the address, such as nats://host/cali, keeps apart the
// names of campuses that share a server: otherwise the readers of one would get the events of all. Without a path, the name is the
// campus of the database, which may be a schema.
func parseAddress(address, schema string) (servers string, n names, err error) {
	campus, all := "", strings.Split(address, ",")
	for i, server := range all {
		u, err := url.Parse(strings.TrimSpace(server))
		if err != nil || u.Host == "" || (u.Scheme != "nats" && u.Scheme != "tls") {
			return "", names{}, ErrAddress
		}
		path := strings.Trim(u.Path, "/")
		if path != "" && (!campusName.MatchString(path) || (campus != "" && campus != path)) {
			return "", names{}, ErrAddress
		}
		if path != "" {
			campus = path
		}
		u.Path = ""
		all[i] = u.String()
	}
	if campus == "" {
		campus = schema
	}
	n = names{committed: "holotwin.committed", events: "holotwin.events.", stream: "HOLOTWIN_EVENTS"}
	if campus != "" {
		n = names{committed: "holotwin." + campus + ".committed", events: "holotwin." + campus + ".events.", stream: "HOLOTWIN_EVENTS_" + campus}
	}
	return strings.Join(all, ","), n, nil
}

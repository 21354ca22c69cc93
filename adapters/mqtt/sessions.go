package mqtt

import (
	"sync"

	mochi "github.com/mochi-mqtt/server/v2"

	"github.com/holotwin/holotwin/modules/energy"
)

// session is a connection that has logged in.
type session struct {
	client *mochi.Client
	name   sessionName
	caller energy.Caller
}

// sessionName identifies a session. A client id is valid only together with its key and device: with the same three, a device
// takes over its own earlier connection, and no other.
type sessionName struct {
	key      string
	device   energy.DeviceID
	clientID string
}

// id returns the name as one text: packet ids count within it, across takeovers.
func (s *session) id() string {
	return s.caller.Subject + "\x00" + string(s.name.device) + "\x00" + s.name.clientID
}

// sessions holds the connected sessions, with an index for each lookup.
type sessions struct {
	mu       sync.Mutex
	byClient map[*mochi.Client]*session
	byName   map[sessionName]*session
	byKey    map[string]map[*session]struct{}
	closed   bool
}

func newSessions() *sessions {
	return &sessions{byClient: make(map[*mochi.Client]*session), byName: make(map[sessionName]*session), byKey: make(map[string]map[*session]struct{})}
}

// Limits of a key's connections. Each device may reconnect before its earlier connection is noticed to be gone, hence two for
// each. The rest is for a person who debugs, or for unregistered devices of a space. A key has at most half of all connections.
const (
	perDevice       = 2
	spareForDevices = 8
	spareForSpace   = 500
	perKey          = maxSessions / 2
)

// maxSessionsOf returns the number of connections of a caller that may report for so many devices.
func maxSessionsOf(caller energy.Caller, devices int) int {
	spare := spareForSpace
	if len(caller.Devices) > 0 {
		spare = spareForDevices
	}
	return min(perDevice*devices+spare, perKey)
}

// admission is the result of admitting a connection as a session.
type admission int

const (
	admitted admission = iota
	keyAtLimit
	brokerAtLimit
	brokerClosed
)

// admit adds a session. It returns the removed session of the same name that it takes over, if any.
func (s *sessions) admit(one *session, maxOfKey int) (former *session, outcome admission) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, brokerClosed
	}
	if former = s.byName[one.name]; former != nil {
		s.drop(former)
	}
	switch {
	case len(s.byKey[one.name.key]) >= maxOfKey:
		return former, keyAtLimit
	case len(s.byClient) >= maxSessions:
		return former, brokerAtLimit
	}
	if s.byKey[one.name.key] == nil {
		s.byKey[one.name.key] = make(map[*session]struct{})
	}
	s.byClient[one.client], s.byName[one.name], s.byKey[one.name.key][one] = one, one, struct{}{}
	return former, admitted
}

// remove removes a session and reports whether it was there.
func (s *sessions) remove(one *session) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.byClient[one.client] != one {
		return false
	}
	s.drop(one)
	return true
}

// drop removes a session; s.mu is held.
func (s *sessions) drop(one *session) {
	delete(s.byClient, one.client)
	if s.byName[one.name] == one {
		delete(s.byName, one.name)
	}
	delete(s.byKey[one.name.key], one)
	if len(s.byKey[one.name.key]) == 0 {
		delete(s.byKey, one.name.key)
	}
}

// sessionOf returns the session of a connection; nil if it has none any more.
func (s *sessions) sessionOf(client *mochi.Client) *session {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.byClient[client]
}

// close admits no more sessions.
func (s *sessions) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
}

func (s *sessions) len() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.byClient)
}

// all returns the sessions of each key.
func (s *sessions) all() map[string][]*session {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := make(map[string][]*session, len(s.byKey))
	for key, held := range s.byKey {
		for one := range held {
			all[key] = append(all[key], one)
		}
	}
	return all
}

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

// sessionName is what a connection goes by. A client id is good only beside the key and the device that it came with: with the
// same three a device takes over from its connection of before, and nobody else's.
type sessionName struct {
	key      string
	device   energy.DeviceID
	clientID string
}

// id is the session as one text: packet ids count within it, across the connections that take over from each other.
func (s *session) id() string {
	return s.caller.Subject + "\x00" + string(s.name.device) + "\x00" + s.name.clientID
}

// sessions are those that are connected now, by what is asked of them.
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

// Bounds of what a key may hold. Each of its devices may come back before it is noticed that its connection of before is gone,
// hence two for each; the rest is for a person who looks, or for devices of a space that nobody has registered yet. No key holds
// more than half of all.
const (
	perDevice      = 2
	spareOfDevices = 8
	spareOfSpace   = 500
	perKey         = maxSessions / 2
)

// maxSessionsOf is how many connections a caller may hold that may report for so many devices.
func maxSessionsOf(caller energy.Caller, devices int) int {
	spare := spareOfSpace
	if len(caller.Devices) > 0 {
		spare = spareOfDevices
	}
	return min(perDevice*devices+spare, perKey)
}

// admission is what became of a connection that wants to be a session.
type admission int

const (
	admitted admission = iota
	keyIsFull
	allIsFull
	noneAnyMore
)

// admit takes a session in, and gives the one of the same name that it takes over from, if any: that one is out.
func (s *sessions) admit(one *session, maxOfKey int) (former *session, outcome admission) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, noneAnyMore
	}
	if former = s.byName[one.name]; former != nil {
		s.drop(former)
	}
	switch {
	case len(s.byKey[one.name.key]) >= maxOfKey:
		return former, keyIsFull
	case len(s.byClient) >= maxSessions:
		return former, allIsFull
	}
	if s.byKey[one.name.key] == nil {
		s.byKey[one.name.key] = make(map[*session]struct{})
	}
	s.byClient[one.client], s.byName[one.name], s.byKey[one.name.key][one] = one, one, struct{}{}
	return former, admitted
}

// remove takes a session out, and tells whether it was in.
func (s *sessions) remove(one *session) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.byClient[one.client] != one {
		return false
	}
	s.drop(one)
	return true
}

// drop forgets a session; s.mu is held.
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

// of is the session of a connection; nil where it has none, or has it no more.
func (s *sessions) of(client *mochi.Client) *session {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.byClient[client]
}

// close lets nobody in any more.
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

// all are the sessions of each key.
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

package dialect

import (
	"strings"
	"sync"

	"github.com/holotwin/holotwin/modules/energy"
)

// memory holds facts from a sender's messages that later ones need: the units of its topics, the energy that a channel returned,
// and what discovery announced. They apply to that sender's messages only.
type memory struct {
	all  *memories
	from string
}

// memories holds the memory of all senders. A campus has some thousands of channels.
type memories struct {
	mu       sync.Mutex
	facts    map[string]string
	entities map[string][]entity // by sender and state topic
	held     map[string]entryCount
	total    entryCount
}

// entryCount counts what is remembered.
type entryCount struct{ facts, entities int }

// Limits of the memory, in all and for one sender, so that no API key fills the memory or takes the room of others. An outside
// broker is one sender.
const (
	maxFacts, maxFactsOfKey       = 50_000, 5_000
	maxEntities, maxEntitiesOfKey = 10_000, 1_000
	// maxAtTopic is the number of entities of a topic.
	maxAtTopic = 50
	// maxText is how much of a text is kept, in bytes.
	maxText = 250
)

func newMemories() *memories {
	return &memories{facts: make(map[string]string), entities: make(map[string][]entity), held: make(map[string]entryCount)}
}

// add counts entries, if there is room; all.mu is held.
func (mem memory) add(more entryCount) bool {
	of, total := mem.all.held[mem.from], mem.all.total
	of.facts, of.entities = of.facts+more.facts, of.entities+more.entities
	total.facts, total.entities = total.facts+more.facts, total.entities+more.entities
	if total.facts > maxFacts || total.entities > maxEntities {
		return false
	}
	if mem.from != "" && (of.facts > maxFactsOfKey || of.entities > maxEntitiesOfKey) {
		return false
	}
	mem.all.held[mem.from], mem.all.total = of, total
	return true
}

// key returns the key of an entry.
func (mem memory) key(words ...string) string {
	return mem.from + "\x00" + strings.Join(words, "\x00")
}

func (mem memory) remember(address, what, value string) {
	if len(value) > maxText {
		return
	}
	mem.all.mu.Lock()
	defer mem.all.mu.Unlock()
	key := mem.key(address, what)
	if _, is := mem.all.facts[key]; is || mem.add(entryCount{facts: 1}) {
		mem.all.facts[key] = strings.Clone(value)
	}
}

func (mem memory) recall(address, what string) string {
	mem.all.mu.Lock()
	defer mem.all.mu.Unlock()
	return mem.all.facts[mem.key(address, what)]
}

// keepEntity adds an entity and replaces the one with the same path.
func (mem memory) keepEntity(topic string, e entity) {
	path := strings.Join(e.path, ".")
	if len(topic) > longestTopic || len(path) > maxText {
		return
	}
	e.name = strings.Clone(strings.ToValidUTF8(e.name[:min(len(e.name), maxText)], ""))
	for i := range e.path {
		e.path[i] = strings.Clone(e.path[i]) // without keeping the whole message in memory
	}
	mem.all.mu.Lock()
	defer mem.all.mu.Unlock()
	key := mem.key(topic)
	at := mem.all.entities[key]
	for i := range at {
		if strings.Join(at[i].path, ".") == path {
			at[i] = e
			return
		}
	}
	if len(at) < maxAtTopic && mem.add(entryCount{entities: 1}) {
		mem.all.entities[key] = append(at, e)
	}
}

func (mem memory) entitiesAt(topic string) []entity {
	mem.all.mu.Lock()
	defer mem.all.mu.Unlock()
	return append([]entity(nil), mem.all.entities[mem.key(topic)]...)
}

// unitOf returns the unit of a topic that holds the value alone.
func (mem memory) unitOf(topic string) energy.Unit {
	for _, e := range mem.entitiesAt(topic) {
		if len(e.path) == 0 {
			return e.unit
		}
	}
	return ""
}

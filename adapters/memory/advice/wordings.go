package memoryadvice

import (
	"context"
	"maps"
	"time"

	"github.com/holotwin/holotwin/modules/advice"
	"github.com/holotwin/holotwin/modules/advice/words"
)

// KeepWording stores a wording and deletes those older than advice.WordingLife.
func (s *Store) KeepWording(_ context.Context, key string, t words.Text, at time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	maps.DeleteFunc(s.wordings, func(_ string, old wording) bool { return old.at.Before(at.Add(-advice.WordingLife)) })
	s.wordings[key] = wording{Text: t, at: at}
	return nil
}

// KeptWordings returns the wordings of some keys.
func (s *Store) KeptWordings(_ context.Context, keys []string) (map[string]words.Text, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	kept := make(map[string]words.Text)
	for _, key := range keys {
		if w, known := s.wordings[key]; known {
			kept[key] = w.Text
		}
	}
	return kept, nil
}

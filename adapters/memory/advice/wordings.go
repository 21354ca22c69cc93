package memoryadvice

import (
	"context"
	"maps"
	"time"

	"github.com/holotwin/holotwin/modules/advice/recommendations"
	"github.com/holotwin/holotwin/modules/advice/text"
)

// KeepWording stores a wording and deletes those older than recommendations.WordingLife.
func (s *Store) KeepWording(_ context.Context, key string, t text.Text, at time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	maps.DeleteFunc(s.wordings, func(_ string, old wording) bool { return old.at.Before(at.Add(-recommendations.WordingLife)) })
	s.wordings[key] = wording{Text: t, at: at}
	return nil
}

// KeptWordings returns the wordings of some keys.
func (s *Store) KeptWordings(_ context.Context, keys []string) (map[string]text.Text, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	kept := make(map[string]text.Text)
	for _, key := range keys {
		if w, known := s.wordings[key]; known {
			kept[key] = w.Text
		}
	}
	return kept, nil
}

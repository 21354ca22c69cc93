package advice

import (
	"encoding/json"
	"fmt"
	"time"
)

// LiveEvent is sent to those who watch the campus and may see the device or the space. Data is a JSON object.
type LiveEvent struct {
	Kind string
	// Device is the device that the event is about, Space the space of it; each may be empty.
	Device, Space string
	Data          []byte
}

// StatusEvent returns the event of a stored recommendation. changed is false if there is none: the recommendation was stored
// before, and neither its status nor whether its cause is still detected changed. was is nil for a new recommendation.
func StatusEvent(was *Recommendation, r Recommendation) (e LiveEvent, changed bool, err error) {
	if was != nil && was.Status == r.Status && was.StillDetected == r.StillDetected {
		return LiveEvent{}, false, nil
	}
	device := ""
	if r.Target.Level == OfDevice {
		device = r.Target.ID
	}
	data, err := json.Marshal(struct {
		ID       string    `json:"id"`
		Kind     string    `json:"kind"`
		Status   string    `json:"status"`
		Standing bool      `json:"standing"`
		Device   string    `json:"device_id,omitempty"`
		Space    string    `json:"space_id,omitempty"`
		Updated  time.Time `json:"timestamp"`
	}{r.ID, string(r.Finding.Kind), string(r.Status), r.StillDetected, device, r.Space, r.Updated.UTC()})
	if err != nil {
		return LiveEvent{}, false, fmt.Errorf("encode the event of recommendation %s: %w", r.ID, err)
	}
	return LiveEvent{Kind: "recommendation", Device: device, Space: r.Space, Data: data}, true, nil
}

package program

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// answerFor is far above what an answer takes, also where every core is busy with other work.
const answerFor = 10 * time.Minute

// Stream is an open stream of server-sent events.
type Stream struct {
	// Last is the id that the reader would come back with.
	Last string

	events chan StreamEvent
	end    context.CancelFunc
}

// StreamEvent is one event.
type StreamEvent struct{ ID, Kind, Data string }

// Follow opens a stream; last is the id after which it goes on, or empty.
func (c *Client) Follow(path, last string) (*Stream, error) {
	ctx, cancel := context.WithCancel(context.Background())
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, c.URL+path, nil)
	if err != nil {
		cancel()
		return nil, err
	}
	request.Header.Set("Authorization", "Bearer "+c.Token)
	if last != "" {
		request.Header.Set("Last-Event-ID", last)
	}
	answer, err := (&http.Client{Transport: &http.Transport{}}).Do(request)
	if err != nil {
		cancel()
		return nil, err
	}
	if answer.StatusCode != http.StatusOK {
		cancel()
		_ = answer.Body.Close()
		return nil, fmt.Errorf("stream %s: %s", path, answer.Status)
	}
	s := &Stream{Last: last, events: make(chan StreamEvent, 100_000), end: cancel}
	begun := make(chan string, 1)
	go func() {
		defer close(s.events)
		defer func() { _ = answer.Body.Close() }()
		readEvents(bufio.NewScanner(answer.Body), begun, s.events)
	}()
	select {
	case place := <-begun: // events after it are received
		s.Last = place
		return s, nil
	case <-time.After(answerFor):
		cancel()
		return nil, fmt.Errorf("stream %s did not say where it begins", path)
	}
}

func readEvents(lines *bufio.Scanner, begun chan<- string, into chan<- StreamEvent) {
	var e StreamEvent
	for lines.Scan() {
		field, value, _ := strings.Cut(lines.Text(), ": ")
		switch field {
		case "id":
			e.ID = value
			select {
			case begun <- value:
			default:
			}
		case "event":
			e.Kind = value
		case "data":
			e.Data = value
		case "":
			if e.Data != "" {
				into <- e
			}
			e = StreamEvent{}
		}
	}
}

// Next waits for an event.
func (s *Stream) Next(wait time.Duration) (StreamEvent, error) {
	select {
	case e, open := <-s.events:
		if !open {
			return e, fmt.Errorf("the stream has ended")
		}
		s.Last = e.ID
		return e, nil
	case <-time.After(wait):
		return StreamEvent{}, fmt.Errorf("no event came within %s", wait)
	}
}

// Close leaves the stream.
func (s *Stream) Close() { s.end() }

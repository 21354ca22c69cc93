package program

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"
)

// Client calls a server as one user.
type Client struct {
	URL   string
	Token string
	Key   string // an API key, in place of Token
	HTTP  *http.Client
	// Check, if set, checks every answer.
	Check func(method, path string, a Answer) error
}

// Answer is what came back.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
}

// Login logs the first administrator in.
func Login(url string) (*Client, error) {
	c := &Client{URL: url, HTTP: &http.Client{
		Timeout: 10 * time.Minute, Transport: &http.Transport{MaxIdleConnsPerHost: 128},
	}}
	answer, err := c.Send(http.MethodPost, "/auth/login", map[string]string{"email": AdminEmail, "password": AdminPassword})
	if err != nil {
		return nil, err
	}
	var granted struct {
		AccessToken string `json:"access_token"`
	}
	if answer.Status != http.StatusOK {
		return nil, fmt.Errorf("login: %d %s", answer.Status, answer.Body)
	}
	err = json.Unmarshal(answer.Body, &granted)
	c.Token = granted.AccessToken
	return c, err
}

// Send sends a body as JSON; nil sends none.
func (c *Client) Send(method, path string, body any) (Answer, error) {
	var raw io.Reader
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			return Answer{}, err
		}
		raw = bytes.NewReader(b)
	}
	return c.Raw(method, path, "application/json", raw)
}

// Raw sends a body unchanged; header has further name, value pairs.
func (c *Client) Raw(method, path, contentType string, body io.Reader, header ...string) (Answer, error) {
	request, err := http.NewRequest(method, c.URL+path, body)
	if err != nil {
		return Answer{}, err
	}
	if body != nil {
		request.Header.Set("Content-Type", contentType)
	}
	if c.Key != "" {
		request.Header.Set("X-API-Key", c.Key)
	}
	if c.Token != "" {
		request.Header.Set("Authorization", "Bearer "+c.Token)
	}
	for i := 0; i+1 < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	response, err := c.HTTP.Do(request)
	if err != nil {
		return Answer{}, err
	}
	defer func() { _ = response.Body.Close() }()
	read, err := io.ReadAll(response.Body)
	answer := Answer{Status: response.StatusCode, Header: response.Header, Body: read}
	if err == nil && c.Check != nil {
		err = c.Check(method, path, answer)
	}
	return answer, err
}

// JSON reads the body.
func (a Answer) JSON(into any) error { return json.Unmarshal(a.Body, into) }

// Campus is a small campus for tests: a site, a room in it, and devices in the room.
type Campus struct {
	Site, Room string
	Devices    []string
}

// MakeCampus makes one with n devices, d0 to dn-1, of 10 kW.
func (c *Client) MakeCampus(n int) (Campus, error) {
	var campus Campus
	var err error
	if campus.Site, err = c.make("/api/espacios", map[string]any{"name": "Universidad", "kind": "site"}); err != nil {
		return campus, err
	}
	if campus.Room, err = c.make("/api/espacios", map[string]any{"name": "Sala de Juegos", "kind": "room", "parent_id": campus.Site}); err != nil {
		return campus, err
	}
	err = c.fill(&campus, campus.Room, n)
	return campus, err
}

// MakeRooms makes a site of so many rooms with n devices each, d0 being the first of the first room.
func (c *Client) MakeRooms(rooms, n int) (Campus, error) {
	var campus Campus
	var err error
	if campus.Site, err = c.make("/api/espacios", map[string]any{"name": "Universidad", "kind": "site"}); err != nil {
		return campus, err
	}
	for i := range rooms {
		room, err := c.make("/api/espacios", map[string]any{"name": fmt.Sprintf("Sala %d", i), "kind": "room", "parent_id": campus.Site})
		if err != nil {
			return campus, err
		}
		if err := c.fill(&campus, room, n); err != nil {
			return campus, err
		}
	}
	return campus, nil
}

// fill puts n more devices into a room.
func (c *Client) fill(campus *Campus, room string, n int) error {
	for range n {
		i := len(campus.Devices)
		id, err := c.make("/api/dispositivos", map[string]any{
			"id": fmt.Sprintf("d%d", i), "name": fmt.Sprintf("Equipo %d", i), "kind": "appliance", "space_id": room, "rated_w": 10_000,
		})
		if err != nil {
			return err
		}
		campus.Devices = append(campus.Devices, id)
	}
	return nil
}

func (c *Client) make(path string, body any) (id string, err error) {
	answer, err := c.Send(http.MethodPost, path, body)
	if err != nil {
		return "", err
	}
	var made struct{ ID string }
	if answer.Status != http.StatusCreated {
		return "", fmt.Errorf("POST %s: %d %s", path, answer.Status, answer.Body)
	}
	err = answer.JSON(&made)
	return made.ID, err
}

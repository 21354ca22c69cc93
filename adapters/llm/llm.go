// Package llm asks a language model to improve the wording of recommendations, over OpenAI's chat protocol or Gemini's. The
// caller checks that the new wording still says the same.
package llm

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/holotwin/holotwin/modules/advice/recommendations"
	"github.com/holotwin/holotwin/modules/advice/text"
	"github.com/holotwin/holotwin/platform/httpclient"
)

// Settings configure the model. URL is the base of an OpenAI-compatible API (…/v1), or of Gemini's (…/v1beta).
type Settings struct{ URL, APIKey, Model string }

// Client implements advice.Rewriter.
type Client struct {
	settings Settings
	http     *http.Client
}

var _ recommendations.Rewriter = (*Client)(nil)

const (
	// answerTime is the maximum time to wait for an answer, maxAnswer its maximum size in bytes.
	answerTime = 30 * time.Second
	maxAnswer  = 64 << 10
	geminiHost = "generativelanguage.googleapis.com"
)

// New returns a client. It does not connect yet.
func New(s Settings) *Client {
	s.URL = strings.TrimSuffix(s.URL, "/")
	return &Client{settings: s, http: httpclient.New(httpclient.Limits{Answer: answerTime, Body: maxAnswer})}
}

// Reword returns better wording. Errors: recommendations.ErrUnreadable if the answer is not the three parts; another error if there is no answer.
func (c *Client) Reword(ctx context.Context, l text.Language, original text.Text) (text.Text, error) {
	given, err := json.Marshal(map[string]string{"title": original.Title, "message": original.Message, "action": original.Action})
	if err != nil {
		return text.Text{}, err
	}
	answer, err := c.complete(ctx, instruction(l), string(given))
	if err != nil {
		return text.Text{}, err
	}
	// Models often wrap the JSON in a code fence.
	begin, end := strings.IndexByte(answer, '{'), strings.LastIndexByte(answer, '}')
	var better struct{ Title, Message, Action string }
	if begin < 0 || end < begin || json.Unmarshal([]byte(answer[begin:end+1]), &better) != nil {
		return text.Text{}, recommendations.ErrUnreadable
	}
	return text.Text{Title: strings.TrimSpace(better.Title), Message: strings.TrimSpace(better.Message), Action: strings.TrimSpace(better.Action)}, nil
}

func instruction(l text.Language) string {
	language := "Spanish of Colombia, formal (usted)"
	if l == text.English {
		language = "English"
	}
	return "You reword advice on energy for the manager of a university campus, in " + language + ": plain, short and friendly. " +
		"Keep every number, unit, hour and quoted name exactly as it is written; add none, drop none, write none in words. Promise nothing more. " +
		`Answer with a JSON object of "title", "message" and "action", and nothing else.`
}

// complete sends one question and returns the model's text.
func (c *Client) complete(ctx context.Context, system, user string) (string, error) {
	if strings.Contains(c.settings.URL, geminiHost) {
		return c.completeGemini(ctx, system, user)
	}
	type message struct {
		Role    string `json:"role"`
		Content string `json:"content"`
	}
	var answer struct {
		Choices []struct{ Message message }
	}
	err := c.post(ctx, c.settings.URL+"/chat/completions", "Authorization", "Bearer "+c.settings.APIKey, map[string]any{
		"model": c.settings.Model, "temperature": 0.3, "messages": []message{{"system", system}, {"user", user}},
	}, &answer)
	if err != nil {
		return "", err
	}
	if len(answer.Choices) == 0 {
		return "", recommendations.ErrUnreadable
	}
	return answer.Choices[0].Message.Content, nil
}

func (c *Client) completeGemini(ctx context.Context, system, user string) (string, error) {
	type part struct {
		Text string `json:"text"`
	}
	type content struct {
		Parts []part `json:"parts"`
	}
	var answer struct {
		Candidates []struct{ Content content }
	}
	err := c.post(ctx, c.settings.URL+"/models/"+c.settings.Model+":generateContent", "X-Goog-Api-Key", c.settings.APIKey, map[string]any{
		"system_instruction": content{[]part{{system}}}, "contents": []content{{[]part{{user}}}},
	}, &answer)
	if err != nil {
		return "", err
	}
	if len(answer.Candidates) == 0 || len(answer.Candidates[0].Content.Parts) == 0 {
		return "", recommendations.ErrUnreadable
	}
	return answer.Candidates[0].Content.Parts[0].Text, nil
}

// post sends JSON and reads JSON. Its errors contain the status and never what was sent.
func (c *Client) post(ctx context.Context, url, header, key string, body, answer any) (err error) {
	sent, err := json.Marshal(body)
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(sent))
	if err != nil {
		return errors.New("LLM_URL: not a valid URL")
	}
	request.Header.Set("Content-Type", "application/json")
	if c.settings.APIKey != "" {
		request.Header.Set(header, key)
	}
	response, err := c.http.Do(request)
	if err != nil {
		return fmt.Errorf("LLM_URL: no answer: %w", httpclient.Cause(err))
	}
	defer func() { err = errors.Join(err, response.Body.Close()) }()
	read, err := io.ReadAll(response.Body)
	if err != nil {
		return fmt.Errorf("LLM_URL: incomplete answer: %w", err)
	}
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("LLM_URL: answered %d", response.StatusCode)
	}
	if json.Unmarshal(read, answer) != nil {
		return recommendations.ErrUnreadable
	}
	return nil
}

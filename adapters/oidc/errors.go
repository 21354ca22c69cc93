package oidc

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"unicode"

	"github.com/holotwin/holotwin/modules/auth"
	"github.com/holotwin/holotwin/platform/httpclient"
)

// unavailable is a provider that cannot be asked, and why, for the log.
func unavailable(what string, err error) error {
	return fmt.Errorf("%w: %s: %s", auth.ErrUnavailable, what, redacted(nil, httpclient.Cause(err).Error()))
}

// failedOnTheWay tells a provider that did not answer, or not with success, from one whose answer is wrong.
func failedOnTheWay(err error) bool {
	var failed *url.Error
	return errors.As(err, &failed)
}

// answered is a status that is none of success.
type answered int

func (a answered) Error() string { return fmt.Sprintf("answered %d", int(a)) }

// documents reads a document whole, and makes an error of one that cannot be had: the library would put the answer into one of
// its own, or lose what kind of error it was.
type documents struct{ next http.RoundTripper }

func (d documents) RoundTrip(r *http.Request) (*http.Response, error) {
	response, err := d.next.RoundTrip(r)
	if err != nil || r.Method != http.MethodGet {
		return response, err
	}
	if response.StatusCode >= http.StatusBadRequest {
		return nil, errors.Join(answered(response.StatusCode), response.Body.Close())
	}
	body, err := io.ReadAll(response.Body)
	if err = errors.Join(err, response.Body.Close()); err != nil {
		return nil, err
	}
	response.Body = io.NopCloser(bytes.NewReader(body))
	return response, nil
}

// longestReason bounds what a log line takes of a provider's words.
const longestReason = 300

// redacted is a provider's words as one line of a log, without secrets that it repeats.
func redacted(secrets []string, text string) string {
	for _, secret := range secrets {
		if secret != "" {
			text = strings.NewReplacer(secret, "…", url.QueryEscape(secret), "…").Replace(text)
		}
	}
	text = strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return ' '
	}, text)
	if runes := []rune(text); len(runes) > longestReason {
		return string(runes[:longestReason]) + "…"
	}
	return text
}

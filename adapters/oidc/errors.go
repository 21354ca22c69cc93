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

// unavailable wraps auth.ErrUnavailable with the cause for the log.
func unavailable(what string, err error) error {
	return fmt.Errorf("%w: %s: %s", auth.ErrUnavailable, what, redacted(nil, httpclient.Cause(err).Error()))
}

// isTransportError reports whether the provider did not answer, or not with success. A wrong answer is another error.
func isTransportError(err error) bool {
	var failed *url.Error
	return errors.As(err, &failed)
}

// badStatus is an HTTP status that is not a success.
type badStatus int

func (a badStatus) Error() string { return fmt.Sprintf("answered %d", int(a)) }

// wholeDocuments reads a whole document and returns an error if that fails. The library itself would put the answer's text into its
// error, or lose the kind of error.
type wholeDocuments struct{ next http.RoundTripper }

func (d wholeDocuments) RoundTrip(r *http.Request) (*http.Response, error) {
	response, err := d.next.RoundTrip(r)
	if err != nil || r.Method != http.MethodGet {
		return response, err
	}
	if response.StatusCode >= http.StatusBadRequest {
		return nil, errors.Join(badStatus(response.StatusCode), response.Body.Close())
	}
	body, err := io.ReadAll(response.Body)
	if err = errors.Join(err, response.Body.Close()); err != nil {
		return nil, err
	}
	response.Body = io.NopCloser(bytes.NewReader(body))
	return response, nil
}

// maxReason is the maximum number of characters of a provider's text in a log line.
const maxReason = 300

// redacted returns a provider's text as one log line, without the given secrets.
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
	if runes := []rune(text); len(runes) > maxReason {
		return string(runes[:maxReason]) + "…"
	}
	return text
}

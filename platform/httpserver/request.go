package httpserver

import (
	"context"
	"net/url"
	"runtime/debug"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"golang.org/x/text/language"

	"github.com/holotwin/holotwin/platform/problem"
)

type contextKey int

const (
	requestIDKey contextKey = iota
	languageKey
	principalKey
	reservationKey
	clientIPKey
	httpsKey
	callerKey // the caller that the handler of a public route has authenticated
	rightsKey
	noteKey     // the log line of the request
	peerCallKey // the call of another process, as a route
)

const requestIDHeader = "X-Request-Id"

// RequestID returns the id by which the request is found in the log.
func RequestID(ctx context.Context) string { return textOf(ctx, requestIDKey) }

// Language returns the language of the caller: "es" or "en".
func Language(ctx context.Context) string { return textOf(ctx, languageKey) }

// ClientIP returns the address of the client.
func ClientIP(ctx context.Context) string { return textOf(ctx, clientIPKey) }

func textOf(ctx context.Context, key contextKey) string {
	s, _ := ctx.Value(key).(string)
	return s
}

// recoverPanics is the first handler: fasthttp does not recover, so a panic in one request would end the process. It stands below
// measure too, so that a request that panicked is counted and has its log line.
func (a *API) recoverPanics(c *fiber.Ctx) (err error) {
	defer func() {
		if cause := recover(); cause != nil {
			a.logWith(c.UserContext(), zapcore.ErrorLevel, "handler panicked; the caller gets 500; report it with this line", zap.Any("cause", cause), zap.ByteString("stack", debug.Stack()))
			err = a.write(c, problem.New(problem.Internal))
		}
	}()
	return c.Next()
}

// setRequestID uses the caller's request id if it is valid, and a new one otherwise. The id is sent back and logged, so it must
// be checked.
func setRequestID(c *fiber.Ctx) error {
	id := c.Get(requestIDHeader)
	if !isRequestID(id) {
		id = randomID()
	}
	c.Set(requestIDHeader, id)
	c.Locals(requestIDKey, id)
	return c.Next()
}

func requestIDOf(c *fiber.Ctx) string {
	id, _ := c.Locals(requestIDKey).(string)
	return id
}

func isRequestID(s string) bool {
	if len(s) < 1 || len(s) > 64 {
		return false
	}
	for i := range len(s) {
		c := s[i]
		switch {
		case c >= '0' && c <= '9', c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c == '.', c == '_', c == '-':
		default:
			return false
		}
	}
	return true
}

// setSecurityHeaders sets safe headers for browsers on every answer. Pages replace the content policy with their own.
func setSecurityHeaders(c *fiber.Ctx) error {
	c.Set("X-Content-Type-Options", "nosniff")
	c.Set("X-Frame-Options", "DENY")
	c.Set("Referrer-Policy", "no-referrer")
	c.Set("Cache-Control", "no-store")
	c.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
	return c.Next()
}

// checkRequest rejects requests that no handler has to expect: compressed bodies (one can decompress to any size), URLs with
// bytes that a database cannot store, and request heads that other HTTP servers may read differently.
func checkRequest(c *fiber.Ctx) error {
	if err := rejectBadLines(c); err != nil {
		return err
	}
	if encoding := strings.ToLower(c.Get(fiber.HeaderContentEncoding)); encoding != "" && encoding != "identity" {
		return problem.New(problem.UnsupportedMediaType, "accepted", "application/json")
	}
	if raw := string(c.Request().RequestURI()); !isClean(raw) {
		return problem.Invalid(problem.Bad("url", problem.Malformed))
	}
	return c.Next()
}

func isClean(raw string) bool {
	for _, part := range strings.FieldsFunc(raw, func(r rune) bool { return r == '?' || r == '&' || r == '=' }) {
		plain, err := url.QueryUnescape(part)
		if err != nil || !utf8.ValidString(plain) || strings.ContainsFunc(plain, isControl) {
			return false
		}
	}
	return true
}

func isControl(r rune) bool { return r < 0x20 || r == 0x7f }

// limitTime gives every handler a context with a deadline.
func (a *API) limitTime(long []string) fiber.Handler {
	return func(c *fiber.Ctx) error {
		limit := RequestTime
		if slices.Contains(long, c.Path()) {
			limit = ImportTime
		}
		ctx, cancel := context.WithTimeout(c.UserContext(), limit)
		defer cancel()
		ctx = context.WithValue(ctx, languageKey, a.languageOf(c))
		ctx = context.WithValue(ctx, clientIPKey, a.clientAddress(c))
		ctx = context.WithValue(ctx, httpsKey, a.isHTTPS(c))
		c.SetUserContext(ctx)
		return c.Next()
	}
}

var supportedLanguages = language.NewMatcher([]language.Tag{language.Spanish, language.English})

// languageOf reads Accept-Language. It returns the configured locale if the caller accepts neither Spanish nor English.
func (a *API) languageOf(c *fiber.Ctx) string {
	header := c.Get(fiber.HeaderAcceptLanguage)
	if header == "" || len(header) > 200 {
		return a.locale
	}
	wanted, _, err := language.ParseAcceptLanguage(header)
	if err != nil || len(wanted) == 0 {
		return a.locale
	}
	_, index, confidence := supportedLanguages.Match(wanted...)
	if confidence == language.No {
		return a.locale
	}
	return []string{"es", "en"}[index]
}

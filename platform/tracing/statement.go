package tracing

import (
	"context"
	"strings"
	"unicode"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"
)

// Statement begins the span of an SQL statement. system is postgresql or sqlite.
func Statement(ctx context.Context, system, statement string) (context.Context, Span) {
	if !trace.SpanFromContext(ctx).IsRecording() {
		return ctx, Span{}
	}
	text := withoutValues(statement)
	verb, _, _ := strings.Cut(text, " ")
	return Continue(ctx, verb, trace.SpanKindClient, attribute.String("db.system.name", system), attribute.String("db.query.text", text))
}

// withoutValues returns a statement with ? for each text and number in it, and one space for each run of spaces. Names stay, and so do
// parameters, which are no values.
func withoutValues(statement string) string {
	var out strings.Builder
	space := false
	for i := 0; i < len(statement) && out.Len() < maxText; {
		c := statement[i]
		switch {
		case unicode.IsSpace(rune(c)):
			space = out.Len() > 0
			i++
			continue
		case space:
			out.WriteByte(' ')
			space = false
		}
		switch {
		case c == '\'':
			i = endOfQuoted(statement, i)
			out.WriteByte('?')
		case c == '"' || c == '`':
			end := endOfQuoted(statement, i)
			out.WriteString(statement[i:end])
			i = end
		case isDigit(c):
			i = endOfWord(statement, i)
			out.WriteByte('?')
		case isWord(c):
			end := endOfWord(statement, i)
			out.WriteString(statement[i:end])
			i = end
		default:
			out.WriteByte(c)
			i++
		}
	}
	return out.String()
}

// endOfQuoted returns the index after a quoted text that begins at start. A quote within it is doubled.
func endOfQuoted(s string, start int) int {
	quote := s[start]
	for i := start + 1; i < len(s); i++ {
		if s[i] != quote {
			continue
		}
		if i+1 == len(s) || s[i+1] != quote {
			return i + 1
		}
		i++
	}
	return len(s)
}

// endOfWord returns the index after a name, a parameter or a number that begins at start.
func endOfWord(s string, start int) int {
	number := isDigit(s[start])
	for i := start + 1; i < len(s); i++ {
		if !isWord(s[i]) && (!number || s[i] != '.') {
			return i
		}
	}
	return len(s)
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// isWord returns true for what is part of a name, of a parameter such as $1, or of a character beyond ASCII.
func isWord(c byte) bool {
	return isDigit(c) || c == '_' || c == '$' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80
}

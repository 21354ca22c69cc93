package httpserver

import (
	"bytes"
	"io"
	"strconv"
	"strings"
	"sync"

	"github.com/gofiber/fiber/v2"
	"github.com/klauspost/compress/gzip"
)

const (
	// compressAbove is the length from which a body is compressed, in bytes. A shorter one fits into one packet anyway.
	compressAbove = 1 << 10
	// gzipLevel reduces JSON to a tenth at some hundred MB a second.
	gzipLevel = 4
	// gzipChunk is how many bytes of a stream are read before they are compressed.
	gzipChunk = 32 << 10
)

var gzipWriters = sync.Pool{New: func() any {
	w, _ := gzip.NewWriterLevel(io.Discard, gzipLevel) // the level is valid
	return w
}}

// Accepts returns true if an Accept-Encoding header accepts a coding, by its name or by *, and not with q=0.
func Accepts(header, coding string) bool {
	accepted := false
	for part := range strings.SplitSeq(header, ",") {
		name, parameters, _ := strings.Cut(part, ";")
		name = strings.TrimSpace(name)
		taken := !isZeroQuality(parameters)
		if strings.EqualFold(name, coding) {
			return taken
		}
		if name == "*" {
			accepted = taken
		}
	}
	return accepted
}

func isZeroQuality(parameters string) bool {
	for parameter := range strings.SplitSeq(parameters, ";") {
		name, value, _ := strings.Cut(parameter, "=")
		if !strings.EqualFold(strings.TrimSpace(name), "q") {
			continue
		}
		q, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
		return err != nil || q <= 0
	}
	return false
}

// compress compresses a text answer if the client accepts gzip. Streams are compressed where they are made (Download). Event
// streams are not compressed, because each event must be sent at once. An answer with a secret is not compressed, because its
// length would reveal something about the secret.
func compress(c *fiber.Ctx) error {
	err := c.Next()
	if err != nil || !compressible(string(c.Response().Header.ContentType())) || c.Response().IsBodyStream() || holdsSecret(c) {
		return err
	}
	c.Vary(fiber.HeaderAcceptEncoding)
	body := c.Response().Body()
	if len(body) < compressAbove || c.Method() == fiber.MethodHead || len(c.Response().Header.ContentEncoding()) > 0 || !Accepts(c.Get(fiber.HeaderAcceptEncoding), "gzip") {
		return nil
	}
	var out bytes.Buffer
	w := gzipWriters.Get().(*gzip.Writer)
	w.Reset(&out)
	_, _ = w.Write(body) // into memory
	_ = w.Close()
	gzipWriters.Put(w)
	c.Response().SetBodyRaw(out.Bytes())
	c.Set(fiber.HeaderContentEncoding, "gzip")
	return nil
}

// compressible returns true for the media types of texts. Spreadsheets and pictures are compressed already.
func compressible(mediaType string) bool {
	mediaType, _, _ = strings.Cut(mediaType, ";")
	switch mediaType {
	case "application/json", "application/problem+json", "application/x-ndjson", "application/vnd.oai.openapi+json", "application/openapi+json", "text/csv", "text/html", "text/css", "text/javascript", "text/plain":
		return true
	}
	return false
}

// holdsSecret returns true if the answer may contain tokens, keys or links: answers of routes that change accounts.
func holdsSecret(c *fiber.Ctx) bool {
	return c.Method() != fiber.MethodGet && (strings.HasPrefix(c.Path(), "/auth/") || c.Path() == "/login")
}

// compressStream returns the stream, compressed if the client accepts gzip.
func compressStream(c *fiber.Ctx, contentType string, stream io.ReadCloser) io.ReadCloser {
	if !compressible(contentType) {
		return stream
	}
	c.Vary(fiber.HeaderAcceptEncoding)
	if !Accepts(c.Get(fiber.HeaderAcceptEncoding), "gzip") {
		return stream
	}
	c.Set(fiber.HeaderContentEncoding, "gzip")
	z := &gzipStream{source: stream, chunk: make([]byte, gzipChunk), writer: gzipWriters.Get().(*gzip.Writer)}
	z.writer.Reset(&z.ready)
	return z
}

// gzipStream compresses a stream while it is read, one chunk at a time.
type gzipStream struct {
	source io.ReadCloser
	writer *gzip.Writer
	chunk  []byte
	ready  bytes.Buffer
	err    error
}

func (z *gzipStream) Read(p []byte) (int, error) {
	for z.ready.Len() == 0 && z.err == nil {
		n, err := z.source.Read(z.chunk)
		_, _ = z.writer.Write(z.chunk[:n]) // into memory
		if z.err = err; err == io.EOF {
			_ = z.writer.Close()
		}
	}
	if z.ready.Len() > 0 {
		return z.ready.Read(p)
	}
	return 0, z.err
}

// Close also closes the source: its writer must not wait for a reader that has disconnected.
func (z *gzipStream) Close() error {
	if z.writer != nil {
		z.writer.Reset(io.Discard)
		gzipWriters.Put(z.writer)
		z.writer = nil
	}
	return z.source.Close()
}

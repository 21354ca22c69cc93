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
	// compressAbove is the length of a body that is worth its compression; a shorter one fits a packet as it is.
	compressAbove = 1 << 10
	// gzipLevel makes JSON a tenth at some hundred MB a second.
	gzipLevel = 4
	// gzipChunk is what is read of a stream before it is compressed.
	gzipChunk = 32 << 10
)

var gzipWriters = sync.Pool{New: func() any {
	w, _ := gzip.NewWriterLevel(io.Discard, gzipLevel) // the level is one that there is
	return w
}}

// Accepts tells whether an Accept-Encoding header takes a coding: by its name or by *, and not with q=0.
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

// compress sends a text answer compressed to who asks for it. Streams are compressed where they are made (Download); event
// streams are not, since each event must leave at once. An answer that holds a secret is not either: its length would tell of it.
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

// compressible are the media types of texts; files of tables and pictures are compressed in themselves.
func compressible(mediaType string) bool {
	mediaType, _, _ = strings.Cut(mediaType, ";")
	switch mediaType {
	case "application/json", "application/problem+json", "application/x-ndjson", "application/vnd.oai.openapi+json", "application/openapi+json", "text/csv", "text/html", "text/css", "text/javascript", "text/plain":
		return true
	}
	return false
}

// holdsSecret tells whether tokens, keys or links may be in the answer: those of what changes accounts.
func holdsSecret(c *fiber.Ctx) bool {
	return c.Method() != fiber.MethodGet && (strings.HasPrefix(c.Path(), "/auth/") || c.Path() == "/login")
}

// compressStream is a stream as its reader asks for it.
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

// gzipStream compresses a stream while it is read, a chunk at a time.
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

// Close ends the source, too: who makes it must not wait for a reader that has gone.
func (z *gzipStream) Close() error {
	if z.writer != nil {
		z.writer.Reset(io.Discard)
		gzipWriters.Put(z.writer)
		z.writer = nil
	}
	return z.source.Close()
}

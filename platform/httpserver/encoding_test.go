package httpserver

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	klauspost "github.com/klauspost/compress/gzip"
	"github.com/stretchr/testify/require"
)

func TestAccepts(t *testing.T) {
	for header, want := range map[string]bool{
		"": false, "gzip": true, "br, gzip;q=0.5": true, "gzip;q=0": false, "*": true, "*;q=0": false, "gzip;q=0, *": false, "*, gzip;q=0": false,
		"GZIP": true, "gzippy": false, "deflate": false, "gzip; q=0.000": false, "gzip;q=x": false, "identity, *;q=0": false,
	} {
		require.Equal(t, want, Accepts(header, "gzip"), header)
	}
}

func gzippedOf(source io.ReadCloser) *gzipStream {
	z := &gzipStream{source: source, chunk: make([]byte, gzipChunk), writer: gzipWriters.Get().(*klauspost.Writer)}
	z.writer.Reset(&z.ready)
	return z
}

func TestAStreamIsCompressedInLittleMemory(t *testing.T) {
	const length = 64 << 20
	z := gzippedOf(io.NopCloser(io.LimitReader(strings.NewReader(strings.Repeat(`{"start":"2026-11-28T00:00:00Z","kwh":1.25}`+"\n", length/40)), length)))
	unpacked, err := gzip.NewReader(z)
	require.NoError(t, err)
	var total int64
	piece := make([]byte, 1<<20)
	for {
		n, err := unpacked.Read(piece)
		total += int64(n)
		require.LessOrEqual(t, z.ready.Cap(), 4*gzipChunk)
		if errors.Is(err, io.EOF) {
			break
		}
		require.NoError(t, err)
	}
	require.EqualValues(t, length, total)
	require.NoError(t, z.Close())
}

func TestFailedStreamReturnsItsError(t *testing.T) {
	broken := errors.New("broken")
	z := gzippedOf(io.NopCloser(io.MultiReader(bytes.NewReader([]byte("the first half")), iotest.ErrReader(broken))))
	_, err := io.ReadAll(z)
	require.ErrorIs(t, err, broken)
	require.NoError(t, z.Close())
}

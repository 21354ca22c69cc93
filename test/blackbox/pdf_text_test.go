package blackbox

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"io"
	"regexp"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/stretchr/testify/require"
)

var (
	pdfStream = regexp.MustCompile(`(?s)stream\r?\n(.*?)\r?\nendstream`)
	pdfShown  = regexp.MustCompile(`(?s)\(((?:\\.|[^\\)])*)\) ?Tj`)
)

// pdfLines are the texts that a PDF of this program shows, in the order in which they are drawn.
func pdfLines(t *testing.T, file []byte) []string {
	t.Helper()
	require.True(t, bytes.HasPrefix(file, []byte("%PDF")))
	var lines []string
	for _, stream := range pdfStream.FindAllSubmatch(file, -1) {
		reader, err := zlib.NewReader(bytes.NewReader(stream[1]))
		if err != nil {
			continue // a font or picture that is packed otherwise
		}
		content, err := io.ReadAll(reader)
		if err != nil {
			continue
		}
		for _, shown := range pdfShown.FindAllSubmatch(content, -1) {
			lines = append(lines, pdfString(shown[1]))
		}
	}
	require.NotEmpty(t, lines)
	return lines
}

// pdfString takes the escapes away and reads UTF-16.
func pdfString(escaped []byte) string {
	var plain []byte
	for i := 0; i < len(escaped); i++ {
		b := escaped[i]
		if b == '\\' && i+1 < len(escaped) {
			i++
			switch b = escaped[i]; b {
			case 'r':
				b = '\r'
			case 'n':
				b = '\n'
			}
		}
		plain = append(plain, b)
	}
	units := make([]uint16, len(plain)/2)
	for i := range units {
		units[i] = binary.BigEndian.Uint16(plain[2*i:])
	}
	return strings.TrimSpace(string(utf16.Decode(units)))
}

// Command precompress writes a .br and a .gz beside each file of a built dashboard that gets smaller by it, so that the server
// compresses nothing that it sends again and again. The versions of go.mod make the same bytes on every machine.
package main

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/gzip"
)

func main() {
	if err := compressAll(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func compressAll(folder string) error {
	return filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || strings.HasSuffix(path, ".br") || strings.HasSuffix(path, ".gz") {
			return err
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for ending, writer := range map[string]func(io.Writer) (io.WriteCloser, error){
			".br": func(w io.Writer) (io.WriteCloser, error) {
				return brotli.NewWriterLevel(w, brotli.BestCompression), nil
			},
			".gz": func(w io.Writer) (io.WriteCloser, error) { return gzip.NewWriterLevel(w, gzip.BestCompression) },
		} {
			if err := compress(path+ending, content, writer); err != nil {
				return err
			}
		}
		return nil
	})
}

func compress(path string, content []byte, writer func(io.Writer) (io.WriteCloser, error)) error {
	var out bytes.Buffer
	w, err := writer(&out)
	if err != nil {
		return err
	}
	if _, err := w.Write(content); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	if out.Len() >= len(content) {
		return nil
	}
	const readable = 0o644
	return os.WriteFile(path, out.Bytes(), readable)
}

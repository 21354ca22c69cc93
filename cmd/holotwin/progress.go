package main

import (
	"fmt"
	"os"
	"strings"
)

// progress shows how much of a file is read: as a bar that grows on a terminal, as a line every tenth elsewhere.
type progress struct {
	title       string
	read, total int64
	terminal    bool
	shown       int64 // percent
}

func newProgress(title string, total int64) *progress {
	info, err := os.Stderr.Stat()
	return &progress{title: title, total: max(total, 1), terminal: err == nil && info.Mode()&os.ModeCharDevice != 0, shown: -1}
}

// Write counts what is read.
func (p *progress) Write(b []byte) (int, error) {
	p.read += int64(len(b))
	percent := p.read * 100 / p.total
	const tenth = 10
	switch {
	case p.terminal && percent > p.shown:
		fmt.Fprintf(os.Stderr, "\r%s %s %3d %%", p.title, bar(percent), percent)
		p.shown = percent
	case !p.terminal && percent >= p.shown+tenth:
		p.shown = percent / tenth * tenth
		fmt.Fprintf(os.Stderr, "%s %d %%\n", p.title, p.shown)
	}
	return len(b), nil
}

// bar is drawn for a percentage.
func bar(percent int64) string {
	const width = 30
	filled := int(percent * width / 100)
	return strings.Repeat("█", filled) + strings.Repeat("░", width-filled)
}

// clear makes room for a line of text.
func (p *progress) clear() {
	if p.terminal {
		fmt.Fprint(os.Stderr, "\r\x1b[K")
		p.shown = -1
	}
}

func (p *progress) end() {
	if p.terminal {
		fmt.Fprintln(os.Stderr)
	}
}

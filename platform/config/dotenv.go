package config

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/joho/godotenv"
)

// dotenvName is the file of settings in the working folder.
const dotenvName = ".env"

// dotenv is what is set in a file of settings.
type dotenv struct {
	path        string
	assignments []assignment
	// repeated are the lines of names that are set more than once.
	repeated map[string][]int
	// expanded are the lines of names in whose values a $ was replaced.
	expanded map[string]int
}

type assignment struct {
	name, value string
	line        int
}

// readDotenv reads a file of settings. A file that is not there sets nothing. Its error is a Fault, which contains nothing of the file.
func readDotenv(name string) (dotenv, error) {
	file := dotenv{path: name, repeated: map[string][]int{}, expanded: map[string]int{}}
	if absolute, err := filepath.Abs(name); err == nil {
		file.path = absolute
	}
	text, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return file, nil
	}
	source := Source{Kind: FromDotenv, File: file.path}
	if err != nil {
		return file, Fault{Setting: dotenvName, Problem: "cannot be read: " + pathReason(err), Remedy: "let the user that runs the program read it, or remove it", Source: source}
	}
	content := strings.ReplaceAll(string(text), "\r\n", "\n")
	values, err := godotenv.Unmarshal(content)
	if err != nil {
		source.Line = badLine(content)
		return file, Fault{Setting: dotenvName, Problem: "cannot be read as NAME=value lines", Remedy: "look for a missing = or quote from this line on", Source: source}
	}
	lines, rows := linesOf(content), strings.Split(content, "\n")
	for _, setting := range slices.Sorted(maps.Keys(values)) {
		one := assignment{name: setting, value: values[setting]}
		if at := lines[setting]; len(at) > 0 {
			one.line = at[len(at)-1] // the last one counts
			if _, value := cutAssignment(rows[one.line-1]); expands(value) {
				file.expanded[setting] = one.line
			}
			if len(at) > 1 {
				file.repeated[setting] = at
			}
		}
		file.assignments = append(file.assignments, one)
	}
	return file, nil
}

// reference is what is replaced by the value of another name in the file, which is often not meant in a password.
var reference = regexp.MustCompile(`\$[({]?[A-Z0-9_]`)

// expands reports whether a part of a value is replaced. In single quotes, and behind a backslash, nothing is.
func expands(value string) bool {
	return !strings.HasPrefix(value, "'") && reference.MatchString(strings.ReplaceAll(value, `\$`, ""))
}

// warnings returns a warning for each setting that the file sets more than once, or to another value than it seems to.
func (d dotenv) warnings() (all []Fault) {
	for _, name := range slices.Sorted(maps.Keys(d.repeated)) {
		at := d.repeated[name]
		all = append(all, Fault{
			Setting: name, Problem: fmt.Sprintf("is set more than once, first in line %d; the last one counts", at[0]), Remedy: "remove the others",
			Source: Source{Kind: FromDotenv, File: d.path, Line: at[len(at)-1]},
		})
	}
	for _, name := range slices.Sorted(maps.Keys(d.expanded)) {
		all = append(all, Fault{
			Setting: name, Problem: "a $ in the value stands for the value of another name in the file, or for nothing",
			Remedy: "if it belongs to the value, put the value in single quotes", Source: Source{Kind: FromDotenv, File: d.path, Line: d.expanded[name]},
		})
	}
	return all
}

// linesOf returns the lines, from 1, on which each name is set. A value in quotes may go on over several lines.
func linesOf(content string) map[string][]int {
	at := map[string][]int{}
	var quote byte
	for i, line := range strings.Split(content, "\n") {
		value := line
		if quote == 0 {
			var name string
			if name, value = cutAssignment(line); name == "" {
				continue
			}
			at[name] = append(at[name], i+1)
			if value == "" || (value[0] != '"' && value[0] != '\'') {
				continue
			}
			quote, value = value[0], value[1:]
		}
		if endsQuote(value, quote) {
			quote = 0
		}
	}
	return at
}

// cutAssignment returns the name that a line sets, and what follows the sign; "" for a comment or an empty line.
func cutAssignment(line string) (name, value string) {
	line = strings.TrimSpace(line)
	end := strings.IndexAny(line, "=:")
	if end < 0 || line[0] == '#' {
		return "", ""
	}
	name = strings.TrimSpace(line[:end])
	if rest, found := strings.CutPrefix(name, "export"); found && rest != strings.TrimSpace(rest) {
		name = strings.TrimSpace(rest)
	}
	return name, strings.TrimSpace(line[end+1:])
}

// endsQuote reports whether a quote that is not escaped is in a text.
func endsQuote(text string, quote byte) bool {
	for i := range len(text) {
		if text[i] == quote && (i == 0 || text[i-1] != '\\') {
			return true
		}
	}
	return false
}

// badLine returns the line, from 1, behind the last one up to which the content can be read.
func badLine(content string) int {
	lines := strings.Split(content, "\n")
	if len(lines) > maxDotenvLines {
		return 0
	}
	good := 0
	for i := range lines {
		if _, err := godotenv.Unmarshal(strings.Join(lines[:i+1], "\n")); err == nil {
			good = i + 1
		}
	}
	for good < len(lines)-1 && strings.TrimSpace(lines[good]) == "" {
		good++
	}
	return good + 1
}

// maxDotenvLines bounds the search for a bad line, which reads the content once for each line.
const maxDotenvLines = 2000

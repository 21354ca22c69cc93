package doctor

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"io"
	"regexp"
	"time"

	"github.com/holotwin/holotwin/platform/database"
)

// Bundle is what a maintainer needs to help: no secret, no name of a person or a device, no address.
type Bundle struct {
	Version  string
	Made     time.Time
	Settings map[string]string
	Findings []Finding
	Schemas  []database.SchemaVersion
	Tables   []database.Table
	// Books are differences of totals, with devices by number.
	Books []BookDifference
	// Metrics are those of the running server; empty if none answers.
	Metrics []byte
}

// BookDifference is a total that does not equal its readings.
type BookDifference struct {
	Device   int    `json:"device"`
	Figure   string `json:"figure"`
	From     string `json:"from"`
	To       string `json:"to"`
	Stored   int64  `json:"stored"`
	Computed int64  `json:"computed"`
}

const readme = `What is in this file, to be sent to the people who maintain HoloTwin:

version.json   the version of the program
settings.json  the settings: numbers and choices as they are; of all others only whether they are set
doctor.json    what holotwin doctor found, without texts that may name a host, a path or a device
schema.json    the versions of the tables
tables.json    the sizes of the tables
books.json     totals that differ from their readings, if they were compared (--books); devices by number
metrics.txt    the metrics of the server, if one runs on this machine

No readings, users, devices, spaces, addresses, keys or passwords are in it. The log is not in it, because the program keeps none:
it writes it to its standard error. Read it before you send parts of it.
`

// Write writes the bundle as a zip file.
func (b Bundle) Write(to io.Writer) error {
	archive := zip.NewWriter(to)
	files := []struct {
		name string
		of   any
	}{
		{"README.txt", readme},
		{"version.json", map[string]any{"version": b.Version, "made_at": b.Made.UTC().Format(time.RFC3339)}},
		{"settings.json", b.Settings},
		{"doctor.json", plainFindings(b.Findings)},
		{"schema.json", b.Schemas},
		{"tables.json", b.Tables},
		{"books.json", b.Books},
		{"metrics.txt", string(b.Metrics)},
	}
	for _, f := range files {
		text, isText := f.of.(string)
		if !isText {
			encoded, err := json.MarshalIndent(f.of, "", "  ")
			if err != nil {
				return err
			}
			text = string(encoded) + "\n"
		}
		into, err := archive.CreateHeader(&zip.FileHeader{Name: f.name, Method: zip.Deflate, Modified: b.Made})
		if err != nil {
			return err
		}
		if _, err := io.WriteString(into, scrub(text)); err != nil {
			return err
		}
	}
	return archive.Close()
}

// plainFinding is a finding without the values that may name a person, a host or a path.
type plainFinding struct {
	Check  string         `json:"check"`
	Level  Level          `json:"level"`
	Code   string         `json:"code"`
	Values map[string]any `json:"values,omitempty"`
}

func plainFindings(findings []Finding) []plainFinding {
	all := make([]plainFinding, len(findings))
	for i, f := range findings {
		all[i] = plainFinding{f.Check, f.Level, f.Code, map[string]any{}}
		for name, value := range f.Values {
			if _, mayName := value.(string); !mayName {
				all[i].Values[name] = value
			}
		}
	}
	return all
}

// hidden are forms of secrets and personal data. What is in the bundle should have none; this is the second lock.
var hidden = []*regexp.Regexp{
	regexp.MustCompile(`[\w.+%-]+@[\w-]+(\.[\w-]+)*`),                           // e-mail, and the user in an address
	regexp.MustCompile(`\b\d{1,3}(\.\d{1,3}){3}\b`),                             // IPv4
	regexp.MustCompile(`(?i)\b[0-9a-f]{0,4}(:[0-9a-f]{0,4}){3,7}\b|::[0-9a-f]`), // IPv6
	regexp.MustCompile(`\beyJ[\w.-]+`),                                          // tokens
	regexp.MustCompile(`\b(ht|key|whsec)_[\w-]{12,}`),                           // keys
	regexp.MustCompile(`(?i)bearer\s+\S+`),
}

func scrub(text string) string {
	b := []byte(text)
	for _, form := range hidden {
		b = form.ReplaceAll(b, []byte("…"))
	}
	return string(bytes.ReplaceAll(b, []byte("\x00"), nil))
}

package doctor

import (
	"context"
	"crypto/x509"
	"encoding/pem"
	"os"
	"time"

	"github.com/holotwin/holotwin/platform/private"
)

// The free space of a disk below which there is a finding. It is a share, because a large disk fills faster, and never less than some bytes.
const (
	lowShare, fullShare = 10, 50 // a tenth, a fiftieth
	lowBytes, fullBytes = 2_000_000_000, 200_000_000
)

// Disk looks at the disk of a folder.
func Disk(folder string) Check {
	return Check{Name: "disk", Look: func(context.Context) []Finding { return []Finding{diskFinding(folder, diskSpace)} }}
}

func diskFinding(folder string, space func(string) (free, total uint64, ok bool)) Finding {
	free, total, ok := space(folder)
	if !ok {
		return fine("disk.unknown", nil)
	}
	values := map[string]any{"free": Bytes(free), "total": Bytes(total), "folder": folder}
	switch {
	case free < fullBytes || free < min(total/fullShare, lowBytes):
		return fault("disk.full", values)
	case free < lowBytes || free < min(total/lowShare, 5*lowBytes):
		return warn("disk.low", values)
	}
	return fine("disk.ok", values)
}

// Files looks whether others can read files with secrets or data.
func Files(paths []string) Check {
	return Check{Name: "files", Look: func(context.Context) (found []Finding) {
		n := 0
		for _, path := range paths {
			readable, exists := private.Exposed(path)
			if !exists {
				continue
			}
			n++
			if readable {
				found = append(found, warn("files.exposed", map[string]any{"file": path}))
			}
		}
		if len(found) == 0 {
			found = append(found, fine("files.ok", map[string]any{"files": n}))
		}
		return found
	}}
}

// Certificate is a certificate that this process serves, and the setting that names its file.
type Certificate struct{ Setting, File string }

// soon is how long before its end a certificate is a finding. Those that are renewed by a program are renewed 30 days before.
const soon = 21 * 24 * time.Hour

// Certificates looks at the dates of certificates.
func Certificates(all []Certificate, now func() time.Time) Check {
	return Check{Name: "certificates", Look: func(context.Context) (found []Finding) {
		for _, c := range all {
			found = append(found, certificateFinding(c, now()))
		}
		return found
	}}
}

func certificateFinding(c Certificate, now time.Time) Finding {
	values := map[string]any{"setting": Plain(c.Setting)}
	leaf, ok := readCertificate(c.File)
	if !ok {
		return fault("certificate.broken", values)
	}
	values["from"], values["until"] = leaf.NotBefore, leaf.NotAfter
	left := leaf.NotAfter.Sub(now)
	switch {
	case left <= 0 || now.Before(leaf.NotBefore):
		return fault("certificate.invalid", values)
	case left < soon:
		values["days"] = int(left / (24 * time.Hour))
		return warn("certificate.soon", values)
	}
	return fine("certificate.ok", values)
}

func readCertificate(file string) (leaf *x509.Certificate, ok bool) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, false
	}
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		if block.Type == "CERTIFICATE" {
			leaf, err = x509.ParseCertificate(block.Bytes)
			return leaf, err == nil
		}
	}
	return nil, false
}

// Package web serves the dashboard. The built files are embedded and load nothing from other servers, so the dashboard works without
// internet, and building the server needs no Node. The sources are in src; `go tool task web` builds and compresses dist.
package web

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"mime"
	"path"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/holotwin/holotwin/platform/httpserver"
)

//go:embed all:dist
var dist embed.FS

// policy allows the page to load its own files and call its own server, and nothing else.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

// codings are the file endings of compressed files and their HTTP names, smallest files first.
var codings = []struct{ ending, name string }{{".br", "br"}, {".gz", "gzip"}}

// Register adds the page and its assets. Browsers revalidate the page each time; they cache assets for a year, because an asset's name
// changes with its content.
func Register(app *fiber.App) {
	serve(app, "/", "dist/index.html", "no-cache")
	assets, err := fs.ReadDir(dist, "dist/assets")
	if err != nil {
		panic(err) // they are embedded
	}
	for _, asset := range assets {
		if isCompressed(asset.Name()) {
			continue
		}
		serve(app, "/assets/"+asset.Name(), "dist/assets/"+asset.Name(), "public, max-age=31536000, immutable")
	}
}

func isCompressed(name string) bool {
	for _, coding := range codings {
		if strings.HasSuffix(name, coding.ending) {
			return true
		}
	}
	return false
}

// file is one form of an asset: uncompressed if coding is empty, or compressed.
type file struct {
	content      []byte
	coding, etag string
}

func filesOf(name string) []file {
	var all []file
	add := func(content []byte, coding string) {
		const length = 16
		sum := sha256.Sum256(content)
		all = append(all, file{content: content, coding: coding, etag: `"` + hex.EncodeToString(sum[:length]) + `"`})
	}
	for _, coding := range codings {
		if content, err := dist.ReadFile(name + coding.ending); err == nil {
			add(content, coding.name)
		}
	}
	content, err := dist.ReadFile(name)
	if err != nil {
		panic(err) // it is embedded
	}
	add(content, "")
	return all
}

func serve(app *fiber.App, route, name, cache string) {
	forms := filesOf(name)
	kind := mime.TypeByExtension(path.Ext(name))
	app.Get(route, func(c *fiber.Ctx) error {
		form := smallest(forms, c.Get(fiber.HeaderAcceptEncoding))
		c.Set("Content-Security-Policy", policy)
		c.Set("Cache-Control", cache)
		c.Set("ETag", form.etag)
		c.Vary(fiber.HeaderAcceptEncoding)
		if matches(c.Get(fiber.HeaderIfNoneMatch), form.etag) {
			c.Status(fiber.StatusNotModified)
			return nil
		}
		c.Set("Content-Type", kind)
		if form.coding != "" {
			c.Set("Content-Encoding", form.coding)
		}
		return c.Send(form.content)
	})
}

// smallest returns the smallest form that the browser accepts. The last form is uncompressed, which every browser accepts.
func smallest(forms []file, accepted string) file {
	for _, form := range forms {
		if form.coding != "" && httpserver.Accepts(accepted, form.coding) {
			return form
		}
	}
	return forms[len(forms)-1]
}

// matches reports whether the browser already has the content.
func matches(header, etag string) bool {
	for one := range strings.SplitSeq(header, ",") {
		one = strings.TrimPrefix(strings.TrimSpace(one), "W/")
		if one == etag || one == "*" {
			return true
		}
	}
	return false
}

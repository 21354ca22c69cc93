// Package web serves the dashboard: built, embedded, without anything from outside, so that it works where there is no
// internet and building the server needs no Node. Its sources are in src; `go tool task web` builds dist, and compresses it.
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

// policy lets the page load its own files and call its own server, and nothing else.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

// codings are the endings of compressed files and what HTTP calls them, the smallest first.
var codings = []struct{ ending, name string }{{".br", "br"}, {".gz", "gzip"}}

// Register adds the page, which is asked for anew each time and sent where it changed, and its assets, whose names change with
// what is in them.
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

// file is one form of an asset: as it is, where coding is empty, or compressed.
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
		form := chosen(forms, c.Get(fiber.HeaderAcceptEncoding))
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

// chosen is the smallest form that the browser reads; the last is the one that all do.
func chosen(forms []file, accepted string) file {
	for _, form := range forms {
		if form.coding != "" && httpserver.Accepts(accepted, form.coding) {
			return form
		}
	}
	return forms[len(forms)-1]
}

// matches tells whether a browser has what would be sent.
func matches(header, etag string) bool {
	for one := range strings.SplitSeq(header, ",") {
		one = strings.TrimPrefix(strings.TrimSpace(one), "W/")
		if one == etag || one == "*" {
			return true
		}
	}
	return false
}

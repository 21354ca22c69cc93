// Package web serves the dashboard: built, embedded, without anything from outside, so that it works where there is no
// internet and building the server needs no Node. Its sources are in src; `go tool task web` builds dist.
package web

import (
	"embed"
	"io/fs"
	"mime"
	"path"

	"github.com/gofiber/fiber/v2"
)

//go:embed all:dist
var dist embed.FS

// policy lets the page load its own files and call its own server, and nothing else.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

// Register adds the page and its assets, whose names change with what is in them.
func Register(app *fiber.App) {
	serve(app, "/", "dist/index.html", "no-cache")
	assets, err := fs.ReadDir(dist, "dist/assets")
	if err != nil {
		panic(err) // they are embedded
	}
	for _, asset := range assets {
		serve(app, "/assets/"+asset.Name(), "dist/assets/"+asset.Name(), "public, max-age=31536000, immutable")
	}
}

func serve(app *fiber.App, route, name, cache string) {
	content, err := dist.ReadFile(name)
	if err != nil {
		panic(err) // it is embedded
	}
	kind := mime.TypeByExtension(path.Ext(name))
	app.Get(route, func(c *fiber.Ctx) error {
		c.Set("Content-Security-Policy", policy)
		c.Set("Cache-Control", cache)
		c.Set("Content-Type", kind)
		return c.Send(content)
	})
}

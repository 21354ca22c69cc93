// Package web serves the page: embedded, without anything from outside, so that it works where there is no
// internet.
package web

import (
	"embed"
	"mime"
	"path"

	"github.com/gofiber/fiber/v2"
)

//go:embed page
var page embed.FS

// policy lets the page load its own files and call its own server, and nothing else.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// files are what is served, by path.
var files = map[string]string{
	"/": "index.html", "/app.js": "app.js", "/app.css": "app.css",
}

// Register adds the page's routes.
func Register(app *fiber.App) {
	for route, name := range files {
		content, err := page.ReadFile("page/" + name)
		if err != nil {
			panic(err) // it is embedded
		}
		kind := mime.TypeByExtension(path.Ext(name))
		app.Get(route, func(c *fiber.Ctx) error {
			c.Set("Content-Security-Policy", policy)
			c.Set("Cache-Control", "no-cache")
			c.Set("Content-Type", kind)
			return c.Send(content)
		})
	}
}

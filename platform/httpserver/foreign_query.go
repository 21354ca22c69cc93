package httpserver

import (
	"regexp"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"
)

var encodedControl = regexp.MustCompile(`%(?:[01][0-9A-Fa-f]|7[Ff])`)

// blankControls replaces control characters in queries that other servers write by spaces. A login provider may explain an
// error in several lines. Without this, that request would be refused, and the explanation lost.
func blankControls(paths []string) fiber.Handler {
	return func(c *fiber.Ctx) error {
		path, query, found := strings.Cut(string(c.Request().RequestURI()), "?")
		if found && slices.Contains(paths, path) {
			c.Request().SetRequestURI(path + "?" + encodedControl.ReplaceAllString(query, "%20"))
		}
		return c.Next()
	}
}

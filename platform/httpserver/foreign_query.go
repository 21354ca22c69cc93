package httpserver

import (
	"regexp"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"
)

var encodedControl = regexp.MustCompile(`%(?:[01][0-9A-Fa-f]|7[Ff])`)

// blankControls makes spaces of control characters in queries that others write: a login provider that explains an error in
// several lines would else be refused, and its explanation lost.
func blankControls(paths []string) fiber.Handler {
	return func(c *fiber.Ctx) error {
		path, query, found := strings.Cut(string(c.Request().RequestURI()), "?")
		if found && slices.Contains(paths, path) {
			c.Request().SetRequestURI(path + "?" + encodedControl.ReplaceAllString(query, "%20"))
		}
		return c.Next()
	}
}

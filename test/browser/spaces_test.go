package browser

import "testing"

// TestSpaces makes a campus in the browser from nothing, changes it in place, and takes a hundred rooms from a sheet.
func TestSpaces(t *testing.T) { browse(t, start(t), "", "test/spaces.mjs") }

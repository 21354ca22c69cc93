// Command holotwin is the server of HoloTwin and the tools around it. Start reading at commands.go for its commands,
// at parts.go for the parts of the server, at start.go for how it starts and stops, and at jobs.go for its background
// jobs.
package main

import (
	"fmt"
	"os"
	"runtime/debug"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/holotwin/holotwin/platform/private"
)

// version is set with -ldflags when a release is built, from its tag: see Taskfile.yml and Dockerfile.
var version = unset

// unset is the version of a build that sets none.
const unset = "dev"

// versionOf returns the version that was set, or else that of the module, as go install knows it.
func versionOf(set string, info *debug.BuildInfo) string {
	if set != unset || info == nil || info.Main.Version == "" || info.Main.Version == "(devel)" {
		return set
	}
	return info.Main.Version
}

// gcPercent lets the heap grow to three times the live heap before a collection. The live heap is small, a few MB, and
// most allocations of a request are garbage after it: collecting more often reduces the readings per second.
const gcPercent = 200

func main() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
	private.MakeFilesPrivate()
	info, _ := debug.ReadBuildInfo()
	version = versionOf(version, info)
	var cli commands
	parsed := kong.Parse(&cli, kong.Name("holotwin"), kong.UsageOnError(),
		kong.Description("El gemelo energético de un campus. The energy twin of a campus."))
	if err := parsed.Run(); err != nil {
		for line := range strings.SplitSeq(err.Error(), "\n") {
			fmt.Fprintln(os.Stderr, "holotwin: "+line)
		}
		os.Exit(1)
	}
}

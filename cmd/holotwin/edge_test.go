package main

import (
	"os"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"

	"github.com/holotwin/holotwin/adapters/web"
	"github.com/holotwin/holotwin/platform/httpserver"
)

// edgeTables are the tables by which the chart's Ingress routes, in platform/deploy/chart/files.
type edgeTables struct {
	exact, prefix map[string]string
	regex         map[*regexp.Regexp]string
	used          map[string]bool
}

// owner returns the module that answers a path; "" if the edge refuses the path.
func (e edgeTables) owner(path string) string {
	if module, found := e.exact[path]; found {
		e.used[path] = true
		return module
	}
	for expression, module := range e.regex {
		if expression.MatchString(path) {
			e.used[expression.String()] = true
			return module
		}
	}
	longest := ""
	for prefix := range e.prefix {
		if strings.HasPrefix(path, prefix) && len(prefix) > len(longest) {
			longest = prefix
		}
	}
	e.used[longest] = true
	return e.prefix[longest]
}

// element returns the module if a Kubernetes Ingress, which compares whole elements of a path, finds the same.
func (e edgeTables) element(path string) string {
	for prefix, module := range e.prefix {
		if rest, is := strings.CutPrefix(path, prefix); is && rest != "" && rest[0] != '/' {
			return "a part of an element: " + module
		}
	}
	return e.owner(path)
}

func readEdgeTables(t *testing.T) edgeTables {
	t.Helper()
	tables := edgeTables{regex: map[*regexp.Regexp]string{}, used: map[string]bool{}}
	read := func(name string) map[string]string {
		content, err := os.ReadFile("../../platform/deploy/chart/files/" + name + ".map")
		require.NoError(t, err)
		lines := map[string]string{}
		for line := range strings.Lines(string(content)) {
			if line = strings.TrimSpace(line); strings.HasPrefix(line, "#") || line == "" {
				continue
			}
			path, module, found := strings.Cut(line, " ")
			require.True(t, found, line)
			require.NotContains(t, lines, path)
			lines[path] = module
		}
		return lines
	}
	tables.exact, tables.prefix = read("exact"), read("prefix")
	for expression, module := range read("regex") {
		tables.regex[regexp.MustCompile(expression)] = module
	}
	return tables
}

// haproxy are the conditions of haproxy.cfg by which a path is of another module than energy.
type haproxy []struct{ module, method, value string }

func readHAProxy(t *testing.T) (conditions haproxy) {
	t.Helper()
	content, err := os.ReadFile("../../platform/deploy/haproxy.cfg")
	require.NoError(t, err)
	for _, found := range regexp.MustCompile(`(?m)^\s+acl of_(\w+) (path|path_beg|path_reg) (.+)$`).FindAllStringSubmatch(string(content), -1) {
		require.Contains(t, string(content), "use_backend "+found[1]+" if of_"+found[1])
		for value := range strings.FieldsSeq(found[3]) {
			conditions = append(conditions, struct{ module, method, value string }{found[1], found[2], value})
		}
	}
	require.Greater(t, len(conditions), 10)
	require.Contains(t, string(content), "default_backend energy")
	return conditions
}

func (h haproxy) owner(path string) string {
	for _, c := range h {
		is := map[string]func() bool{
			"path":     func() bool { return path == c.value },
			"path_beg": func() bool { return strings.HasPrefix(path, c.value) },
			"path_reg": func() bool { return regexp.MustCompile(c.value).MatchString(path) },
		}[c.method]
		if is() {
			return c.module
		}
	}
	return "energy"
}

// routesOf returns the paths that a part registers, with a text in place of each parameter.
func routesOf(p part) (paths []string) {
	api := httpserver.New(httpserver.Options{Log: zap.NewNop(), Version: version, Locale: "es", Metrics: prometheus.NewRegistry()})
	register := reflect.ValueOf(p.routes)
	register.Call([]reflect.Value{reflect.New(register.Type().In(0).Elem()), reflect.ValueOf(api)})
	for _, route := range api.Routes() {
		paths = append(paths, regexp.MustCompile(`\{[^}]+\}`).ReplaceAllString(route.Path, "sp_1"))
	}
	return paths
}

// Each path of a module is routed to it, by the chart's tables and by haproxy.cfg, and no line of the tables is idle. The Ingress does not
// route what is for the inside alone.
func TestTheEdgeKnowsWhoAnswers(t *testing.T) {
	tables, proxy := readEdgeTables(t), readHAProxy(t)
	modules := 0
	for _, p := range parts(everything) {
		if p.routes == nil {
			continue
		}
		modules++
		for _, path := range routesOf(p) {
			require.Equal(t, p.name, tables.owner(path), path)
			require.Equal(t, p.name, tables.element(path), path)
			require.Equal(t, p.name, proxy.owner(path), path)
		}
	}
	require.Equal(t, 3, modules)

	api := httpserver.New(httpserver.Options{Log: zap.NewNop(), Version: version, Locale: "es", Metrics: prometheus.NewRegistry()})
	web.Register(api.App())
	api.Docs()
	api.Operations(prometheus.NewRegistry())
	pages := 0
	for _, route := range api.App().GetRoutes(true) {
		path := strings.ReplaceAll(route.Path, "*", "file")
		if path == "/metrics" {
			require.Empty(t, tables.owner(path))
			continue
		}
		pages++
		require.Equal(t, "energy", tables.owner(path), path)
		require.Equal(t, "energy", proxy.owner(path), path)
	}
	require.Greater(t, pages, 10)
	for _, inside := range []string{"/interno", "/interno/energy/spaces", "/metrics/", "/none", "//"} {
		require.Empty(t, tables.owner(inside), inside)
	}
	for line := range tables.exact {
		require.True(t, tables.used[line], line)
	}
	for line := range tables.prefix {
		require.True(t, tables.used[line], line)
	}
	for line := range tables.regex {
		require.True(t, tables.used[line.String()], line)
	}
}

// The chart gives a pod the time that the program takes to start and to end.
func TestTheChartWaitsForTheEnd(t *testing.T) {
	seconds := func(file, form string) time.Duration {
		content, err := os.ReadFile("../../platform/deploy/chart/" + file)
		require.NoError(t, err)
		total := 1
		found := regexp.MustCompile(form).FindStringSubmatch(string(content))
		require.NotNil(t, found, form)
		for _, number := range found[1:] {
			n, err := strconv.Atoi(number)
			require.NoError(t, err)
			total *= n
		}
		return time.Duration(total) * time.Second
	}
	delay, grace := seconds("values.yaml", `delaySeconds: (\d+)`), seconds("values.yaml", `graceSeconds: (\d+)`)
	require.Greater(t, grace, delay+stopTime)
	require.Greater(t, stopTime, drainTime)
	require.Greater(t, seconds("templates/workloads.yaml", `startupProbe:\s+httpGet: .*\s+periodSeconds: (\d+)\s+timeoutSeconds: \d+\s+failureThreshold: (\d+)`), startTime)
}

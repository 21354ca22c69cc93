package house

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestWarningsSayWhatToDo reads each line that the program logs as a warning or an error. It says what happened, and after a semicolon what
// follows or what to do: an operator reads it without the code.
func TestWarningsSayWhatToDo(t *testing.T) {
	for _, folder := range []string{"cmd", "platform", "adapters"} {
		found, seen, err := silentWarnings(filepath.Join("../..", folder))
		require.NoError(t, err)
		require.Empty(t, found)
		require.Greater(t, seen, 4, folder)
	}
}

// TestSilentWarningsAreFound plants each way to log beside one that says what to do.
func TestSilentWarningsAreFound(t *testing.T) {
	root := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(root, "a.go"), []byte(`package a

func f() {
	log.Warn("away; will retry", zap.Error(err))
	log.Error("away")
	h.warnRarely("full")
	a.logWith(ctx, zapcore.WarnLevel, "broken;")
	Log(ctx, log, zapcore.InfoLevel, "fine")
	j := job{failed: "failed"}
	t.Error(err)
	http.Error(w, "an answer", 400)
}
`), 0o600))
	found, seen, err := silentWarnings(root)
	require.NoError(t, err)
	require.Equal(t, 5, seen)
	require.Equal(t, []string{"a.go:5: away", "a.go:6: full", "a.go:7: broken;", "a.go:9: failed"}, found)
}

// silentWarnings are the places under a folder that log a warning without a remedy; seen is how many log one at all.
func silentWarnings(root string) (found []string, seen int, err error) {
	err = filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() && entry.Name() == "node_modules" {
			return errorOrSkip(err)
		}
		if filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		files := token.NewFileSet()
		file, err := parser.ParseFile(files, path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			message, at, ok := warningIn(n)
			if !ok {
				return true
			}
			seen++
			if _, remedy, _ := strings.Cut(message, "; "); strings.TrimSpace(remedy) == "" {
				found = append(found, fmt.Sprintf("%s:%d: %s", filepath.Base(path), files.Position(at).Line, message))
			}
			return true
		})
		return nil
	})
	return found, seen, err
}

func errorOrSkip(err error) error {
	if err != nil {
		return err
	}
	return filepath.SkipDir
}

// warningIn returns the message that a node logs as a warning or an error.
func warningIn(n ast.Node) (message string, at token.Pos, ok bool) {
	switch n := n.(type) {
	case *ast.CallExpr:
		text := messageOf(n)
		if text == nil {
			return "", 0, false
		}
		message, err := strconv.Unquote(text.Value)
		return message, text.Pos(), err == nil
	case *ast.KeyValueExpr: // of a job
		key, isName := n.Key.(*ast.Ident)
		text, isText := n.Value.(*ast.BasicLit)
		if isName && isText && key.Name == "failed" && text.Kind == token.STRING {
			message, err := strconv.Unquote(text.Value)
			return message, text.Pos(), err == nil
		}
	}
	return "", 0, false
}

// messageOf returns the text of a call that logs a warning; nil if it is no such call.
func messageOf(call *ast.CallExpr) *ast.BasicLit {
	name := ""
	switch f := call.Fun.(type) {
	case *ast.SelectorExpr:
		if from, ok := f.X.(*ast.Ident); ok && from.Name == "http" { // an answer
			return nil
		}
		name = f.Sel.Name
	case *ast.Ident:
		name = f.Name
	}
	if !slices.Contains([]string{"Warn", "Error", "warnRarely", "logWith", "Log"}, name) {
		return nil
	}
	leveled := name == "logWith" || name == "Log"
	warns := !leveled
	for _, arg := range call.Args {
		if level, ok := arg.(*ast.SelectorExpr); ok && (level.Sel.Name == "WarnLevel" || level.Sel.Name == "ErrorLevel") {
			warns = true
		}
		if text, ok := arg.(*ast.BasicLit); ok && text.Kind == token.STRING {
			if warns {
				return text
			}
			return nil
		}
	}
	return nil
}

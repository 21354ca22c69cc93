package config

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

const (
	// fileSuffix is what is added to the name of a secret setting to name a file that holds its value.
	fileSuffix = "_FILE"
	// maxSecretFile is in bytes. A larger file is surely another one than was meant.
	maxSecretFile = 64 << 10
)

// readSecret sets a secret from the file that NAME_FILE names, if it is set. Its error is a Fault of the setting.
func (g given) readSecret(name string) error {
	path, set := g.values[name+fileSuffix]
	if !set {
		return nil
	}
	setIn := g.sources[name+fileSuffix]
	if _, both := g.values[name]; both {
		return Fault{
			Setting: name, Problem: fmt.Sprintf("%s and %s%s are both set", name, name, fileSuffix),
			Remedy: fmt.Sprintf("remove one of them; %s%s is %s", name, fileSuffix, setIn), Source: g.sources[name],
		}
	}
	if absolute, err := filepath.Abs(path); err == nil {
		path = absolute
	}
	source := Source{Kind: FromFile, File: path, NamedBy: name + fileSuffix, SetIn: &setIn}
	value, problem, remedy := secretIn(path)
	if problem != "" {
		return Fault{Setting: name, Problem: problem, Remedy: remedy, Source: source}
	}
	g.values[name], g.sources[name] = value, source
	return nil
}

// secretIn returns what a file holds, without the line ends at its end. All other bytes count, so that a secret may be any bytes.
func secretIn(path string) (value, problem, remedy string) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return "", "the file cannot be read: " + pathReason(err), "correct the path, or let the user that runs the program read it"
	case info.IsDir():
		return "", "the path leads to a folder", "name the file in it"
	case !info.Mode().IsRegular():
		return "", "the path leads to no plain file", "name a plain file"
	}
	file, err := os.Open(path)
	if err != nil {
		return "", "the file cannot be read: " + pathReason(err), "correct the path, or let the user that runs the program read it"
	}
	defer func() { _ = file.Close() }()
	text, err := io.ReadAll(io.LimitReader(file, maxSecretFile+1))
	value = strings.TrimRight(string(text), "\r\n")
	switch {
	case err != nil:
		return "", "the file cannot be read: " + pathReason(err), "look at the disk that it is on"
	case len(text) > maxSecretFile:
		return "", fmt.Sprintf("the file is larger than %d KiB", maxSecretFile>>10), "name the file that holds the secret alone"
	case strings.TrimSpace(value) == "":
		return "", "the file is empty", fmt.Sprintf("write the value into it, or remove the setting that ends in %s", fileSuffix)
	case strings.ContainsRune(value, 0) && strings.HasPrefix(value, "\xff\xfe"):
		return "", "the file is in UTF-16", "save it in UTF-8"
	}
	return strings.TrimPrefix(value, "\ufeff"), "", ""
}

// pathReason returns why a file cannot be read, without its path.
func pathReason(err error) string {
	var system syscall.Errno
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "it does not exist"
	case errors.Is(err, fs.ErrPermission):
		return "this user may not read it"
	case errors.As(err, &system):
		return system.Error()
	}
	return "the system refuses it"
}

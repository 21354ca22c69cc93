package chaos

import (
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/test/program"
)

// killed runs a command and kills it at some moment; it may have ended before.
func (w *world) killed(command *exec.Cmd, within time.Duration) {
	require.NoError(w.t, command.Start())
	ended := make(chan struct{})
	go func() { _ = command.Wait(); close(ended) }()
	select {
	case <-ended:
	case <-time.After(time.Duration(w.random.Int64N(int64(within)))):
		_ = command.Process.Kill()
		<-ended
	}
}

func (w *world) command(words ...string) *exec.Cmd {
	command, err := program.Command(w.folder, w.databaseURL, words...)
	require.NoError(w.t, err)
	return command
}

// killImport kills an import of a file of two transactions and runs it again: the same command goes on from there.
func (w *world) killImport(l *life) {
	device := l.prefix + "-imported"
	file := filepath.Join(w.folder, device+".csv")
	require.NoError(w.t, os.WriteFile(file, []byte(rowsOf(device)), 0o600))
	words := []string{"import", "--create-in", w.busy.Room, file}
	for range 2 {
		w.killed(w.command(words...), 1500*time.Millisecond)
	}
	out, err := w.command(words...).CombinedOutput()
	require.NoError(w.t, err, string(out))
	w.sum["imports"]++
	l.metered = append(l.metered, device)
	l.imported = device
}

// killUserCommand kills the making of a user: the user is there with the entry in the audit, or neither is.
func (w *world) killUserCommand(l *life) {
	l.commanded = l.prefix + ".command@usc.edu.co"
	command := w.command("user", "create", "--password-stdin", l.commanded)
	command.Stdin = strings.NewReader("una-frase-larga-7\n")
	w.killed(command, 3*time.Second)
}

// checkCommands checks what the commands left.
func (l *life) checkCommands(s *standing) {
	if l.imported != "" {
		require.Len(l.t, l.stored(l.imported, "kwh"), uploadRows)
		made := list[named](l.world, "/auth/auditoria?action=import&target="+url.QueryEscape("/api/dispositivos/"+l.imported))
		require.Len(l.t, made, 1, "entries in the audit of the device that the import made")
	}
	if l.commanded == "" {
		return
	}
	entries := 0
	for _, e := range list[struct{ Actor, Detail string }](l.world, "/auth/auditoria?action=user.added&from="+url.QueryEscape(l.begun.Format(time.RFC3339))) {
		if strings.Contains(e.Detail, l.commanded) {
			entries++
		}
	}
	_, there := s.users[l.commanded]
	require.Equal(l.t, map[bool]int{true: 1}[there], entries, "a user who was made by a command, and the entry in the audit")
	l.sum[fmt.Sprintf("users by a command that was killed, there %t", there)]++
}

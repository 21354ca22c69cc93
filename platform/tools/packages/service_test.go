package packages

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/stretchr/testify/require"
)

// patience is far above what a start takes, also where every core is busy.
const patience = 5 * time.Minute

// service is the program as the unit starts it.
type service struct {
	m       machine
	url     string
	token   string
	process *exec.Cmd
	ended   chan error
}

// freeAddress is below the ports that Linux gives to outgoing connections, so that none of them takes it meanwhile.
func freeAddress(m machine) string {
	for range 100 {
		l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", 10_000+rand.IntN(20_000)))
		if err == nil {
			require.NoError(m.t, l.Close())
			return l.Addr().String()
		}
	}
	m.t.Fatal("no free port")
	return ""
}

// start does what systemd does by the installed unit: the folder of the state, the credentials, the settings, and the command as it stands
// there. Paths lead into the machine's folder.
func (m machine) start() *service {
	unit := section(m.read("usr/lib/systemd/system/holotwin.service"), "Service")
	require.Equal(m.t, []string{"yes"}, unit["DynamicUser"])
	state := unit["StateDirectory"][0]
	require.NoError(m.t, os.MkdirAll(m.path("var/lib/private/"+state), 0o700))
	if err := os.Symlink("private/"+state, m.path("var/lib/"+state)); err != nil {
		require.ErrorIs(m.t, err, os.ErrExist)
	}
	m.giveSecrets(unit["LoadCredential"][0])

	settings := assignments(m.read(unit["EnvironmentFile"][0]), false)
	command := strings.Fields(unit["ExecStart"][0])
	s := &service{m: m, url: "http://" + settings["HTTP_ADDR"], process: exec.Command(m.path(command[0]), command[1:]...), ended: make(chan error, 1)}
	s.process.Dir = m.path(unit["WorkingDirectory"][0])
	inside := strings.NewReplacer("/var/lib/", m.root+"/var/lib/", "/run/", m.root+"/run/")
	for name, value := range settings {
		s.process.Env = append(s.process.Env, name+"="+inside.Replace(value))
	}
	var log bytes.Buffer
	s.process.Stdout, s.process.Stderr = &log, &log
	require.NoError(m.t, s.process.Start())
	m.t.Cleanup(func() { _ = s.process.Process.Kill() })
	go func() { s.ended <- s.process.Wait() }()
	s.await(&log)
	return s
}

// giveSecrets copies each file of a folder to where the service finds it, as LoadCredential=ID:FOLDER does.
func (m machine) giveSecrets(credential string) {
	id, folder, _ := strings.Cut(credential, ":")
	given := m.path("run/credentials/holotwin.service")
	require.NoError(m.t, os.MkdirAll(given, 0o700))
	files, err := os.ReadDir(m.path(folder))
	require.NoError(m.t, err)
	for _, file := range files {
		content := m.read(filepath.Join(folder, file.Name()))
		require.NoError(m.t, os.WriteFile(filepath.Join(given, id+"_"+file.Name()), []byte(content), 0o600))
	}
}

// await waits until the service says that it is ready.
func (s *service) await(log *bytes.Buffer) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	for {
		if answer, err := http.Get(s.url + "/health/ready"); err == nil {
			_ = answer.Body.Close()
			if answer.StatusCode == http.StatusOK {
				return
			}
		}
		select {
		case err := <-s.ended:
			s.m.t.Fatalf("the service has ended: %v: %s", err, log)
		case <-ctx.Done():
			s.m.t.Fatal("the service is not ready")
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// stop ends the service as systemd does.
func (s *service) stop() {
	require.NoError(s.m.t, s.process.Process.Signal(syscall.SIGTERM))
	select {
	case err := <-s.ended:
		require.NoError(s.m.t, err)
	case <-time.After(patience):
		s.m.t.Fatal("the service does not end")
	}
}

// login logs in for the calls that follow.
func (s *service) login(email, password string) {
	var granted struct {
		Token string `json:"access_token"`
	}
	require.Equal(s.m.t, http.StatusOK, s.call(http.MethodPost, "/auth/login", map[string]string{"email": email, "password": password}, &granted))
	s.token = granted.Token
}

// call sends a body as JSON and reads the answer's.
func (s *service) call(method, path string, body, into any) (status int) {
	raw, err := json.Marshal(body)
	require.NoError(s.m.t, err)
	request, err := http.NewRequest(method, s.url+path, bytes.NewReader(raw))
	require.NoError(s.m.t, err)
	request.Header.Set("Content-Type", "application/json")
	if s.token != "" {
		request.Header.Set("Authorization", "Bearer "+s.token)
	}
	answer, err := http.DefaultClient.Do(request)
	require.NoError(s.m.t, err)
	content, err := io.ReadAll(answer.Body)
	require.NoError(s.m.t, err)
	require.NoError(s.m.t, answer.Body.Close())
	require.NoError(s.m.t, json.Unmarshal(content, into), string(content))
	return answer.StatusCode
}

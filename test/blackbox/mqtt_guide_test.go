package blackbox

import (
	"net"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/platform/database/databasetest"
)

// TestADeviceFollowsTheMQTTGuide connects a device as the guide says, and sends its examples.
func TestADeviceFollowsTheMQTTGuide(t *testing.T) {
	b := startBroker(t, databasetest.SQLite(t))
	var guide struct {
		Listen struct {
			Host string
			Port int
			TLS  bool
		}
		Broker   *struct{}
		Topics   []string
		Examples []struct{ Topic, Payload string }
	}
	require.NoError(t, send(t, b.admin, 200, http.MethodGet, "/api/mqtt", nil).JSON(&guide))
	require.Equal(t, b.address, net.JoinHostPort(guide.Listen.Host, strconv.Itoa(guide.Listen.Port)))
	require.False(t, guide.Listen.TLS)
	require.Nil(t, guide.Broker)
	require.Len(t, guide.Topics, 3)
	id := b.campus.Devices[0]
	device := dial(t, net.JoinHostPort(guide.Listen.Host, strconv.Itoa(guide.Listen.Port)), id, id, b.keys[0].Key)
	for i, e := range guide.Examples {
		require.Equal(t, guide.Topics[i], e.Topic)
		require.NoError(t, device.Say(strings.ReplaceAll(e.Topic, "{device_id}", id), e.Payload))
	}
	for _, path := range []string{"/consumo?device_id=" + id, "/api/dispositivos/" + id + "/estados", "/api/ambiente"} {
		var list struct{ Items []struct{} }
		require.NoError(t, send(t, b.admin, 200, http.MethodGet, path, nil).JSON(&list))
		require.Len(t, list.Items, 1, path)
	}
	require.NotContains(t, string(send(t, b.admin, 200, http.MethodGet, "/api/dispositivos/rechazados", nil).Body), "reason")

	off := login(t, start(t, databasetest.SQLite(t)))
	body := string(send(t, off, 200, http.MethodGet, "/api/mqtt", nil).Body)
	require.Contains(t, body, `"listen":null`)
	require.Contains(t, body, `"broker":null`)
	send(t, newUser(t, off, "viewer", ""), 403, http.MethodGet, "/api/mqtt", nil)
}

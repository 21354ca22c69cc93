package httpenergy

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/holotwin/holotwin/platform/httpserver"
)

// MQTTAccess is how devices reach this installation over MQTT.
type MQTTAccess struct {
	// Listen is the embedded broker; nil if it is off.
	Listen *MQTTListen `json:"listen" doc:"The embedded broker; null if it is off"`
	// Broker is the outside broker; nil if there is none.
	Broker *MQTTBroker `json:"broker" doc:"The operator's own broker that HoloTwin reads from; null if there is none"`
}

// MQTTListen is where the embedded broker listens.
type MQTTListen struct {
	_    struct{} `json:"-" nullable:"true"`
	Host *string  `json:"host" doc:"The address that it is bound to; null if it is reached under the host of this page"`
	Port int      `json:"port" example:"1883"`
	TLS  bool     `json:"tls"`
}

// MQTTBroker is an outside broker.
type MQTTBroker struct {
	_       struct{} `json:"-" nullable:"true"`
	URL     string   `json:"url" doc:"Without user and password" example:"mqtts://broker.example:8883"`
	Filters []string `json:"filters" nullable:"false" doc:"The topics that HoloTwin reads there, as MQTT filters"`
}

// MQTTGuide is what to enter in a device.
type MQTTGuide struct {
	MQTTAccess
	UsernameIs string        `json:"username_is" enum:"device_id" doc:"What a device sends as user to the embedded broker. An outside broker has users of its own"`
	PasswordIs string        `json:"password_is" enum:"key" doc:"What a device sends as password to the embedded broker: an API key of the device or of its space"`
	Topics     []string      `json:"topics" nullable:"false" doc:"HoloTwin's own topics, with {device_id} in place of the device's id. Devices of other makes send to their own topics"`
	Examples   []mqttExample `json:"examples" nullable:"false" doc:"A message for each topic"`
}

type mqttExample struct {
	Topic   string `json:"topic"`
	Payload string `json:"payload" doc:"JSON with the members of the HTTP call"`
}

var mqttExamples = []mqttExample{
	{"holotwin/{device_id}/consumo", `{"kwh":0.42,"interval_s":900}`},
	{"holotwin/{device_id}/estado", `{"state":"on"}`},
	{"holotwin/{device_id}/ambiente", `{"temperature_c":24.5,"humidity_pct":60}`},
}

func (h *Handlers) registerMQTT(api *httpserver.API) {
	httpserver.Register(api, problemOf, huma.Operation{
		OperationID: "mqttAccess", Method: http.MethodGet, Path: "/api/mqtt", Tags: []string{"campus"},
		Summary:     "Cómo se conecta un dispositivo por MQTT · How a device connects over MQTT",
		Description: "The address, user, password, topics and example messages to enter in a device. Both `listen` and `broker` are null if MQTT is off.",
		Metadata:    httpserver.Managers(),
	}, h.mqttGuide)
}

func (h *Handlers) mqttGuide(context.Context, *struct{}) (*output[MQTTGuide], error) {
	guide := MQTTGuide{MQTTAccess: h.MQTT, UsernameIs: "device_id", PasswordIs: "key", Examples: mqttExamples}
	for _, e := range mqttExamples {
		guide.Topics = append(guide.Topics, e.Topic)
	}
	return &output[MQTTGuide]{guide}, nil
}

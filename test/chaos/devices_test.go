package chaos

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/holotwin/holotwin/test/program"
)

// readings sends readings of 0.001 kWh one by one: live ones, and late ones, which take another way into the books.
func (w *worker) readings() {
	from := time.Now().UTC().Truncate(time.Second).Add(-time.Hour)
	for i := 0; ; i++ {
		at := from.Add(time.Duration(i) * time.Second)
		if i%8 == 7 {
			at = at.AddDate(0, 0, -60)
		}
		w.tried = at.Format(time.RFC3339)
		answer, err := w.admin.Send(http.MethodPost, "/consumo", map[string]any{"device_id": w.live, "kwh": 0.001, "interval_s": 1, "timestamp": w.tried})
		if err != nil {
			return
		}
		if answer.Status != http.StatusCreated {
			w.t.Errorf("POST /consumo: %d %s", answer.Status, answer.Body)
			return
		}
		w.measured = append(w.measured, w.tried)
		w.acknowledged.Add(1)
	}
}

// uploadRows are more rows than one transaction stores.
const uploadRows = 6000

// upload is a file of readings; atomic ones are all there or none.
type upload struct {
	device string
	atomic bool
	acked  bool
}

func (u *upload) path() string { return fmt.Sprintf("/consumo/lote?atomic=%t", u.atomic) }

func (w *worker) upload(u *upload) {
	time.Sleep(time.Duration(w.random.IntN(200)) * time.Millisecond)
	answer, err := w.admin.Raw(http.MethodPost, u.path(), "text/csv", strings.NewReader(rowsOf(u.device)))
	if err != nil {
		return
	}
	if answer.Status != http.StatusOK {
		w.t.Errorf("POST /consumo/lote: %d %s", answer.Status, answer.Body)
	}
	u.acked = true
}

// rowsOf are readings of 0.001 kWh, one a minute up to yesterday.
func rowsOf(device string) string {
	var b strings.Builder
	b.WriteString("device_id,kwh,interval_s,timestamp\n")
	end := time.Now().UTC().Truncate(24 * time.Hour)
	for i := range uploadRows {
		fmt.Fprintf(&b, "%s,0.001,60,%s\n", device, end.Add(-time.Duration(i)*time.Minute).Format(time.RFC3339))
	}
	return b.String()
}

// adoption is an unregistered device that sends over two connections, and is adopted meanwhile.
type adoption struct {
	node, device string
	adopted      *object
	checked      bool

	mu sync.Mutex
	// sent are the instants of registers that were sent, and whether they were acknowledged.
	sent map[string]bool
}

func (a *adoption) address() string { return "emon/" + a.node + "/kwh" }

// register is what the device's register stood at, kWh: it does not matter which connection sent it.
func register(second int) string { return fmt.Sprintf("%d.%03d", 100+second/1000, second%1000) }

// speak sends every second register of the device.
func (w *worker) speak(a *adoption, connection int) {
	gateway := &program.Client{URL: w.admin.URL, HTTP: newHTTP()}
	from := time.Now().UTC().Truncate(24*time.Hour).AddDate(0, 0, -1)
	for second := connection; ; second += 2 {
		at := from.Add(time.Duration(second) * time.Second)
		stamp := at.Format(time.RFC3339)
		a.note(stamp, false)
		form := url.Values{"node": {a.node}, "fulljson": {`{"kwh":` + register(second) + `}`}, "time": {fmt.Sprint(at.Unix())}, "apikey": {w.key}}
		answer, err := gateway.Raw(http.MethodPost, "/input/post", "application/x-www-form-urlencoded", strings.NewReader(form.Encode()))
		if err != nil {
			return
		}
		if answer.Status != http.StatusOK {
			w.t.Errorf("POST /input/post: %d %s", answer.Status, answer.Body)
			return
		}
		a.note(stamp, true)
	}
}

func (a *adoption) note(stamp string, acked bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.sent[stamp] = acked
}

// adopt adopts the device after a while.
func (w *worker) adopt(a *adoption) {
	time.Sleep(time.Duration(20+w.random.IntN(200)) * time.Millisecond)
	for { // it may not have spoken yet
		answer, err := w.admin.Send(http.MethodGet, "/api/dispositivos/nuevos", nil)
		if err != nil {
			return
		}
		if strings.Contains(string(answer.Body), `"`+a.address()+`"`) {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	name := a.device + " x"
	a.adopted = &object{name: name, read: func(s *standing) string { return s.only(w.t, s.devices, name) }}
	w.change(a.adopted, name, http.MethodPost, "/api/dispositivos/nuevos", w.adoptionOf(a))
}

func (w *world) adoptionOf(a *adoption) map[string]any {
	return map[string]any{"address": a.address(), "id": a.device, "name": a.device + " x", "kind": "meter", "space_id": w.busy.Room}
}

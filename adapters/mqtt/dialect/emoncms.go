package dialect

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/holotwin/holotwin/modules/energy"
)

// emoncms: emon/<node>/<name> with a number, or emon/<node> with an object or with numbers that are named by their places. No unit
// is told; the addresses are those of the HTTP calls.
func knowsEmoncms(_ memory, topic []string) bool { return topic[0] == "emon" && len(topic) > 1 }

func readEmoncms(_ memory, topic []string, m Message) ([]energy.Observation, error) {
	word, err := plain(m.Payload)
	if err != nil {
		return nil, err
	}
	address := strings.Join(topic, "/")
	switch {
	case len(topic) > 2:
		return emoncmsNumbers(address, []string{""}, []string{word}, moment{})
	case strings.HasPrefix(word, "{"):
		return emoncmsObject(address, m.Payload)
	}
	numbers := strings.Split(word, ",")
	names := make([]string, len(numbers))
	for i := range numbers {
		names[i] = strconv.Itoa(i + 1)
	}
	return emoncmsNumbers(address, names, numbers, moment{})
}

func emoncmsObject(address string, payload []byte) ([]energy.Observation, error) {
	body, err := objectOf(payload)
	if err != nil {
		return nil, err
	}
	var at moment
	text := body.text("time")
	if text == "" {
		text = body.number("time")
	}
	if text != "" {
		if at, err = momentOf(text); err != nil {
			return nil, err
		}
	}
	var names, numbers []string
	for _, name := range slices.Sorted(maps.Keys(body)) {
		if number := body.number(name); number != "" && name != "time" && !strings.ContainsAny(name, "/#+\x00") && len(name) < 100 {
			names, numbers = append(names, name), append(numbers, number)
		}
	}
	return emoncmsNumbers(address, names, numbers, at)
}

func emoncmsNumbers(address string, names, numbers []string, at moment) ([]energy.Observation, error) {
	const most = 200
	if len(numbers) > most {
		return nil, wrongShape
	}
	var all []energy.Observation
	for i, number := range numbers {
		number = strings.TrimSpace(number)
		if _, ok := energy.ReadThousandths(number); !ok {
			return nil, notANumber
		}
		o := energy.Observation{Address: strings.TrimSuffix(address+"/"+names[i], "/"), Plain: number}
		at.tell(&o, energy.ByDevice)
		all = append(all, o)
	}
	return all, nil
}

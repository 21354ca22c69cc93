package config

import (
	"fmt"
	"reflect"
	"strings"
)

// shown are the settings that are texts and that anyone may read: choices from a list, and names of zones.
var shown = map[string]bool{
	"MODULES": true, "SITE_TIME_ZONE": true, "LOCALE": true, "LOG_LEVEL": true, "LOG_FORMAT": true, "PORT": true,
}

// Masked returns the settings as a maintainer may see them: numbers, switches and choices as they are; of a URL its scheme; of all others
// whether they are set.
func (c Config) Masked() map[string]string {
	masked := make(map[string]string)
	value := reflect.ValueOf(c)
	for i := range value.NumField() {
		field := value.Type().Field(i)
		name := strings.Split(field.Tag.Get("env"), ",")[0]
		if name == "" || name == "-" {
			continue
		}
		masked[name] = maskedValue(name, value.Field(i), field.Tag.Get("envDefault"))
	}
	return masked
}

func maskedValue(name string, value reflect.Value, unset string) string {
	text := fmt.Sprint(value.Interface())
	if list, ok := value.Interface().([]string); ok {
		text = strings.Join(list, ",")
	}
	switch {
	case shown[name], value.Kind() == reflect.Int, value.Kind() == reflect.Bool:
		return text
	case value.IsZero(), value.Kind() == reflect.Slice && value.Len() == 0:
		return ""
	case text == unset:
		return "default"
	}
	if scheme, _, isURL := strings.Cut(text, "://"); isURL && len(scheme) < 12 {
		return scheme + "://…"
	}
	return "set"
}

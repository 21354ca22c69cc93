package config

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestMaskedSettingsShowNoTexts plants a secret in every setting that is a text.
func TestMaskedSettingsShowNoTexts(t *testing.T) {
	var c Config
	value := reflect.ValueOf(&c).Elem()
	for i := range value.NumField() {
		field := value.Type().Field(i)
		name := strings.Split(field.Tag.Get("env"), ",")[0]
		if shown[name] {
			continue
		}
		switch v := value.Field(i); v.Interface().(type) {
		case string:
			v.SetString(fmt.Sprintf("postgresql://maria:hunter2@192.0.2.1/%d", i))
		case []string:
			v.Set(reflect.ValueOf([]string{"hunter2", "maria"}))
		case int:
			v.SetInt(7)
		}
	}
	c.Modules, c.Locale = []string{"auth", "energy"}, "es"
	masked := c.Masked()
	for name, text := range masked {
		require.NotContains(t, text, "hunter2", name)
		require.NotContains(t, text, "maria", name)
		require.NotContains(t, text, "192.0.2.1", name)
	}
	require.Equal(t, "postgresql://…", masked["DB_URL"])
	require.Equal(t, "auth,energy", masked["MODULES"])
	require.Equal(t, "7", masked["RATE_LIMIT_PER_MIN"])
	require.Equal(t, "es", masked["LOCALE"])
	c.AdminEmail, c.DBURL, c.JWTSecret = "admin@localhost", "sqlite://./data/holotwin.db", ""
	require.Equal(t, []string{"default", "default", ""}, []string{c.Masked()["ADMIN_EMAIL"], c.Masked()["DB_URL"], c.Masked()["JWT_SECRET"]})
}

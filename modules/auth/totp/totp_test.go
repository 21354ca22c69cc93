package totp

import (
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestCodes has the vectors of RFC 6238 (appendix B, SHA-1), of which an app shows the last six of eight digits.
func TestCodes(t *testing.T) {
	secret := []byte("12345678901234567890")
	for at, code := range map[int64]string{59: "287082", 1111111109: "081804", 1111111111: "050471", 1234567890: "005924", 2000000000: "279037", 20000000000: "353130"} {
		require.Equal(t, code, Code(secret, StepAt(time.Unix(at, 0))), at)
	}
}

func TestMatch(t *testing.T) {
	secret, now := []byte("12345678901234567890"), time.Unix(1234567890, 0)
	current := StepAt(now)
	for distance, valid := range map[int64]bool{-2: false, -1: true, 0: true, 1: true, 2: false} {
		step, ok := Match(secret, Code(secret, current+distance), now, 0)
		require.Equal(t, valid, ok, distance)
		if ok {
			require.Equal(t, current+distance, step)
		}
	}
	for after, valid := range map[int64]bool{current - 1: true, current: false, current + 1: false} {
		_, ok := Match(secret, Code(secret, current), now, after)
		require.Equal(t, valid, ok)
	}
	_, ok := Match(secret, "", now, 0)
	require.False(t, ok)
	for text, is := range map[string]bool{"012345": true, "": false, "12345": false, "1234567": false, "12345a": false, "１２３４５６": false, "-12345": false} {
		require.Equal(t, is, IsCode(text), text)
	}
}

func TestAddress(t *testing.T) {
	address, err := url.Parse(Address("HoloTwin", "ana+x@usc.edu.co", []byte("12345678901234567890")))
	require.NoError(t, err)
	require.Equal(t, "otpauth", address.Scheme)
	require.Equal(t, "totp", address.Host)
	require.Equal(t, "/HoloTwin:ana+x@usc.edu.co", address.Path)
	require.Equal(t, "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", address.Query().Get("secret"))
	require.Equal(t, "HoloTwin", address.Query().Get("issuer"))
	require.Equal(t, "30", address.Query().Get("period"))
}

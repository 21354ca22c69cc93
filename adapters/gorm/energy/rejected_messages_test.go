package gormenergy

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestFairShare(t *testing.T) {
	for _, c := range []struct {
		counts []int
		share  int
	}{{nil, 100}, {[]int{100}, 100}, {[]int{101}, 100}, {[]int{60, 50}, 50}, {[]int{90, 2, 20}, 78}, {[]int{40, 40, 40}, 33}, {[]int{1, 2, 3}, 100}} {
		require.Equal(t, c.share, fairShare(c.counts, 100), c.counts)
	}
}

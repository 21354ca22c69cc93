package anomaly_test

import (
	"testing"

	"github.com/holotwin/holotwin/modules/advice/anomaly"
)

func BenchmarkDetect(b *testing.B) {
	rows := campusMeter(400, 1)
	for b.Loop() {
		anomaly.Detect(rows, 340*24)
	}
}

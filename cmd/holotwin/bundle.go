package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/platform/clock"
	"github.com/holotwin/holotwin/platform/doctor"
	"github.com/holotwin/holotwin/platform/metrics"
	"github.com/holotwin/holotwin/platform/private"
)

// writeBundle writes what a maintainer needs into a new file.
func (v *visit) writeBundle(ctx context.Context) error {
	file, err := os.OpenFile(v.command.Bundle, os.O_CREATE|os.O_EXCL|os.O_WRONLY, private.FileMode)
	if errors.Is(err, os.ErrExist) {
		return fmt.Errorf("--bundle: %s exists already; name another file", v.command.Bundle)
	}
	if err != nil {
		return fmt.Errorf("--bundle: %w", err)
	}
	bundle := doctor.Bundle{
		Version: version, Made: clock.System{}.Now(), Settings: v.settings.Masked(), Findings: v.findings, Schemas: v.schemas, Tables: v.tables, Books: v.numbered(),
	}
	asked := v.settings
	if asked.MetricsAddr != "" {
		asked.HTTPAddr, asked.TLSCert = asked.MetricsAddr, ""
	}
	// Those that METRICS_TOKEN guards are left out: the token is not sent to whatever listens there.
	if body, status, err := askServer(ctx, asked, metrics.Path); err == nil && status == http.StatusOK {
		bundle.Metrics = body
	}
	return errors.Join(bundle.Write(file), file.Close())
}

// numbered are the differences with a number in the place of each device, whose id may name a person.
func (v *visit) numbered() []doctor.BookDifference {
	numbers := make(map[energy.DeviceID]int)
	all := make([]doctor.BookDifference, len(v.differences))
	for i, d := range v.differences {
		if numbers[d.Device] == 0 {
			numbers[d.Device] = len(numbers) + 1
		}
		all[i] = doctor.BookDifference{Device: numbers[d.Device], Figure: string(d.Figure), From: d.From.String(), To: d.To.String(), Stored: d.Stored, Computed: d.Computed}
	}
	return all
}

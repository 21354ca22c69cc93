package main

import (
	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"

	"github.com/holotwin/holotwin/platform/database"
)

// logReplica logs when the read replica stops answering, and when it is back.
func logReplica(log *zap.Logger) func(database.Condition, string) {
	return func(condition database.Condition, reason string) {
		if condition == database.Following {
			log.Info("the read replica answers reports again")
			return
		}
		log.Warn("the read replica does not answer reports; the primary does; will retry", zap.String("condition", string(condition)), zap.String("reason", reason))
	}
}

// replicaMetrics are those of the read replica, if there is one.
type replicaMetrics struct{ db *database.Database }

var (
	replicaFollows = prometheus.NewDesc("holotwin_read_replica_following", "1 while the read replica may answer reports.", nil, nil)
	replicaBytes   = prometheus.NewDesc("holotwin_read_replica_lag_bytes", "Bytes of the log that the read replica had not replayed when it was last seen.", nil, nil)
	replicaSeconds = prometheus.NewDesc("holotwin_read_replica_lag_seconds", "Time since the read replica had replayed all that was committed; 0 if it has.", nil, nil)
	replicaReads   = prometheus.NewDesc("holotwin_read_replica_reads_total", "Reads of reports, by who answered and why.", []string{"by", "reason"}, nil)
)

// Describe implements prometheus.Collector.
func (m replicaMetrics) Describe(out chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{replicaFollows, replicaBytes, replicaSeconds, replicaReads} {
		out <- d
	}
}

// Collect implements prometheus.Collector.
func (m replicaMetrics) Collect(out chan<- prometheus.Metric) {
	state, ok := m.db.Replica()
	if !ok {
		return
	}
	follows := 0.0
	if state.Condition == database.Following {
		follows = 1
	}
	out <- prometheus.MustNewConstMetric(replicaFollows, prometheus.GaugeValue, follows)
	out <- prometheus.MustNewConstMetric(replicaBytes, prometheus.GaugeValue, float64(state.LagBytes))
	out <- prometheus.MustNewConstMetric(replicaSeconds, prometheus.GaugeValue, state.LagTime.Seconds())
	for answer, n := range state.Reads {
		by := "primary"
		if answer.ByReplica {
			by = "replica"
		}
		out <- prometheus.MustNewConstMetric(replicaReads, prometheus.CounterValue, float64(n), by, answer.Reason)
	}
}

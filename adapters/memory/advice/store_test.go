package memoryadvice_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	memoryadvice "github.com/holotwin/holotwin/adapters/memory/advice"
	"github.com/holotwin/holotwin/modules/advice/advicetest"
	"github.com/holotwin/holotwin/modules/advice/scenario"
)

func TestStore(t *testing.T) {
	advicetest.RunStore(t, func(*testing.T) advicetest.Store { return memoryadvice.New() })
}

func TestStepsOfTheCurrentRunArePublished(t *testing.T) {
	ctx, s := context.Background(), memoryadvice.New()
	require.NoError(t, s.BeginRun(ctx, "sim_1", "run_1"))
	for _, run := range []string{"run_0", "run_1"} {
		mine, err := s.PublishRun(ctx, []scenario.RunStep{{Run: run, Scenario: "sim_1", State: scenario.RunRunning}})
		require.NoError(t, err)
		require.Equal(t, run == "run_1", mine)
	}
	require.Equal(t, []scenario.RunStep{{Run: "run_1", Scenario: "sim_1", State: scenario.RunRunning}}, s.Steps())
}

package chart

import (
	"bytes"
	"maps"
	"os"
	"regexp"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"helm.sh/helm/v3/pkg/lint"
	"helm.sh/helm/v3/pkg/lint/support"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/utils/ptr"
)

// each renders the chart with each combination of values.
func each(t *testing.T, check func(*testing.T, []object)) {
	all, err := combinations()
	require.NoError(t, err)
	require.Subset(t, slices.Collect(maps.Keys(all)), []string{"default", "services", "everything"})
	c, err := load()
	require.NoError(t, err)
	for name, values := range all {
		t.Run(name, func(t *testing.T) {
			objects, _, err := render(c, values)
			require.NoError(t, err)
			check(t, objects)
		})
	}
}

// Helm's linter finds nothing to say but that the chart has no icon.
func TestTheLinterIsContent(t *testing.T) {
	all, err := combinations()
	require.NoError(t, err)
	for name, values := range all {
		for _, message := range lint.AllWithKubeVersion(folder, values, "energia", &cluster).Messages {
			require.LessOrEqual(t, message.Severity, support.InfoSev, "%s: %s: %s", name, message.Path, message.Err)
		}
	}
}

func TestObjectsAreMadeByValues(t *testing.T) {
	count := map[string]map[string]int{}
	all, err := combinations()
	require.NoError(t, err)
	c, err := load()
	require.NoError(t, err)
	for name, values := range all {
		objects, notes, err := render(c, values)
		require.NoError(t, err)
		require.NotEmpty(t, notes)
		count[name] = map[string]int{}
		for _, o := range objects {
			count[name][o.kind]++
		}
	}
	require.Equal(t, map[string]map[string]int{
		"default": {"Deployment": 1, "Service": 1, "ServiceAccount": 1, "PodDisruptionBudget": 1, "NetworkPolicy": 1},
		"monolith": {
			"StatefulSet": 1, "Service": 2, "ServiceAccount": 1, "PodDisruptionBudget": 1, "NetworkPolicy": 1, "Ingress": 1, "ServiceMonitor": 1,
		},
		"services": {"Deployment": 3, "Service": 3, "ServiceAccount": 1, "PodDisruptionBudget": 3, "NetworkPolicy": 3, "Ingress": 2},
		"scaling": {
			"Deployment": 3, "Service": 4, "ServiceAccount": 1, "PodDisruptionBudget": 3, "NetworkPolicy": 3, "Ingress": 2,
			"HorizontalPodAutoscaler": 3,
		},
		"everything": {
			"Deployment": 2, "StatefulSet": 1, "Service": 5, "ServiceAccount": 1, "PodDisruptionBudget": 3, "NetworkPolicy": 3, "Ingress": 2,
			"HorizontalPodAutoscaler": 2, "ServiceMonitor": 1,
		},
	}, count)
}

// What one object says of another is there: pods of selectors, ports of services, services of the Ingress, targets of autoscalers.
func TestObjectsFindEachOther(t *testing.T) {
	each(t, func(t *testing.T, objects []object) {
		pods := workloads(objects)
		selects := func(selector map[string]string) (names []string) {
			require.NotEmpty(t, selector)
			for name, w := range pods {
				if contains(w.template.Labels, selector) {
					names = append(names, name)
				}
			}
			return names
		}
		for name, w := range pods {
			require.Equal(t, []string{name}, selects(w.selector))
		}
		services := the[corev1.Service](objects)
		for name, s := range services {
			require.Len(t, selects(s.Spec.Selector), 1, name)
			ports := pods[selects(s.Spec.Selector)[0]].template.Spec.Containers[0].Ports
			for _, p := range s.Spec.Ports {
				require.True(t, slices.ContainsFunc(ports, func(c corev1.ContainerPort) bool { return c.Name == p.TargetPort.StrVal }), "%s: %s", name, p.Name)
			}
		}
		for _, ingress := range the[networkingv1.Ingress](objects) {
			for _, p := range ingress.Spec.Rules[0].HTTP.Paths {
				s := services[p.Backend.Service.Name]
				require.NotNil(t, s, p.Path)
				require.Equal(t, s.Spec.Ports[0].Name, p.Backend.Service.Port.Name)
			}
		}
		for name, a := range the[autoscalingv2.HorizontalPodAutoscaler](objects) {
			w := pods[a.Spec.ScaleTargetRef.Name]
			require.Equal(t, w.kind, a.Spec.ScaleTargetRef.Kind, name)
			require.Nil(t, w.replicas, "%s: an upgrade would undo what the autoscaler decided", name)
			require.LessOrEqual(t, *a.Spec.MinReplicas, a.Spec.MaxReplicas)
			require.Contains(t, w.template.Spec.Containers[0].Resources.Requests, corev1.ResourceCPU)
		}
		budgets := map[string]int{}
		for _, b := range the[policyv1.PodDisruptionBudget](objects) {
			require.Equal(t, ptr.To(intstr.FromInt32(1)), b.Spec.MaxUnavailable)
			budgets[selects(b.Spec.Selector.MatchLabels)[0]]++
		}
		policies := map[string]int{}
		for _, p := range the[networkingv1.NetworkPolicy](objects) {
			require.Len(t, p.Spec.PolicyTypes, 2)
			policies[selects(p.Spec.PodSelector.MatchLabels)[0]]++
		}
		for name := range pods {
			require.Equal(t, 1, budgets[name], name)
			require.Equal(t, 1, policies[name], name)
		}
	})
}

// Pods are what the Pod Security Standard "restricted" allows, and more: the root file system cannot be written.
func TestPodsAreRestricted(t *testing.T) {
	each(t, func(t *testing.T, objects []object) {
		for name, w := range workloads(objects) {
			pod := w.template.Spec
			require.False(t, *pod.AutomountServiceAccountToken, name)
			require.True(t, *pod.SecurityContext.RunAsNonRoot, name)
			require.Equal(t, corev1.SeccompProfileTypeRuntimeDefault, pod.SecurityContext.SeccompProfile.Type, name)
			require.Len(t, pod.Containers, 1)
			own := pod.Containers[0].SecurityContext
			require.False(t, *own.AllowPrivilegeEscalation, name)
			require.True(t, *own.ReadOnlyRootFilesystem, name)
			require.Equal(t, &corev1.Capabilities{Drop: []corev1.Capability{"ALL"}}, own.Capabilities, name)
			for _, v := range pod.Volumes {
				require.True(t, v.EmptyDir != nil || v.Secret != nil, "%s: %s", name, v.Name)
			}
			for _, m := range pod.Containers[0].VolumeMounts {
				require.True(t, slices.ContainsFunc(pod.Volumes, func(v corev1.Volume) bool { return v.Name == m.Name }), "%s: %s", name, m.Name)
			}
		}
	})
}

// A pod ends after its delay and the time of the program; it starts within the time that a start may take; it is asked where the program answers.
func TestPodsStartAndEnd(t *testing.T) {
	each(t, func(t *testing.T, objects []object) {
		for name, w := range workloads(objects) {
			c := w.template.Spec.Containers[0]
			require.Less(t, c.Lifecycle.PreStop.Sleep.Seconds+20, *w.template.Spec.TerminationGracePeriodSeconds, name)
			require.GreaterOrEqual(t, c.StartupProbe.PeriodSeconds*c.StartupProbe.FailureThreshold, int32(120), name)
			require.Equal(t, "/health/live", c.StartupProbe.HTTPGet.Path)
			require.Equal(t, "/health/live", c.LivenessProbe.HTTPGet.Path)
			require.Equal(t, "/health/ready", c.ReadinessProbe.HTTPGet.Path)
		}
	})
}

// A variable of a pod is a setting that the program reads, and is there once. A secret one comes from a secret.
func TestSettingsAreRead(t *testing.T) {
	source, err := os.ReadFile("../../config/config.go")
	require.NoError(t, err)
	var read []string
	for _, found := range regexp.MustCompile(`env:"([A-Z][A-Z_0-9]*)"`).FindAllSubmatch(source, -1) {
		read = append(read, string(found[1]))
	}
	secret := regexp.MustCompile(`^(DB_URL|DIRECT_DB_URL|JWT_SECRET|MQTT_URL|NATS_URL)$|(PASSWORD|SECRET|API_KEY)$`)
	each(t, func(t *testing.T, objects []object) {
		for name, w := range workloads(objects) {
			seen := map[string]bool{}
			for _, variable := range w.template.Spec.Containers[0].Env {
				require.Contains(t, read, variable.Name, name)
				require.False(t, seen[variable.Name], "%s: %s twice", name, variable.Name)
				seen[variable.Name] = true
				if secret.MatchString(variable.Name) {
					require.NotNil(t, variable.ValueFrom, "%s: %s", name, variable.Name)
					require.NotNil(t, variable.ValueFrom.SecretKeyRef, "%s: %s", name, variable.Name)
				}
			}
		}
	})
}

// Each service has its own database and knows the others by the names of their services.
func TestServicesKnowEachOther(t *testing.T) {
	c, err := load()
	require.NoError(t, err)
	objects, _, err := render(c, map[string]any{"mode": "services"})
	require.NoError(t, err)
	for module, runs := range map[string]string{"auth": "auth", "energy": "energy,web", "advice": "advice"} {
		settings := map[string]string{}
		for _, variable := range workloads(objects)["test-holotwin-"+module].template.Spec.Containers[0].Env {
			if settings[variable.Name] = variable.Value; variable.ValueFrom != nil {
				settings[variable.Name] = variable.ValueFrom.SecretKeyRef.Name
			}
		}
		want := map[string]string{
			"HTTP_ADDR": ":8000", "LOG_FORMAT": "json", "MODULES": runs,
			"DB_URL": "holotwin-" + module + "-database", "DIRECT_DB_URL": "holotwin-" + module + "-database",
			"JWT_SECRET": "holotwin-tokens", "SERVICE_SECRET": "holotwin-tokens",
			"AUTH_URL": "http://test-holotwin-auth:8000", "ENERGY_URL": "http://test-holotwin-energy:8000", "ADVICE_URL": "http://test-holotwin-advice:8000",
		}
		delete(want, map[string]string{"auth": "AUTH_URL", "energy": "ENERGY_URL", "advice": "ADVICE_URL"}[module])
		require.Equal(t, want, settings)
		policy := the[networkingv1.NetworkPolicy](objects)["test-holotwin-"+module]
		require.Len(t, policy.Spec.Egress, 4, "names, the database, the other services, HTTPS outside")
		require.Len(t, policy.Spec.Egress[2].To, 2)
	}
}

// The Ingress sends a path where the tables say, in the monolith everything to one.
func TestTheIngressRoutesByTheTables(t *testing.T) {
	c, err := load()
	require.NoError(t, err)
	for mode, one := range map[string]string{"services": "", "monolith": "monolith"} {
		objects, _, err := render(c, map[string]any{"mode": mode, "ingress": map[string]any{"enabled": true}})
		require.NoError(t, err)
		for file, where := range map[string]struct {
			ingress string
			kind    networkingv1.PathType
		}{
			"exact": {"test-holotwin", networkingv1.PathTypeExact}, "prefix": {"test-holotwin", networkingv1.PathTypePrefix},
			"regex": {"test-holotwin-regex", networkingv1.PathTypeImplementationSpecific},
		} {
			want := table(t, file)
			require.NotEmpty(t, want)
			got := map[string]string{}
			if ingress := the[networkingv1.Ingress](objects)[where.ingress]; ingress != nil {
				for _, p := range ingress.Spec.Rules[0].HTTP.Paths {
					if *p.PathType == where.kind {
						got[p.Path] = p.Backend.Service.Name
					}
				}
			} else if one != "" {
				continue // one process needs no regular expression: every path is its own
			}
			for path, module := range want {
				if one != "" {
					module = one
				}
				want[path] = "test-holotwin-" + module
			}
			require.Equal(t, want, got)
		}
	}
}

// table is one of the tables of paths, as the Ingress has it: without the ^ of a regular expression.
func table(t *testing.T, name string) map[string]string {
	t.Helper()
	content, err := os.ReadFile(folder + "/files/" + name + ".map")
	require.NoError(t, err)
	lines := map[string]string{}
	for _, found := range regexp.MustCompile(`(?m)^\^?(/\S*) (\w+)$`).FindAllStringSubmatch(string(content), -1) {
		lines[found[1]] = found[2]
	}
	return lines
}

// Each mistake of a template is found.
func TestPlantedMistakesAreFound(t *testing.T) {
	for _, mistake := range []struct{ file, right, wrong, found string }{
		{"workloads", "  replicas:", "  replicaz:", `unknown field "spec.replicaz"`},
		{"workloads", "readOnlyRootFilesystem: true", "readOnlyRootFilesystem: yes please", "cannot unmarshal string"},
		{"workloads", "httpGet: {path", "httpGet: {pfad", `unknown field "spec.template.spec.containers[0].startupProbe.httpGet.pfad"`},
		{"availability", "maxUnavailable: 1", "maxUnavailable: 1\n  maxUnavailable: 2", "already set"},
		{"networkpolicies", "policyTypes:", "policyKinds:", `unknown field "spec.policyKinds"`},
		{"servicemonitor", "targetLabels:", "targetLabel:", `unknown field "spec.targetLabel"`},
		{"services", "kind: ServiceAccount", "kind: Secret", "the chart makes no v1 Secret"},
		{"services", "apiVersion: v1", "apiVersion: v2", "the chart makes no v2"},
		{"ingress", "$root.Values.ingress.host", "$root.Values.ingres.host", "nil pointer"},
	} {
		c, err := load()
		require.NoError(t, err)
		planted := 0
		for _, template := range c.Templates {
			if template.Name == "templates/"+mistake.file+".yaml" {
				planted += bytes.Count(template.Data, []byte(mistake.right))
				template.Data = bytes.ReplaceAll(template.Data, []byte(mistake.right), []byte(mistake.wrong))
			}
		}
		require.Positive(t, planted, mistake.right)
		_, _, err = render(c, map[string]any{"ingress": map[string]any{"enabled": true}, "serviceMonitor": map[string]any{"enabled": true}})
		require.ErrorContains(t, err, mistake.found, mistake.wrong)
	}
}

// Values that are misspelled, of another kind, or that would put a secret into the cluster's objects are refused.
func TestWrongValuesAreRefused(t *testing.T) {
	c, err := load()
	require.NoError(t, err)
	for _, wrong := range []struct {
		values map[string]any
		found  string
	}{
		{map[string]any{"replicas": 2}, "replicas"},
		{map[string]any{"energy": map[string]any{"replica": 2}}, "replica"},
		{map[string]any{"mode": "microservices"}, "mode"},
		{map[string]any{"monolith": map[string]any{"replicas": "2"}}, "replicas"},
		{map[string]any{"monolith": map[string]any{"database": map[string]any{"secret": ""}}}, "secret"},
		{map[string]any{"monolith": map[string]any{"database": map[string]any{"url": "postgresql://"}}}, "url"},
		{map[string]any{"settings": map[string]any{"OIDC_CLIENT_SECRET": "open"}}, "OIDC_CLIENT_SECRET"},
		{map[string]any{"settings": map[string]any{"DB_URL": "postgresql://"}}, "DB_URL"},
		{map[string]any{"settings": map[string]any{"RATE_LIMIT_PER_MIN": 5}}, "RATE_LIMIT_PER_MIN"},
		{map[string]any{"secretSettings": map[string]any{"LLM_API_KEY": "open"}}, "LLM_API_KEY"},
		{map[string]any{"mqtt": map[string]any{"broker": map[string]any{"secret": "mqtt://user:password@broker"}}}, "secret"},
		{map[string]any{
			"mqtt":     map[string]any{"broker": map[string]any{"secret": "broker"}},
			"monolith": map[string]any{"autoscaling": map[string]any{"enabled": true}},
		}, "do not scale by themselves"},
	} {
		_, _, err := render(c, wrong.values)
		require.ErrorContains(t, err, wrong.found)
	}
}

func contains(labels, selector map[string]string) bool {
	for name, value := range selector {
		if labels[name] != value {
			return false
		}
	}
	return true
}

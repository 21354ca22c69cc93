// Package chart checks the Helm chart in platform/deploy/chart without a cluster: Helm's own code renders and lints it, and every object is
// decoded strictly as the Kubernetes API decodes it. Start reading at chart_test.go.
package chart

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"helm.sh/helm/v3/pkg/chart"
	"helm.sh/helm/v3/pkg/chart/loader"
	"helm.sh/helm/v3/pkg/chartutil"
	"helm.sh/helm/v3/pkg/engine"
	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	"sigs.k8s.io/json"
	"sigs.k8s.io/yaml"
)

const folder = "../../deploy/chart"

// cluster is the Kubernetes for which the chart is rendered: the oldest that it allows.
var cluster = chartutil.KubeVersion{Version: "v1.30.0", Major: "1", Minor: "30"}

// object is a rendered document, decoded.
type object struct {
	kind, name string
	typed      any
}

// kinds are the kinds of objects that the chart may make. A Secret is not among them.
var kinds = map[string]func() any{
	"v1 Service":                              func() any { return &corev1.Service{} },
	"v1 ServiceAccount":                       func() any { return &corev1.ServiceAccount{} },
	"apps/v1 Deployment":                      func() any { return &appsv1.Deployment{} },
	"apps/v1 StatefulSet":                     func() any { return &appsv1.StatefulSet{} },
	"policy/v1 PodDisruptionBudget":           func() any { return &policyv1.PodDisruptionBudget{} },
	"autoscaling/v2 HorizontalPodAutoscaler":  func() any { return &autoscalingv2.HorizontalPodAutoscaler{} },
	"networking.k8s.io/v1 Ingress":            func() any { return &networkingv1.Ingress{} },
	"networking.k8s.io/v1 NetworkPolicy":      func() any { return &networkingv1.NetworkPolicy{} },
	"monitoring.coreos.com/v1 ServiceMonitor": func() any { return &serviceMonitor{} },
}

// combinations are the values with which the chart is rendered: its defaults, and each file in its folder ci.
func combinations() (map[string]map[string]any, error) {
	all := map[string]map[string]any{"default": {}}
	files, err := filepath.Glob(folder + "/ci/*.yaml")
	if err != nil {
		return nil, err
	}
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		values := map[string]any{}
		if err := yaml.UnmarshalStrict(content, &values); err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		all[strings.TrimSuffix(path.Base(file), ".yaml")] = values
	}
	return all, nil
}

func load() (*chart.Chart, error) { return loader.Load(folder) }

// render returns the objects of a chart with values, in the order of their templates, and the text that Helm prints after an installation.
func render(c *chart.Chart, values map[string]any) (objects []object, notes string, err error) {
	capabilities := chartutil.DefaultCapabilities.Copy()
	capabilities.KubeVersion = cluster
	release := chartutil.ReleaseOptions{Name: "test", Namespace: "energia", IsInstall: true}
	merged, err := chartutil.ToRenderValues(c, values, release, capabilities)
	if err != nil {
		return nil, "", err
	}
	texts, err := engine.Render(c, merged)
	if err != nil {
		return nil, "", err
	}
	for _, template := range slices.Sorted(maps.Keys(texts)) {
		if path.Base(template) == "NOTES.txt" {
			notes = texts[template]
			continue
		}
		for document := range strings.SplitSeq(texts[template], "\n---") {
			if isEmpty(document) {
				continue
			}
			o, err := decode(document)
			if err != nil {
				return nil, "", fmt.Errorf("%s: %w", template, err)
			}
			objects = append(objects, o)
		}
	}
	return objects, notes, nil
}

// isEmpty returns true for a document with nothing but comments.
func isEmpty(document string) bool {
	for line := range strings.SplitSeq(document, "\n") {
		if line = strings.TrimSpace(line); line != "" && line != "---" && !strings.HasPrefix(line, "#") {
			return false
		}
	}
	return true
}

// decode refuses kinds that are not in the table, and fields that the kind does not have or that are there twice.
func decode(document string) (object, error) {
	var head struct {
		APIVersion string `json:"apiVersion"`
		Kind       string `json:"kind"`
		Metadata   struct {
			Name string `json:"name"`
		} `json:"metadata"`
	}
	if err := yaml.Unmarshal([]byte(document), &head); err != nil {
		return object{}, err
	}
	makes, known := kinds[head.APIVersion+" "+head.Kind]
	if !known {
		return object{}, fmt.Errorf("the chart makes no %s %s", head.APIVersion, head.Kind)
	}
	if head.Metadata.Name == "" {
		return object{}, errors.New("no name")
	}
	typed := makes()
	text, err := yaml.YAMLToJSONStrict([]byte(document))
	if err != nil {
		return object{}, fmt.Errorf("%s %s: %w", head.Kind, head.Metadata.Name, err)
	}
	if wrong, err := json.UnmarshalStrict(text, typed); err != nil || wrong != nil {
		return object{}, fmt.Errorf("%s %s: %w", head.Kind, head.Metadata.Name, errors.Join(append(wrong, err)...))
	}
	return object{kind: head.Kind, name: head.Metadata.Name, typed: typed}, nil
}

// the returns the objects of one type, by name.
func the[T any](objects []object) map[string]*T {
	found := map[string]*T{}
	for _, o := range objects {
		if typed, is := o.typed.(*T); is {
			found[o.name] = typed
		}
	}
	return found
}

// workload is a Deployment or a StatefulSet.
type workload struct {
	kind     string
	replicas *int32
	selector map[string]string
	template corev1.PodTemplateSpec
}

func workloads(objects []object) map[string]workload {
	found := map[string]workload{}
	for name, d := range the[appsv1.Deployment](objects) {
		found[name] = workload{"Deployment", d.Spec.Replicas, d.Spec.Selector.MatchLabels, d.Spec.Template}
	}
	for name, s := range the[appsv1.StatefulSet](objects) {
		found[name] = workload{"StatefulSet", s.Spec.Replicas, s.Spec.Selector.MatchLabels, s.Spec.Template}
	}
	return found
}

package podautoscaler

import (
	"context"
	"errors"
	"time"

	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime/schema"
	customapi "k8s.io/metrics/pkg/apis/custom_metrics/v1beta2"
	externalapi "k8s.io/metrics/pkg/apis/external_metrics/v1beta1"
	metricsapi "k8s.io/metrics/pkg/apis/metrics/v1beta1"
	resourceclient "k8s.io/metrics/pkg/client/clientset/versioned/typed/metrics/v1beta1"
	customclient "k8s.io/metrics/pkg/client/custom_metrics"
	externalclient "k8s.io/metrics/pkg/client/external_metrics"
)

// metricAPIs answers as the three metrics APIs would at the present sync. What the case does not hold is an error.
// It stands below upstream's own metrics client, which adds up containers and picks values.
type metricAPIs struct {
	zero time.Time
	sync *oracleSync
}

var errNoAnswer = errors.New("the metrics API does not answer")

type resourceAPI struct {
	resourceclient.PodMetricsInterface
	*metricAPIs
}

func (r resourceAPI) PodMetricses(string) resourceclient.PodMetricsInterface { return r }

func (r resourceAPI) List(context.Context, metav1.ListOptions) (*metricsapi.PodMetricsList, error) {
	if r.sync.Usage == nil {
		return nil, errNoAnswer
	}
	list := &metricsapi.PodMetricsList{}
	for _, pod := range *r.sync.Usage {
		item := metricsapi.PodMetrics{
			ObjectMeta: metav1.ObjectMeta{Name: pod.Pod, Namespace: oracleNamespace},
			Timestamp:  instant(r.zero, pod.AtMS),
			Window:     metav1.Duration{Duration: time.Duration(pod.WindowMS) * time.Millisecond},
		}
		for i := range pod.Containers {
			usage, err := pod.Containers[i].quantities()
			if err != nil {
				return nil, err
			}
			item.Containers = append(item.Containers, metricsapi.ContainerMetrics{Name: pod.Containers[i].Name, Usage: v1.ResourceList(usage)})
		}
		list.Items = append(list.Items, item)
	}
	return list, nil
}

type customAPI struct{ *metricAPIs }

func (c customAPI) RootScopedMetrics() customclient.MetricsInterface { return c }

func (c customAPI) NamespacedMetrics(string) customclient.MetricsInterface { return c }

func (c customAPI) GetForObject(kind schema.GroupKind, name, metric string, selector labels.Selector) (*customapi.MetricValue, error) {
	for _, object := range c.sync.ObjectMetrics {
		if object.Kind != kind.Kind || object.Name != name || object.Metric != fullName(metric, selector) {
			continue
		}
		value, err := resource.ParseQuantity(object.Value)
		return &customapi.MetricValue{Value: value, Timestamp: metav1.Now()}, err
	}
	return nil, errNoAnswer
}

func (c customAPI) GetForObjects(_ schema.GroupKind, _ labels.Selector, metric string, selector labels.Selector) (*customapi.MetricValueList, error) {
	values, ok := c.sync.PodMetrics[fullName(metric, selector)]
	if !ok {
		return nil, errNoAnswer
	}
	list := &customapi.MetricValueList{}
	for i := range values {
		value, err := resource.ParseQuantity(values[i].Value)
		if err != nil {
			return nil, err
		}
		list.Items = append(list.Items, customapi.MetricValue{
			DescribedObject: v1.ObjectReference{Kind: "Pod", Namespace: oracleNamespace, Name: values[i].Pod},
			Timestamp:       instant(c.zero, values[i].AtMS),
			WindowSeconds:   &values[i].WindowS,
			Value:           value,
		})
	}
	return list, nil
}

type externalAPI struct{ *metricAPIs }

func (e externalAPI) NamespacedMetrics(string) externalclient.MetricsInterface { return e }

func (e externalAPI) List(metric string, selector labels.Selector) (*externalapi.ExternalMetricValueList, error) {
	values, ok := e.sync.ExternalMetrics[fullName(metric, selector)]
	if !ok {
		return nil, errNoAnswer
	}
	list := &externalapi.ExternalMetricValueList{}
	for _, text := range values {
		value, err := resource.ParseQuantity(text)
		if err != nil {
			return nil, err
		}
		list.Items = append(list.Items, externalapi.ExternalMetricValue{Value: value, Timestamp: metav1.Now()})
	}
	return list, nil
}

// fullName is the name under which a case holds the answer for a metric and its selector.
func fullName(metric string, selector labels.Selector) string {
	// A metric without selector comes with an empty one or with none that matches, which differ but print alike.
	if selector == nil || selector.String() == "" {
		return metric
	}
	return metric + "{" + selector.String() + "}"
}

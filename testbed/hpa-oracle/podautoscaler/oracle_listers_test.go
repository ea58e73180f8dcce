package podautoscaler

import (
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/labels"
	autoscalinglisters "k8s.io/client-go/listers/autoscaling/v2"
	corelisters "k8s.io/client-go/listers/core/v1"
)

// podCache lists the pods of the present sync: those that the target's selector matches.
type podCache struct {
	corelisters.PodLister
	corelisters.PodNamespaceLister
	pods []*v1.Pod
}

func (c *podCache) Pods(string) corelisters.PodNamespaceLister { return podsOfNamespace{pods: c.pods} }

func (c *podCache) List(labels.Selector) ([]*v1.Pod, error) { return c.pods, nil }

type podsOfNamespace struct {
	corelisters.PodNamespaceLister
	pods []*v1.Pod
}

func (p podsOfNamespace) List(labels.Selector) ([]*v1.Pod, error) { return p.pods, nil }

// hpaCache holds the one autoscaler with the status that the controller wrote last.
type hpaCache struct {
	autoscalinglisters.HorizontalPodAutoscalerLister
	hpa *autoscalingv2.HorizontalPodAutoscaler
}

func (c *hpaCache) HorizontalPodAutoscalers(string) autoscalinglisters.HorizontalPodAutoscalerNamespaceLister {
	return hpaOfNamespace{cache: c}
}

type hpaOfNamespace struct {
	autoscalinglisters.HorizontalPodAutoscalerNamespaceLister
	cache *hpaCache
}

func (h hpaOfNamespace) Get(string) (*autoscalingv2.HorizontalPodAutoscaler, error) {
	return h.cache.hpa, nil
}

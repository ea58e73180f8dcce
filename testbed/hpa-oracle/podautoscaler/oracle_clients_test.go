package podautoscaler

import (
	"context"

	autoscalingv1 "k8s.io/api/autoscaling/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	k8serrors "k8s.io/apimachinery/pkg/api/errors"
	apimeta "k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	autoscalingclient "k8s.io/client-go/kubernetes/typed/autoscaling/v2"
	scaleclient "k8s.io/client-go/scale"
)

// targetAPI is the scale subresource of the target, and what the controller tried to write to it.
type targetAPI struct {
	scaleclient.ScaleInterface
	sync      *oracleSync
	conflicts int
	attempted *int32
}

var targetResource = schema.GroupResource{Group: "apps", Resource: "deployments"}

func (t *targetAPI) Scales(string) scaleclient.ScaleInterface { return t }

func (t *targetAPI) Get(context.Context, schema.GroupResource, string, metav1.GetOptions) (*autoscalingv1.Scale, error) {
	if t.sync.Fault == "unreadable" {
		return nil, k8serrors.NewForbidden(targetResource, oracleName, nil)
	}
	selector := "app=web"
	switch t.sync.Fault {
	case "no_selector":
		selector = ""
	case "malformed_selector":
		selector = "app in ("
	}
	return &autoscalingv1.Scale{
		ObjectMeta: metav1.ObjectMeta{Name: oracleName, Namespace: oracleNamespace},
		Spec:       autoscalingv1.ScaleSpec{Replicas: t.sync.SpecReplicas},
		Status:     autoscalingv1.ScaleStatus{Replicas: t.sync.StatusReplicas, Selector: selector},
	}, nil
}

func (t *targetAPI) Update(_ context.Context, _ schema.GroupResource, scale *autoscalingv1.Scale, _ metav1.UpdateOptions) (*autoscalingv1.Scale, error) {
	replicas := scale.Spec.Replicas
	t.attempted = &replicas
	if t.conflicts < t.sync.Write.Conflicts {
		t.conflicts++
		return nil, k8serrors.NewConflict(targetResource, oracleName, nil)
	}
	if t.sync.Write.Fails {
		return nil, k8serrors.NewForbidden(targetResource, oracleName, nil)
	}
	return scale, nil
}

// statusAPI stores the status of the autoscaler; nothing else of it is the controller's to write.
type statusAPI struct {
	autoscalingclient.HorizontalPodAutoscalerInterface
	cache *hpaCache
}

func (s *statusAPI) HorizontalPodAutoscalers(string) autoscalingclient.HorizontalPodAutoscalerInterface {
	return s
}

func (s *statusAPI) UpdateStatus(_ context.Context, hpa *autoscalingv2.HorizontalPodAutoscaler, _ metav1.UpdateOptions) (*autoscalingv2.HorizontalPodAutoscaler, error) {
	stored := *s.cache.hpa
	stored.Status = *hpa.Status.DeepCopy()
	s.cache.hpa = &stored
	return &stored, nil
}

// oneMapper knows one resource for every kind: whatever the autoscaler's target is, its scale is targetAPI.
type oneMapper struct{ apimeta.RESTMapper }

func (oneMapper) RESTMappings(kind schema.GroupKind, _ ...string) ([]*apimeta.RESTMapping, error) {
	return []*apimeta.RESTMapping{{
		Resource:         targetResource.WithVersion("v1"),
		GroupVersionKind: kind.WithVersion("v1"),
		Scope:            apimeta.RESTScopeNamespace,
	}}, nil
}

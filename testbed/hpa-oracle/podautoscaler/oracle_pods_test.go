package podautoscaler

import (
	"time"

	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

var (
	oraclePodLabels = map[string]string{"app": "web"}
	sidecarPolicy   = v1.ContainerRestartPolicyAlways
)

// instant is the moment `ms` milliseconds after the case's zero.
func instant(zero time.Time, ms int64) metav1.Time {
	return metav1.NewTime(zero.Add(time.Duration(ms) * time.Millisecond))
}

func (p *oraclePod) object(zero time.Time) (*v1.Pod, error) {
	pod := &v1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: p.Name, Namespace: oracleNamespace, Labels: oraclePodLabels},
		Status:     v1.PodStatus{Phase: v1.PodPhase(p.Phase)},
	}
	if p.StartMS != nil {
		start := instant(zero, *p.StartMS)
		pod.Status.StartTime = &start
	}
	if p.Ready != nil {
		pod.Status.Conditions = []v1.PodCondition{{
			Type:               v1.PodReady,
			Status:             v1.ConditionStatus(p.Ready.Status),
			LastTransitionTime: instant(zero, p.Ready.SinceMS),
		}}
	}
	if p.Deleting {
		deleted := metav1.NewTime(time.Now())
		pod.DeletionTimestamp = &deleted
	}
	for i := range p.Containers {
		requests, err := p.Containers[i].quantities()
		if err != nil {
			return nil, err
		}
		container := v1.Container{Name: p.Containers[i].Name, Resources: v1.ResourceRequirements{Requests: requests}}
		if p.Containers[i].Sidecar {
			container.RestartPolicy = &sidecarPolicy
			pod.Spec.InitContainers = append(pod.Spec.InitContainers, container)
		} else {
			pod.Spec.Containers = append(pod.Spec.Containers, container)
		}
	}
	return pod, nil
}

// quantities are the requests or the usage of a container; what is not stated is absent.
func (c *oracleContainer) quantities() (v1.ResourceList, error) {
	list := v1.ResourceList{}
	for name, text := range map[v1.ResourceName]string{v1.ResourceCPU: c.CPU, v1.ResourceMemory: c.Memory} {
		if text == "" {
			continue
		}
		quantity, err := resource.ParseQuantity(text)
		if err != nil {
			return nil, err
		}
		list[name] = quantity
	}
	return list, nil
}

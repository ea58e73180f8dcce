package podautoscaler

import (
	"encoding/json"
	"fmt"

	autoscalingv2 "k8s.io/api/autoscaling/v2"
	utilfeature "k8s.io/apiserver/pkg/util/feature"
	"k8s.io/kubernetes/pkg/apis/autoscaling"
	autoscalingconversion "k8s.io/kubernetes/pkg/apis/autoscaling/v2"
	"k8s.io/kubernetes/pkg/apis/autoscaling/validation"
	"k8s.io/kubernetes/pkg/features"
)

const (
	oracleNamespace = "default"
	oracleName      = "web"
	oracleKey       = oracleNamespace + "/" + oracleName
)

// readManifest does what the API server does before a controller sees an object: defaults, validation, and quantities
// in their canonical form.
func readManifest(raw []byte) (*autoscalingv2.HorizontalPodAutoscaler, error) {
	hpa := &autoscalingv2.HorizontalPodAutoscaler{}
	if err := json.Unmarshal(raw, hpa); err != nil {
		return nil, err
	}
	hpa.Namespace, hpa.Name = oracleNamespace, oracleName
	autoscalingconversion.SetObjectDefaults_HorizontalPodAutoscaler(hpa)
	internal := &autoscaling.HorizontalPodAutoscaler{}
	if err := autoscalingconversion.Convert_v2_HorizontalPodAutoscaler_To_autoscaling_HorizontalPodAutoscaler(hpa.DeepCopy(), internal, nil); err != nil {
		return nil, err
	}
	if errors := validation.ValidateHorizontalPodAutoscaler(internal, validationOptions()); len(errors) > 0 {
		return nil, errors.ToAggregate()
	}
	canonical, err := json.Marshal(hpa)
	if err != nil {
		return nil, err
	}
	stored := &autoscalingv2.HorizontalPodAutoscaler{}
	if err := json.Unmarshal(canonical, stored); err != nil {
		return nil, err
	}
	return stored, nil
}

// validationOptions are those of the API server's strategy for a new object.
func validationOptions() validation.HorizontalPodAutoscalerSpecValidationOptions {
	options := validation.HorizontalPodAutoscalerSpecValidationOptions{
		MinReplicasLowerBound: 1,
		ObjectMetricsValidationOptions: validation.CrossVersionObjectReferenceValidationOptions{
			AllowEmptyAPIGroup: true,
		},
	}
	if utilfeature.DefaultFeatureGate.Enabled(features.HPAScaleToZero) {
		options.MinReplicasLowerBound = 0
	}
	return options
}

func setScaleToZero(enabled bool) error {
	if utilfeature.DefaultFeatureGate.Enabled(features.HPAScaleToZero) == enabled {
		return nil
	}
	return utilfeature.DefaultMutableFeatureGate.Set(fmt.Sprintf("%s=%t", features.HPAScaleToZero, enabled))
}

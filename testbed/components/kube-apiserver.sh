# shellcheck shell=bash
# kube-apiserver: the only door to the cluster's objects. It says who a caller is (certificates, service-account tokens),
# what they may do (Node and RBAC authorisers), and passes requests for metrics.k8s.io on to metrics-server.

kube_apiserver_start() {
    launch kube-apiserver "$STATE/bin/kube-apiserver" \
        --bind-address=0.0.0.0 --secure-port=6443 --advertise-address="$NODE_ADDRESS" \
        --etcd-servers=https://127.0.0.1:2379 --etcd-cafile="$PKI/etcd-ca.crt" \
        --etcd-certfile="$PKI/apiserver-etcd-client.crt" --etcd-keyfile="$PKI/apiserver-etcd-client.key" \
        --tls-cert-file="$PKI/kube-apiserver.crt" --tls-private-key-file="$PKI/kube-apiserver.key" \
        --client-ca-file="$PKI/ca.crt" --authorization-mode=Node,RBAC --enable-admission-plugins=NodeRestriction \
        --service-account-issuer=https://kubernetes.default.svc \
        --service-account-key-file="$PKI/service-accounts.pub" \
        --service-account-signing-key-file="$PKI/service-accounts.key" \
        --service-cluster-ip-range="$SERVICE_CIDR" \
        --kubelet-client-certificate="$PKI/apiserver-kubelet-client.crt" \
        --kubelet-client-key="$PKI/apiserver-kubelet-client.key" \
        --kubelet-certificate-authority="$PKI/ca.crt" --kubelet-preferred-address-types=InternalIP \
        --requestheader-client-ca-file="$PKI/front-proxy-ca.crt" --requestheader-allowed-names=front-proxy-client \
        --requestheader-username-headers=X-Remote-User --requestheader-group-headers=X-Remote-Group \
        --requestheader-extra-headers-prefix=X-Remote-Extra- \
        --proxy-client-cert-file="$PKI/front-proxy-client.crt" --proxy-client-key-file="$PKI/front-proxy-client.key" \
        --enable-aggregator-routing=true --allow-privileged=true
}

# /readyz includes the creation of the built-in roles, without which no component may do anything.
kube_apiserver_ready() { wait_until 90 kube-apiserver kubectl get --raw /readyz; }

kube_apiserver_stop() { stop_process kube-apiserver; }

# shellcheck shell=bash
# Identities. Three authorities, as kubeadm makes them: one for the cluster, one for etcd, one for requests that the
# apiserver passes on to aggregated APIs. Each component gets a certificate of its own; its subject is its user name
# (CN) and groups (O), which RBAC then judges.

pki_start() (
    cd "$PKI" || return
    authority ca /CN=kubernetes
    authority etcd-ca /CN=etcd
    authority front-proxy-ca /CN=front-proxy

    server etcd-ca etcd /CN=etcd "IP:127.0.0.1"
    client etcd-ca apiserver-etcd-client /CN=kube-apiserver

    server ca kube-apiserver /CN=kube-apiserver \
        "DNS:kubernetes,DNS:kubernetes.default,DNS:kubernetes.default.svc,DNS:localhost,IP:127.0.0.1,IP:$API_SERVICE_ADDRESS,IP:$NODE_ADDRESS"
    client ca apiserver-kubelet-client /CN=kube-apiserver-kubelet-client
    client front-proxy-ca front-proxy-client /CN=front-proxy-client
    openssl ecparam -name prime256v1 -genkey -noout -out service-accounts.key
    openssl ec -in service-accounts.key -pubout -out service-accounts.pub 2> /dev/null

    server ca kubelet "/O=system:nodes/CN=system:node:$NODE_NAME" "DNS:$NODE_NAME,IP:$NODE_ADDRESS"
    server ca metrics-server /CN=metrics-server "DNS:metrics-server.kube-system.svc"

    user kubelet-client "/O=system:nodes/CN=system:node:$NODE_NAME"
    user kube-controller-manager /CN=system:kube-controller-manager
    user kube-scheduler /CN=system:kube-scheduler
    user kube-proxy /CN=system:kube-proxy
    user metrics-server-client /CN=metrics-server
    user kwok /CN=kwok
    user admin /O=system:masters/CN=admin
)

authority() { # NAME SUBJECT
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3650 -subj "$2" \
        -keyout "$1.key" -out "$1.crt" -addext basicConstraints=critical,CA:TRUE \
        -addext keyUsage=critical,keyCertSign,cRLSign 2> /dev/null
}

issue() { # AUTHORITY NAME SUBJECT EXTENSION...
    local authority=$1 name=$2 subject=$3 extensions=() extension
    shift 3
    for extension in "$@"; do extensions+=(-addext "$extension"); done
    openssl req -x509 -CA "$authority.crt" -CAkey "$authority.key" -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 \
        -nodes -days 3650 -subj "$subject" -keyout "$name.key" -out "$name.crt" \
        -addext basicConstraints=critical,CA:FALSE "${extensions[@]}" 2> /dev/null
}

server() { # AUTHORITY NAME SUBJECT ALTERNATIVE-NAMES
    issue "$1" "$2" "$3" extendedKeyUsage=serverAuth,clientAuth "subjectAltName=$4"
}

client() { # AUTHORITY NAME SUBJECT
    issue "$1" "$2" "$3" extendedKeyUsage=clientAuth
}

user() { # NAME SUBJECT: a client of the apiserver, with a kubeconfig
    client ca "$1" "$2"
    cat > "$KUBECONFIGS/$1.conf" <<EOF
apiVersion: v1
kind: Config
clusters: [{name: testbed, cluster: {server: "https://$NODE_ADDRESS:6443", certificate-authority: $PKI/ca.crt}}]
users: [{name: $1, user: {client-certificate: $PKI/$1.crt, client-key: $PKI/$1.key}}]
contexts: [{name: testbed, context: {cluster: testbed, user: $1}}]
current-context: testbed
EOF
}

# shellcheck shell=bash
# A kubeconfig file of our own. The user's ~/.kube/config is read by nobody here and written only by merge_kubeconfig,
# which keeps a copy.

KUBECONFIG_MARK='# written by podpilot; safe to delete'

write_kubeconfig() { # FILE COMMAND...: what COMMAND prints becomes FILE, readable by its owner only
    local file=$1 text
    shift
    if [ -e "$file" ] && [ "$(head -n 1 "$file")" != "$KUBECONFIG_MARK" ]; then
        die "$file exists and was not written by podpilot" "choose another with KUBECONFIG_FILE=..., or move it away"
    fi
    printf '+ %s > %s\n' "$*" "$file" >&2
    [ "$DRY_RUN" = 1 ] && return 0
    text=$("$@") || die "$* failed"
    grep -q '^clusters:' <<< "$text" || die "$* did not print a kubeconfig"
    mkdir -p "$(dirname "$file")"
    # MicroK8s calls its user "admin", which other clusters do too: when files are merged the first of a name wins.
    (umask 077 && { printf '%s\n' "$KUBECONFIG_MARK" && sed -E 's/^([- ]*(name|user): )admin$/\1microk8s-admin/' <<< "$text"; } > "$file.new")
    mv "$file.new" "$file"
}

merge_kubeconfig() { # FILE: into the user's ~/.kube/config, which is copied first and replaced as a whole
    local file=$1 user=$HOME/.kube/config backup merged
    if [ ! -e "$user" ]; then
        run install -m 600 "$file" "$user"
        return
    fi
    backup=$user.before-podpilot
    [ ! -e "$backup" ] || backup=$user.before-podpilot.$(date +%Y%m%d%H%M%S)
    run cp -p "$user" "$backup"
    printf '+ KUBECONFIG=%s:%s kubectl config view --flatten > %s\n' "$file" "$user" "$user" >&2
    [ "$DRY_RUN" = 1 ] && return 0
    merged=$(KUBECONFIG=$file:$user kubectl config view --flatten) || die "merging failed; $user is as it was"
    grep -q 'name: microk8s' <<< "$merged" || die "the merged file lacks the new cluster; $user is as it was"
    (umask 077 && printf '%s\n' "$merged" > "$user.new")
    mv "$user.new" "$user"
    say "the old file is $backup"
}

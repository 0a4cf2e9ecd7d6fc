#!/bin/bash
# Creates the two images that compose/Dockerfile starts from, for machines without access to an image registry: a base image of
# Debian packages, made by debootstrap, and a copy of it with this machine's JDK 25 for jlink. Needs root, debootstrap, docker.
#
#   compose/base-image.sh        ->  millrace-base:bookworm  millrace-jdk:25
#
# The base image is cached as a tarball in $MILLRACE_IMAGE_CACHE (default /tmp/millrace-docker) and made only once.
# Prints progress on stderr and the names of the images on stdout. Respects DOCKER and DOCKER_HOST.
set -euo pipefail

readonly SUITE=bookworm
readonly BASE_IMAGE=millrace-base:$SUITE
readonly JDK_IMAGE=millrace-jdk:25
readonly DOCKER=${DOCKER:-docker}
readonly CACHE=${MILLRACE_IMAGE_CACHE:-/tmp/millrace-docker}
readonly MIRROR=${DEBIAN_MIRROR:-http://deb.debian.org/debian}
# The path of the JDK in the official images.
readonly JDK_IN_IMAGE=opt/java/openjdk

say() { printf '%s %s\n' "$(date +%T)" "$*" >&2; }
die() { printf 'base-image: %s\n' "$*" >&2; exit 1; }

find_jdk() {
    local home
    for home in "${JAVA25_HOME:-}" "${JAVA_HOME:-}" /usr/lib/jvm/* /opt/java/openjdk; do
        if [[ -x $home/bin/jlink ]] && grep -q '^JAVA_VERSION="25' "$home/release" 2>/dev/null; then
            readlink -f "$home"
            return
        fi
    done
    die "no JDK 25 found; set JAVA25_HOME to one"
}

# Removes files that Debian's "slim" images omit as well, because nothing reads them in a container.
slim() {
    rm -rf "$1"/usr/share/{doc,man,info,locale,lintian,linda,bash-completion,zsh} \
        "$1"/var/cache/{apt,debconf} "$1"/var/lib/apt/lists "$1"/var/log/{apt,bootstrap.log,dpkg.log}
    mkdir -p "$1"/var/cache/apt/archives/partial "$1"/var/lib/apt/lists/partial
}

make_tarball() {
    local tarball=$1 work
    [[ $(id -u) == 0 ]] || die "debootstrap needs root"
    command -v debootstrap >/dev/null || die "debootstrap is missing; apt-get install debootstrap"
    work=$(mktemp -d "$CACHE/rootfs.XXXXXX")
    # $work is expanded now, not when the trap runs.
    # shellcheck disable=SC2064
    trap "rm -rf '$work'" EXIT
    say "debootstrap $SUITE from $MIRROR (about half a minute)"
    debootstrap --variant=minbase "$SUITE" "$work" "$MIRROR" | sed -un 's/^I: \(Validating\|Configuring\) .*/./p' \
        | { n=0; while read -r _; do n=$((n + 1)); ((n % 50)) || say "  $n steps"; done; }
    slim "$work"
    tar -C "$work" --numeric-owner -cf "$tarball.part" .
    mv "$tarball.part" "$tarball"
    say "kept $tarball, $(du -h "$tarball" | cut -f1)"
}

mkdir -p "$CACHE"
jdk=$(find_jdk)
tarball=$CACHE/$SUITE.tar
# One instance at a time: tests may start concurrently.
exec 9>"$CACHE/lock"
flock 9

[[ -s $tarball ]] || make_tarball "$tarball"
if ! "$DOCKER" image inspect "$BASE_IMAGE" >/dev/null 2>&1; then
    say "importing $BASE_IMAGE"
    "$DOCKER" import --change 'CMD ["/bin/bash"]' "$tarball" "$BASE_IMAGE" >/dev/null
fi
if ! "$DOCKER" image inspect "$JDK_IMAGE" >/dev/null 2>&1; then
    say "building $JDK_IMAGE with $jdk"
    context=$(mktemp -d "$CACHE/jdk.XXXXXX")
    # shellcheck disable=SC2064
    printf 'FROM %s\nENV JAVA_HOME=/%s\nCOPY jdk /%s\n' "$BASE_IMAGE" "$JDK_IN_IMAGE" "$JDK_IN_IMAGE" \
        >"$context/Dockerfile"
    # Follow symbolic links: the JDK of a distribution stores its certificates elsewhere.
    tar --dereference --hard-dereference -cf - -C "$context" Dockerfile -C / --transform "flags=r;s,^${jdk#/},jdk," "${jdk#/}" \
        | "$DOCKER" build --quiet --network none --tag "$JDK_IMAGE" - >/dev/null
    rm -r "$context"
fi
say "ready: $("$DOCKER" image ls --format '{{.Repository}}:{{.Tag}} {{.Size}}' --filter reference='millrace-*' | tr '\n' ' ')"
printf '%s\n' "$BASE_IMAGE" "$JDK_IMAGE"

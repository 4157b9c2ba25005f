# Finds a JDK; read by the scripts beside it.
# shellcheck shell=sh

say() {
    printf '%s\n' "vito: $*" >&2
}

# Prints the feature number (17, 21, …) of the Java in directory $1, or nothing.
feature_of() {
    [ -x "$1/bin/java" ] || return 0
    version=''
    if [ -r "$1/release" ]; then
        version=$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release")
    fi
    if [ -z "$version" ]; then
        version=$("$1/bin/java" -version 2>&1 | sed -n '1s/.*"\([0-9]*\).*/\1/p')
    fi
    printf '%s' "$version"
}

fits() {
    feature=$(feature_of "$1")
    [ -n "$feature" ] && [ "$feature" -ge 17 ] && [ "$feature" -le 25 ]
}

# Sets java_home and feature.
find_java() {
    if [ -n "${JAVA_HOME:-}" ]; then
        if fits "$JAVA_HOME"; then
            java_home=$JAVA_HOME
            return
        fi
        say "JAVA_HOME is $JAVA_HOME, which is $(describe "$JAVA_HOME"); VITO needs a JDK from 17 to 25."
        exit 1
    fi
    on_path=$(command -v java || true)
    if [ -n "$on_path" ]; then
        # java on the PATH is often a link to a link to the JDK.
        while [ -h "$on_path" ]; do
            link=$(readlink "$on_path")
            case $link in
                /*) on_path=$link ;;
                *) on_path=$(dirname "$on_path")/$link ;;
            esac
        done
    fi
    for candidate in "${on_path%/bin/java}" /usr/lib/jvm/* /opt/java/* "$HOME"/.sdkman/candidates/java/* \
        /Library/Java/JavaVirtualMachines/*/Contents/Home; do
        if [ -n "$candidate" ] && fits "$candidate"; then
            java_home=$candidate
            return
        fi
    done
    say "no JDK from 17 to 25 found. Install one (Debian: apt-get install openjdk-17-jdk) or set JAVA_HOME."
    exit 1
}

describe() {
    found=$(feature_of "$1")
    if [ -n "$found" ]; then
        printf 'Java %s' "$found"
    else
        printf 'no JDK'
    fi
}

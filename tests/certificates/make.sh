#!/bin/sh
# Makes the certificates of the tests anew, for a hundred years. Nobody else believes them.
set -eu
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT

signed() {  # name, signer ('' is itself), not after, extensions
    openssl req -newkey rsa:2048 -nodes -keyout "$work/$1.key" -out "$work/$1.csr" -subj "/CN=Test $1"
    : > "$work/index"
    printf '%s\n' "$4" 'subjectKeyIdentifier=hash' 'authorityKeyIdentifier=keyid' > "$work/ext"
    printf '%s\n' '[ca]' 'default_ca=own' '[own]' "database=$work/index" "new_certs_dir=$work" 'rand_serial=yes' \
        'policy=any' 'unique_subject=no' '[any]' 'commonName=supplied' > "$work/cnf"
    if [ -z "$2" ]; then
        by="-selfsign -keyfile $work/$1.key"
    else
        by="-cert $2.pem -keyfile $work/$2.key"
    fi
    # shellcheck disable=SC2086
    openssl ca -batch -notext -config "$work/cnf" -md sha256 -extfile "$work/ext" -in "$work/$1.csr" $by \
        -startdate 20200101000000Z -enddate "$3" -out "$work/$1.crt"
}

authority() {  # name
    signed "$1" '' 21200101000000Z 'basicConstraints=critical,CA:TRUE
keyUsage=critical,keyCertSign,cRLSign'
    cp "$work/$1.crt" "$1.pem"
}

server() {  # name, subjectAltName, not after
    signed "$1" ca "$3" "subjectAltName=$2
basicConstraints=critical,CA:FALSE
keyUsage=critical,digitalSignature,keyEncipherment
extendedKeyUsage=serverAuth"
    cat "$work/$1.key" "$work/$1.crt" > "$1.pem"
}

authority ca
authority other
server server 'DNS:localhost,IP:127.0.0.1,IP:::1' 21200101000000Z
server elsewhere 'DNS:elsewhere.example' 21200101000000Z
server expired 'DNS:localhost,IP:127.0.0.1' 20210101000000Z

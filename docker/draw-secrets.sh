#!/bin/sh
# Draws every password of this installation, once. Each reader's files lie in a folder of its own in the volume, belong to its user and are
# mounted by nobody else. Runs to its end before anything else starts; `docker compose down --volumes` is what makes it draw anew.
set -eu
umask 077
cd /secrets

draw() { head -c 24 /dev/urandom | od -An -v -tx1 | tr -d ' \n'; }

if [ ! -e complete ]; then
  rm -rf postgres nats gateway fal replicate openai
  mkdir postgres nats gateway fal replicate openai
  password=$(draw)
  printf %s "$password" >postgres/password
  for service in gateway fal replicate openai; do
    printf 'postgres://imagegen:%s@postgres:5432/imagegen' "$password" >$service/database_url
    nats_password=$(draw)
    printf 'nats://%s:%s@nats:4222' $service "$nats_password" >$service/nats_url
    printf '%s_password: "%s"\n' $service "$nats_password" >>nats/passwords.conf
  done
  draw >gateway/image_signing_secret
  chown -R 999:999 postgres
  chown -R 1000:1000 nats gateway fal replicate openai
  : >complete
fi
# A new volume belongs to root, and nats-server does not run as root here.
chown 1000:1000 /nats

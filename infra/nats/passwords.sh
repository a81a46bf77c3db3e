#!/bin/sh
# Prints a random password for everyone who has one, as variables: sh infra/nats/passwords.sh > .env
set -eu
umask 077
names=$(grep -oh 'ESTOP_NATS_PASSWORD_[A-Z0-9_]*' "$(dirname "$0")"/*.conf | sort -u)
for name in $names ESTOP_POSTGRES_PASSWORD; do
  # A letter first: they become part of a URL and of nats-server's configuration.
  echo "$name=p$(od -An -N24 -tx1 /dev/urandom | tr -d ' \n')"
done
# What webhooks' secrets are sealed with in the control log. Keep it as long as the log.
echo "ESTOP_SECRETS_KEY=$(od -An -v -N32 -tx1 /dev/urandom | tr -d ' \n')"


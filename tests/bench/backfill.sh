#!/usr/bin/env bash
# Carries a user pool over the well-known way, export, convert, and ten AWS CLIs in parallel: a yardstick of
# `cargo xtask bench backfill`.
set -euo pipefail
export AWS_PAGER=""

# One user: a file with what to create, and a line of groups.
if [ "$1" = one ]; then
    new=$2 file=$3
    email=$(jq -r .Username "$file")
    aws cognito-idp admin-create-user --user-pool-id "$new" --message-action SUPPRESS --cli-input-json "file://$file" > /dev/null
    aws cognito-idp admin-set-user-password --user-pool-id "$new" --username "$email" --permanent \
        --password "Aa1!$(head -c 18 /dev/urandom | base64 | tr -d '+/=')"
    while read -r group; do
        aws cognito-idp admin-add-user-to-group --user-pool-id "$new" --username "$email" --group-name "$group"
    done < "${file%.json}.groups"
    exit
fi

old=$1 new=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Export.
aws cognito-idp list-users --user-pool-id "$old" --output json > "$work/users"
mkdir "$work/members" "$work/new"
for group in $(aws cognito-idp list-groups --user-pool-id "$old" --query 'Groups[].GroupName' --output text); do
    aws cognito-idp create-group --user-pool-id "$new" --group-name "$group" > /dev/null
    aws cognito-idp list-users-in-group --user-pool-id "$old" --group-name "$group" --output json |
        jq -r '.Users[].Username' | sort > "$work/members/$group"
done

# Convert: one file per user.
jq -c '.Users[]' "$work/users" | while read -r user; do
    name=$(jq -r .Username <<< "$user")
    jq '{UserAttributes: [.Attributes[] | select(.Name != "sub" and .Name != "identities")]} |
        .Username = (.UserAttributes[] | select(.Name == "email").Value)' <<< "$user" > "$work/new/$name.json"
    (cd "$work/members" && grep -lx -- "$name" * || true) > "$work/new/$name.groups"
done

# Import.
find "$work/new" -name '*.json' -print0 | xargs -0 -P 10 -n 1 bash "$0" one "$new"

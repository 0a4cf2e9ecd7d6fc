#!/bin/bash
# Validates the manifests in compose/kubernetes against the schemas of the Kubernetes API, as `kubeconform -strict` does: values by the
# validators of the npm package kubernetes-models, unknown fields by its TypeScript types. Needs kubectl, node and npm, and loads the
# packages from the npm registry.
set -euo pipefail
manifests=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/kubernetes" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

kubectl kustomize "$manifests" >"$work/all.yaml"
cd "$work"
echo '{}' >package.json
npm install --silent --no-audit --no-fund --ignore-scripts kubernetes-models@4.5.1 js-yaml@4 typescript@5
cat >check.js <<'JS'
const fs = require('fs'), yaml = require('js-yaml');
let failed = 0, types = '';
for (const it of yaml.loadAll(fs.readFileSync('all.yaml', 'utf8'))) {
    const name = `${it.kind} ${it.metadata.name}`;
    try {
        new (require(`kubernetes-models/${it.apiVersion}`)[it.kind])(it).validate();
        console.log(`ok  ${name}`);
    } catch (e) {
        failed++;
        console.log(`BAD ${name}: ${e.message}`);
    }
    types += `((_: import("kubernetes-models/${it.apiVersion}").I${it.kind}) => {})(${JSON.stringify(it, null, 1)});\n`;
}
fs.writeFileSync('fields.ts', types);
process.exit(failed ? 1 : 0);
JS
node check.js
npx --no-install tsc --noEmit --skipLibCheck --module nodenext --moduleResolution nodenext fields.ts
echo "no unknown field"

// The conformance tool of MCP at an authorization server. Reads an order (JSON) from standard input and answers in one line of JSON.
import { spawn } from 'node:child_process';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const { url, client_id, resource, port } = JSON.parse(fs.readFileSync(0, 'utf8'));
const dist = join(import.meta.dirname, 'node_modules/@modelcontextprotocol/conformance/dist');
let program = join(dist, 'index.js');
if (!fs.globSync) {
  // Node 22 has it, Debian's does not: it finds examples of the tool's own repository.
  const text = fs.readFileSync(program, 'utf8').replace(/globSync as (\w+),/, '').replace(/\nimport\{/, '\nconst a=()=>[];import{');
  program = join(dist, 'without_glob.js');
  fs.writeFileSync(program, text);
}
const folder = fs.mkdtempSync(join(tmpdir(), 'conformance-'));
const options = ['authorization', '--url', url, '--client-id', client_id, '--resource', resource];
const run = spawn(process.execPath, [program, ...options, '--port', String(port), '--output-dir', folder, '--verbose']);
let said = '';
const heard = (bytes) => {
  said += bytes;
  // It prints where a person is to go; the server of the test approves everything.
  for (const [, found] of String(bytes).matchAll(/(https?:\/\/\S+code_challenge=\S+)/g)) fetch(found).catch(() => {});
};
run.stdout.on('data', heard);
run.stderr.on('data', heard);
const status = await new Promise((resolve) => run.on('close', resolve));
const checks = fs.readdirSync(folder, { recursive: true }).filter((name) => name.endsWith('checks.json'))
  .flatMap((name) => JSON.parse(fs.readFileSync(join(folder, name), 'utf8')));
fs.rmSync(folder, { recursive: true });
console.log(JSON.stringify({ status, checks: checks.map(({ id, status, errorMessage }) => ({ id, status, errorMessage })), said }));

// SPDX-License-Identifier: GPL-2.0-or-later
// An agent whose hosts are made up: it takes what the server gives out, over REST, and reports loads that
// have known effects under known noise. What the server then says of them can be right or wrong.
//
//	node agent.mjs URL TOKEN-FILE WORLD.json CAMPAIGN	until the campaign has ended
//
// WORLD: {"seed": 1, "noise": 0.02, "drift": 0.01, "identical": ["rename"], "broken": {"x": "why"},
//   "metrics": [{"metric", "lane", "workload", "kind"?, "base"}],
//   "effects": {"series": {"metric": 1 (exact: added) | 0.02 (sampled: a fraction)}},
//   "patches": {"series": {"metric": [of each patch, as above]}},
//   "lost": ["series whose kick gate fails"], "panics": {"series": share of its loads},
//   "hangs": {"series": share of its loads that hang the first time}}
// A part that the server made of a series in "patches" (x-2, x-without-1) has the effects of its patches.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

const [url, tokenFile, worldFile, campaign] = process.argv.slice(2);
const token = readFileSync(tokenFile, "utf8").trim();
const world = JSON.parse(readFileSync(worldFile, "utf8"));
const hex = (text) => createHash("sha256").update(text).digest("hex");

// Mulberry32: the same world again is the same campaign again.
let state = world.seed >>> 0;
function random() {
	state = (state + 0x6d2b79f5) >>> 0;
	let t = Math.imul(state ^ (state >>> 15), state | 1);

	t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
	return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
}
const gauss = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

async function call(method, path, body, type = "application/json") {
	const answer = await fetch(`${url}/api/v1${path}`, { method, body: typeof body === "object" ? JSON.stringify(body) : body,
		headers: { Authorization: `Bearer ${token}`, ...(body !== undefined && { "Content-Type": type }) } });
	const text = await answer.text();

	if (answer.status >= 400)
		throw new Error(`${method} ${path}: ${answer.status} ${text}`);
	return text ? JSON.parse(text) : undefined;
}

// The patches that a part has, by its name; all of them for the series itself.
function patchesOf(name) {
	for (const [series, effects] of Object.entries(world.patches ?? {})) {
		const part = new RegExp(`^${series}-(without-)?(\\d+)$`).exec(name);
		const count = Object.values(effects)[0].length;
		const all = Array.from({ length: count }, (_, i) => i);

		if (name === series)
			return [effects, all];
		if (part)
			return [effects, all.filter((i) => part[1] ? i !== part[2] - 1 : i < part[2])];
	}
	return undefined;
}

function effect(name, metric) {
	const [effects, patches] = patchesOf(name) ?? [];

	if (effects?.[metric])
		return patches.reduce((sum, i) => sum + effects[metric][i], 0);
	return world.effects?.[name]?.[metric] ?? 0;
}

async function build(lease) {
	const name = lease.task.variant.series;
	const code = hex((world.identical ?? []).includes(name) ? "base" : name);
	const bytes = `kernel ${code}`;

	if (world.broken?.[name]) {
		await call("POST", `/leases/${lease.lease}/result`, { status: "failed", sentence: world.broken[name] });
		return;
	}
	await call("PUT", `/artifacts/${hex(bytes)}`, bytes, "application/octet-stream");
	await call("POST", `/leases/${lease.lease}/result`, { status: "built", tree: hex(name).slice(0, 40),
		base_tree: hex("base").slice(0, 40), key: hex(`key ${name}`), code_sha256: code, duration_ms: 9000,
		artifacts: [{ name: "bzImage", sha256: hex(bytes), bytes: bytes.length }] });
}

let wandering = 0; // of the host, as logarithm
function measure(series, lane) {
	const samples = [];

	wandering += (world.drift ?? 0) * gauss();
	for (const one of world.metrics.filter((metric) => metric.lane === lane)) {
		const change = effect(series, one.metric);
		const loaded = (world.noise ?? 0) * gauss();

		for (let rep = 0; rep < (lane === "smp" ? 3 : 1); rep++)
			samples.push({ metric: one.metric, workload: one.workload, kind: one.kind, rep, n: 2998, total: 3000,
				value: lane !== "smp" ? one.base + change : one.base * (1 + change)
					* Math.exp(wandering + loaded + (world.noise ?? 0) / 3 * gauss()) });
	}
	return samples;
}

function report(series, lane) {
	const lost = (world.lost ?? []).includes(series);

	if (random() < (world.panics?.[series] ?? 0))
		return { status: "panic", sentence: "BUG: made up", duration_ms: 9000, fingerprint: { cpu: "none" } };
	const hung = world.hangs?.[series] && random() < world.hangs[series] ? { sentence: "The host printed nothing for 40 s." } : null;
	return { status: "ok", sentence: "", duration_ms: 9000, fingerprint: { cpu: "none" }, hung, samples: measure(series, lane),
		gates: [{ gate: "kick", workload: "kick-spin", passed: !lost, detail: lost ? "12 of 2500 kicks were lost" : "none lost" }] };
}

async function block(lease) {
	for (const load of lease.task.loads)
		await call("POST", `/leases/${lease.lease}/loads/${load.id}`, report(load.series, lease.task.lane));
	await call("POST", `/leases/${lease.lease}/result`, { status: "done" });
}

for (;;) {
	const lease = await call("POST", "/leases", { agent: "made-up", capabilities: ["build", "bench-svm", "bench-vmx"],
		wait_s: 0, fingerprint: { cpu: "none" } });

	if (lease)
		await (lease.task.kind === "build" ? build(lease) : block(lease));
	else if (["done", "failed"].includes((await call("GET", `/campaigns/${campaign}`)).state))
		break;
	else
		throw new Error(`campaign ${campaign} waits, and there is no work`);
}

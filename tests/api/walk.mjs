// SPDX-License-Identifier: GPL-2.0-or-later
// A campaign from its submission to its ranking, with this as its agent. What the loads report is made
// up: only the shape of the answers is looked at.

export const mbox = (text) => `From 0123456789012345678901234567890123456789 Mon Sep 17 00:00:00 2001
From: A Developer <dev@example.org>
Date: Mon, 1 Apr 2024 12:00:00 +0000
Subject: [PATCH] KVM: SVM: ${text}

Because.
---
diff --git a/a.c b/a.c
index 0123456..1234567 100644
--- a/a.c
+++ b/a.c
@@ -1 +1 @@
-one
+${text}
--
2.39.2
`;
// The same in two patches, so that there is something to bisect.
const two = (text) => [1, 2].map((number) => mbox(`${text}, part ${number}`)
	.replace("[PATCH]", `[PATCH ${number}/2]`).replaceAll("a.c", `${number}.c`)).join("\n");
const holds = (text) => (body) => body.includes(text);
const asked = { base: { repository: "linux", rev: "HEAD" }, series: [1], loads: { exact: 1, smp: 2, smp_most: 4 }, seed: 1 };
const want = (capability, wait = 0) => JSON.stringify({ agent: "a-1", capabilities: [capability], wait_s: wait,
	labels: { rack: "a" }, fingerprint: { cpu: "none" } });

function result(load) {
	const value = load.role === "base" ? 20 : 10;
	const sample = { metric: "exit_window", workload: "exit-cpuid", kind: "cpuid", rep: 0, value, n: 10, total: 10 };
	const sampled = { metric: "host_ipi_per_guest_ipi", workload: "ipi-storm", rep: 0, value: value / 20 };

	return { status: "ok", sentence: "", duration_ms: 1000, fingerprint: { cpu: "none" },
		samples: [sample, sampled],
		gates: [{ gate: "delivery", workload: "ipi-storm", passed: true, detail: "all came" }],
		dropped: [{ workload: "ipi-storm", rep: 2, why: "a stray interrupt" }],
		race_maps: [{ workload: "race-cpuid-kick", kind: "cpuid", sender: "kick", from: -2, to: 3, rounds: 6, cycle: 4,
			ranges: [[-2, 0, "needed"], [1, value > 10 ? 3 : 2, "spurious"], ...(value > 10 ? [] : [[3, 3, "quiet"]])] }],
		latencies: [{ workload: "ipi-spin", target: "spin", clock: "instructions", bits: 7, buckets: [[900, 400], [1000, 100]] },
			{ workload: "ipi-halt", target: "hlt", clock: "emulated", bits: 7, buckets: [[900, 5]] }],
		functions: [{ kind: "cpuid", part: "exit_path", module: "kvm_amd", function: "svm_vcpu_run", instructions: value }] };
}

async function build(call, hash, code) {
	const { json: lease } = await call("takeLease", { body: want("build"), expect: 200 });
	const path = { lease: lease.lease };
	const bytes = `kernel ${code}`;
	const artifact = { path: { sha256: hash(bytes) }, body: bytes };

	await call("beat", { path, body: JSON.stringify({ phase: "compile" }), expect: 200 });
	await call("appendLog", { path, body: "compiling\nlink", expect: 204 });
	const followed = call("getLog", { path: { id: lease.task.id }, query: { follow: 1 }, expect: 200 });

	await call("getLog", { path: { id: lease.task.id }, query: { follow: 1 }, until: holds('"text":"compiling\\n"'), expect: 200 });
	await call("appendLog", { path, body: "ing\n", expect: 204 });
	await call("putArtifact", { ...artifact, expect: 201 });
	await call("putArtifact", { ...artifact, expect: 200 });
	await call("putArtifact", { path: { sha256: hash("other") }, body: bytes, expect: 422 });
	await call("getArtifact", { path: artifact.path, expect: 200 });
	await call("reportTask", { path, body: JSON.stringify({ status: "built", tree: "a".repeat(40),
		base_tree: "a".repeat(40), key: hash(`key ${code}`), code_sha256: hash(code), duration_ms: 1000,
		artifacts: [{ name: "bzImage", sha256: artifact.path.sha256, bytes: bytes.length }] }), expect: 200 });
	if (!/"compiling[^]*"linking[^]*event: end\ndata: {"state":"done"}\n\n$/.test((await followed).body))
		throw new Error(`the log that was followed is ${(await followed).body}`);
	const rest = await call("getLog", { path: { id: lease.task.id }, headers: { Accept: "text/event-stream",
		"Last-Event-ID": 10 }, expect: 200 });
	if (!/^id: 18\nevent: log\ndata: {"text":"linking\\n"}/.test(rest.body))
		throw new Error(`after 10 bytes the log has ${rest.body}`);
	await call("getTask", { path: { id: lease.task.id }, expect: 200 });
	await call("getLog", { path: { id: lease.task.id }, expect: 200 });
	await call("getBuild", { query: { key: hash(`key ${code}`) }, expect: 200 });
}

async function block(call) {
	const { json: lease, status } = await call("takeLease", { body: want("bench-svm") });

	if (status !== 200)
		return false;
	for (const load of lease.task.loads) {
		const path = { lease: lease.lease, load: load.id };

		await call("beat", { path, body: JSON.stringify({ phase: "run", load: load.id }), expect: 200 });
		await call("reportLoad", { path, body: JSON.stringify(result(load)), expect: 200 });
	}
	await call("getCampaign", { path: { id: lease.task.campaign }, expect: 200 });
	await call("reportTask", { path: { lease: lease.lease }, body: JSON.stringify({ status: "done" }), expect: 200 });
	return true;
}

// All that happened comes, what is known does not come again, and what happens comes by itself.
async function events(call) {
	const end = '{"kind":"campaign","id":1,"campaign":1,"state":"done"';
	const all = await call("streamEvents", { query: { after: 0, campaign: 1 }, until: holds(end), expect: 200 });
	const last = /id: (\d+)\nevent: campaign\n[^\n]*"done"/.exec(all.body)[1];
	const live = call("streamEvents", { headers: { "Last-Event-ID": last }, until: holds('"kind":"series"'), expect: 200 });
	const gap = call("streamEvents", { headers: { "Last-Event-ID": 1e9 }, until: holds("event: gap"), expect: 200 });

	if (!/"state":"building"[^]*"state":"measuring"/.test(all.body))
		throw new Error(`campaign 1 went ${all.body}`);
	await call("submitSeries", { query: { name: "late" }, body: mbox("Set the mode late"), expect: 201 });
	if (/"kind":"campaign"|"state":"building"/.test((await live).body))
		throw new Error(`after ${last} comes ${(await live).body}`);
	await gap;
}

// Filters leave what they name, and CSV has what JSON has.
async function samples(call) {
	const { json: whole } = await call("listSamples", { expect: 200 });
	const filter = { metric: "exit_window", series: "base", lane: "exact", isa: "svm" };
	const { json: some } = await call("listSamples", { query: filter, expect: 200 });
	const csv = await call("listSamples", { query: { ...filter, format: "csv" }, expect: 200 });
	const first = await call("listSamples", { query: { limit: 1 }, headers: { Accept: "text/csv" }, expect: 200 });
	const matching = whole.samples.filter((one) => Object.keys(filter).every((key) => one[key] === filter[key]));
	const [names, ...lines] = csv.body.toString().trimEnd().split("\r\n");
	const kept = names.split(",").map((name) => String(matching[0][name]));

	if (!matching.length || JSON.stringify(matching) !== JSON.stringify(some.samples))
		throw new Error(`a filter leaves ${JSON.stringify(some)} of ${JSON.stringify(whole)}`);
	if (lines.length !== matching.length || lines[0] !== kept.join(","))
		throw new Error(`CSV has ${csv.body}`);
	if (!/\?after=1&limit=1>; rel="next"/.test(first.headers.link))
		throw new Error(`the next page is at ${first.headers.link}`);
	await call("listSamples", { query: { lane: "fast" }, expect: 422 });
	await call("listSamples", { query: { format: "xml" }, expect: 422 });
}

async function read(call) {
	await call("getLatency", { query: { isa: "vmx" }, expect: 422 });
	for (const id of ["getCampaign", "listFingerprints", "getLatency", "getMechanism", "getRanking", "getStatistics",
		"listSamples"])
		await call(id, { expect: 200 });
	await call("getDiff", { query: { variant: "early" }, expect: 200 });
	await call("getDiff", { query: { variant: "none" }, expect: 404 });
	await call("getRaceMap", { query: { variant: "early" }, expect: 200 });
	await call("getRaceMap", { query: { variant: "none" }, expect: 404 });
	await call("listSamples", { query: { limit: 1 }, expect: 200 });
	await samples(call);
	await lists(call);
	await events(call);
	for (const id of ["listSeries", "listCampaigns", "listHosts", "getSeries", "getNoise"])
		await call(id, { expect: 200 });
	await call("getBuild", { query: { key: "0".repeat(64) }, expect: 404 });
	for (const id of ["front", "getContract", "getDocs", "getDocsScript", "getDocsStyle", "getHealth"])
		await call(id, { expect: 200 });
}

// What a campaign asks for beside its lanes is kept, a mistake is named, and who cannot serve it is said.
async function wishes(call) {
	const wanted = { ...asked, lanes: ["exact"], priority: 3, hosts: { labels: { rack: "b" } }, workloads: ["exit-cpuid", "exit-msr"] };
	const { json: made } = await call("createCampaign", { body: JSON.stringify(wanted), expect: 201 });
	const wrong = await call("createCampaign", { body: JSON.stringify({ ...wanted, workloads: ["exit-none"] }), expect: 422 });

	for (const name of ["priority", "hosts", "workloads"])
		if (JSON.stringify(made[name]) !== JSON.stringify(wanted[name]))
			throw new Error(`${name} is ${JSON.stringify(made[name])}`);
	if (!/bench-svm.*rack=b/.test(made.waiting))
		throw new Error(`nobody is labelled rack=b, and it waits: ${made.waiting}`);
	if (!/exit-none.*exit-cpuid.*ipi-storm/.test(wrong.json.detail))
		throw new Error(`the workloads are not listed: ${wrong.json.detail}`);
	await call("createCampaign", { body: JSON.stringify({ ...wanted, lanes: ["exact", "smp"] }), expect: 422 });
	await call("createCampaign", { body: JSON.stringify({ ...wanted, priority: 13 }), expect: 422 });
	await call("createCampaign", { body: JSON.stringify({ ...wanted, hosts: { labels: { rack: "" } } }), expect: 422 });
	await call("cancelCampaign", { path: { id: made.id }, expect: 200 });
}

// Pages of variants and builds, and filters that leave what they name.
async function lists(call) {
	const { json: all } = await call("listVariants", { expect: 200 });
	const { json: early } = await call("listVariants", { query: { campaign: 1, series: "early", state: "done" }, expect: 200 });
	const { json: builds } = await call("getBuild", { query: { limit: 1 }, expect: 200 });
	const { json: rest } = await call("getBuild", { query: { after: builds.next }, expect: 200 });
	const { json: one } = await call("getBuild", { query: { code_sha256: builds.builds[0].code_sha256 }, expect: 200 });

	if (all.variants.length !== 2 || early.variants.length !== 1 || early.variants[0].id !== all.variants[0].id)
		throw new Error(`variants are ${JSON.stringify(all)}, filtered ${JSON.stringify(early)}`);
	if (rest.builds.length !== 1 || rest.next !== null || one.builds.length !== 1)
		throw new Error(`builds are ${JSON.stringify(builds)}, then ${JSON.stringify(rest)}`);
	await call("listVariants", { query: { state: "lost" }, expect: 422 });
}

// A token works from when it is made until it is rotated or revoked, also when it was rotated.
async function tokens(call) {
	const made = await call("createToken", { body: JSON.stringify({ name: "alice", scopes: ["submit"] }), expect: 201 });
	const path = { id: made.json.id };

	await call("createToken", { body: JSON.stringify({ name: "alice", scopes: ["read"] }), expect: 409 });
	await call("listSeries", { token: made.json.token, expect: 200 });
	const rotated = await call("rotateToken", { path, expect: 200 });
	await call("listSeries", { token: made.json.token, expect: 401 });
	await call("listSeries", { token: rotated.json.token, expect: 200 });
	await call("revokeToken", { path, expect: 204 });
	await call("listSeries", { token: rotated.json.token, expect: 401 });
	await call("listTokens", { expect: 200 });
	await call("listTokens", { token: rotated.json.token, expect: 401 });
}

async function bisections(call) {
	const body = (metric) => JSON.stringify({ series: "early", metric, isa: "svm" });

	await call("bisect", { path: { id: 999999 }, body: body("exit_window"), expect: 404 });
	await call("bisect", { path: { id: 1 }, body: body("exit_path"), expect: 409 });
	await call("bisect", { path: { id: 1 }, body: body("exits_by_reason"), expect: 422 });
	const { json } = await call("bisect", { path: { id: 1 }, body: body("exit_window"), expect: 201 });

	await call("getBisection", { path: { id: 1 }, expect: 404 });
	await call("getBisection", { path: { id: json.campaign }, expect: 200 });
}

const branch = (more = {}) => JSON.stringify({ git: { url: "https://git.example.org/linux", ref: "early" }, name: "branch",
	each_commit: true, ...more });
const fetchedTwo = mbox("one").replace("[PATCH]", "[PATCH 1/2]") + mbox("two").replace("[PATCH]", "[PATCH 2/2]");
const found = { base_commit: "a".repeat(40), base_tree: "b".repeat(40), head: "c".repeat(40) };

// A branch is fetched, its parts are made, and the campaign that waited for it goes on; another is not.
async function fetched(call) {
	const json = { type: "application/json" };

	await call("submitSeries", { ...json, body: "{", expect: 400 });
	await call("submitSeries", { ...json, body: branch({ git: { url: "https://me:secret@git.example.org/linux", ref: "early" } }), expect: 422 });
	await call("submitSeries", { ...json, body: branch({ git: { url: "https://elsewhere.example.org/linux", ref: "early" } }), expect: 422 });
	const { json: series } = await call("submitSeries", { ...json, body: branch(), expect: 202 });
	const { json: campaign } = await call("createCampaign", { body: JSON.stringify({ thread: series.id }), expect: 201 });
	const { json: lease } = await call("takeLease", { body: want("build"), expect: 200 });
	const path = { lease: lease.lease };

	if (lease.task.kind !== "fetch" || campaign.variants[0].build.task)
		throw new Error(`a campaign does not wait for what is fetched: ${JSON.stringify([lease, campaign])}`);
	await call("getTask", { path: { id: lease.task.id }, expect: 200 });
	await call("getQueue", { expect: 200 });
	await call("reportSeries", { path, body: fetchedTwo, expect: 422 });
	await call("reportSeries", { path, query: found, body: fetchedTwo, expect: 200 });
	await call("reportSeries", { path, query: found, body: fetchedTwo, expect: 410 });
	const { json: ready } = await call("getSeries", { path: { id: series.id }, expect: 200 });

	if (ready.state !== "ready" || ready.parts.length !== 1 || ready.git.head !== found.head)
		throw new Error(`what was fetched is ${JSON.stringify(ready)}`);
	const { json: goes } = await call("getCampaign", { path: { id: campaign.id }, expect: 200 });

	if (!goes.variants.every((one) => one.build.task))
		throw new Error(`the campaign does not go on: ${JSON.stringify(goes)}`);
	await call("cancelCampaign", { path: { id: campaign.id }, expect: 200 });
	const { json: lost } = await call("submitSeries", { ...json, body: branch(), expect: 202 });
	const other = await call("takeLease", { body: want("build"), expect: 200 });

	await call("reportTask", { path: { lease: other.json.lease }, body: JSON.stringify({ status: "failed", sentence: "No such branch." }), expect: 200 });
	const { json: failed } = await call("getSeries", { path: { id: lost.id }, expect: 200 });

	if (failed.state !== "failed" || failed.reason !== "No such branch.")
		throw new Error(`what could not be fetched is ${JSON.stringify(failed)}`);
	await call("createCampaign", { body: JSON.stringify({ series: [lost.id] }), expect: 422 });
	await call("cancelSeries", { path: { id: ready.id }, expect: 409 });
	const { json: unwanted } = await call("submitSeries", { ...json, body: branch(), expect: 202 });
	const { json: held } = await call("takeLease", { body: want("build"), expect: 200 });
	const { json: cancelled } = await call("cancelSeries", { path: { id: unwanted.id }, expect: 200 });

	if (cancelled.state !== "failed" || cancelled.reason !== "Cancelled by submit.")
		throw new Error(`what was cancelled is ${JSON.stringify(cancelled)}`);
	await call("beat", { path: { lease: held.lease }, body: JSON.stringify({ phase: "fetch" }), expect: 410 });
	await call("reportSeries", { path: { lease: held.lease }, query: found, body: fetchedTwo, expect: 410 });
	const { json: task } = await call("getTask", { path: { id: held.task.id }, expect: 200 });

	if (task.state !== "cancelled")
		throw new Error(`the task of what was cancelled is ${JSON.stringify(task)}`);
	await call("cancelSeries", { path: { id: unwanted.id }, expect: 409 });
}

// Resolves to path parameters of what is there.
export async function walk(call, hash) {
	const series = { query: { name: "early", expect: "exit_window:less,host_ipi_per_guest_ipi:same" }, body: two("Set the mode early") };

	await call("submitSeries", { ...series, expect: 201 });
	await call("submitSeries", { ...series, expect: 200 });
	await call("submitSeries", { body: "no patch", expect: 422 });
	await call("createCampaign", { body: JSON.stringify({ ...asked, seed: -1 }), expect: 422 });
	await call("createCampaign", { body: JSON.stringify(asked), expect: 201 });
	await call("getRanking", { expect: 200 });
	const given = await call("takeLease", { body: want("build"), expect: 200 });
	await call("giveBack", { path: { lease: given.json.lease }, expect: 204 });
	await build(call, hash, "base");
	await build(call, hash, "early");
	while (await block(call))
		;
	await read(call);
	await fetched(call);
	// One more, whose lease stays: the refusals need one.
	await call("createCampaign", { body: JSON.stringify(asked), expect: 201 });
	await call("cancelCampaign", { path: { id: 1 }, expect: 409 });
	await call("retryCampaign", { path: { id: 3 }, body: "{}", expect: 409 });
	await call("cancelCampaign", { path: { id: 3 }, expect: 200 });
	await call("retryCampaign", { path: { id: 3 }, body: JSON.stringify({ seed: 3 }), expect: 201 });
	await wishes(call);
	await bisections(call);
	const kept = await call("takeLease", { body: want("build"), expect: 200 });

	await call("takeLease", { body: want("nothing"), expect: 204 });
	await call("getQueue", { expect: 200 });
	await call("getMetrics", { expect: 200 });
	await tokens(call);
	return { id: 1, load: 1, lease: kept.json.lease, sha256: hash("kernel base") };
}

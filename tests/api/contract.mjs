// SPDX-License-Identifier: GPL-2.0-or-later
// Walks a campaign through a real server and then every refusal, and holds each answer against the
// contract: its status, its type, its body. Every answer that the contract names has to be seen.
//
//	node contract.mjs RUNWAYD TOOLS		TOOLS: the folder with node_modules
import { createHash } from "node:crypto";
import { createRequire } from "node:module";
import { join } from "node:path";

import { Live, Tap, operations } from "./live.mjs";
import { mbox, walk } from "./walk.mjs";

const require = createRequire(join(process.argv[3], "package.json"));
const Ajv = require("ajv/dist/2020.js").default;
const addFormats = require("ajv-formats").default;

// Answers that need a full disk, or a flood.
const unseen = new Set(["bisect 507", "putArtifact 507"]);

// What is not named must not be there: a field that the contract does not know is a fault of it.
function closed(value) {
	if (Array.isArray(value))
		return value.map(closed);
	if (value === null || typeof value !== "object")
		return value;
	const copy = Object.fromEntries(Object.entries(value).map(([key, one]) => [key, closed(one)]));

	if (copy.properties && copy.additionalProperties === undefined)
		copy.additionalProperties = false;
	return copy;
}

const live = await new Live(process.argv[2], ["--allow-git", "https://git.example.org/"]).start();
const tap = new Tap();
const contract = JSON.parse((await live.ask("GET", "/api/v1/openapi.json")).body);
const all = new Map(operations(contract).map((one) => [one.operationId, one]));
const ajv = new Ajv({ allErrors: true, allowUnionTypes: true });
const seen = new Set();
const problems = new Map();
let there = { id: 1 };

addFormats(ajv);
ajv.addVocabulary(["components", "example"]);
ajv.addSchema({ $id: "contract", components: { schemas: closed(contract.components.schemas) } });

// Of a stream, every event whole so far, but those that are about the stream itself.
function checkEvents(media, body) {
	return body.toString().split("\n\n").slice(0, -1).filter((one) => /^event: /m.test(one))
		.filter((one) => !/^event: (end|gap)$/m.test(one))
		.map((one) => check(media.schema.$defs.data, /^data: (.*)$/m.exec(one)?.[1] ?? "null")).find((one) => one);
}

function checkBody(media, type, body) {
	if (!media)
		return `its type ${type} is none of the contract's`;
	if (media.schema.$defs)
		return checkEvents(media, body);
	return /json/.test(type) && Object.keys(media.schema).length ? check(media.schema, body) : undefined;
}

function check(schema, text) {
	const validate = ajv.compile(JSON.parse(JSON.stringify(schema)
		.replaceAll('"#/components', '"contract#/components')));

	return validate(JSON.parse(text)) ? undefined
		: validate.errors.slice(0, 5).map((one) => `${one.instancePath || "/"} ${one.message} ${
			JSON.stringify(one.params)}`).join("\n");
}

// What is wrong with an answer, undefined when nothing is.
function fault(operation, answer) {
	const documented = operation.responses[answer.status];

	if (!documented)
		return `status ${answer.status} is not in the contract: ${answer.why ?? answer.body}`;
	for (const name of Object.keys(documented.headers ?? {}))
		if (!(name.toLowerCase() in answer.headers))
			return `the header ${name} is missing`;
	const type = answer.headers["content-type"]?.split(";")[0];

	if (!documented.content)
		return answer.body.length ? "it has a body" : undefined;
	return checkBody(documented.content[type], type, answer.body);
}

async function call(id, { path = {}, query = {}, expect, ...options } = {}) {
	const operation = all.get(id);
	const where = operation.path.replace(/\{(\w+)\}/g, (whole, name) => path[name] ?? there[name]);
	const search = new URLSearchParams(query).toString();
	const answer = await live.ask(operation.method, where + (search && `?${search}`), {
		token: live.tokens[operation.scope], type: options.body === undefined ? undefined : operation.types[0],
		...options });
	const problem = fault(operation, answer);

	seen.add(`${id} ${answer.status}`);
	if (problem)
		problems.set(`${operation.method} ${where}: ${answer.status}`, problem);
	if (expect && answer.status !== expect)
		problems.set(`${operation.method} ${where}`, `${answer.status} and not ${expect}: ${answer.body}`);
	// What has not changed is not sent again.
	if (answer.status === 200 && operation.responses[304] && !seen.has(`${id} 304`)) {
		const again = await live.ask("GET", where + (search && `?${search}`), { token: live.tokens[operation.scope],
			headers: { "If-None-Match": answer.headers.etag } });

		seen.add(`${id} ${again.status}`);
		if (fault(operation, again))
			problems.set(`${where}: ${again.status}`, fault(operation, again));
	}
	answer.json = /json/.test(answer.headers["content-type"] ?? "") ? JSON.parse(answer.body) : undefined;
	return answer;
}

// The refusals that every operation has for the same reasons.
async function refusals(operation) {
	const id = operation.operationId;
	const type = operation.types[0];
	const names = operation.parameters.map((one) => one.name);
	const tries = {
		400: { body: "{" },
		401: { token: undefined },
		403: { token: live.tokens.read },
		404: { path: { id: 999999, load: 999999, sha256: "0".repeat(64) }, body: type && (id === "reportLoad" ? '{"status":"ok"}' : "{}") },
		410: { path: { lease: "0".repeat(32) }, body: type && '{"status":"ok","phase":null}' },
		413: operation.cap < 1 << 20 ? { body: "x".repeat(operation.cap + 1) } : { announce: operation.cap + 1 },
		415: { body: "x", type: "application/x-nothing" },
		422: names.includes("Idempotency-Key") ? { headers: { "Idempotency-Key": "a b" }, body: type && "{}" }
			: { query: { limit: 0, key: "x", after: "x", follow: 1 } },
	};

	for (const status of Object.keys(operation.responses))
		if (tries[status] && !seen.has(`${id} ${status}`))
			await call(id, { ...(type && { type }), ...tries[status] });
}

// Streams that stay open until there is no room for another.
async function crowd() {
	let stop = false;
	const open = Array.from({ length: 256 }, () => call("streamEvents", { until: () => stop, ms: 30000 }));

	while (Number(/runway_streams (\d+)/.exec((await call("getMetrics")).body)[1]) < 256)
		;
	await call("streamEvents", { expect: 429 });
	await call("getLog", { query: { follow: 1 }, expect: 429 });
	stop = true;
	await call("submitSeries", { query: { name: "crowd" }, body: mbox("End the crowd"), expect: 201 });
	await Promise.all(open);
}

// Whoever asks too much, at every operation, until the server has had enough; an address, then a token.
async function floods() {
	const server = await new Live(process.argv[2], ["--rate-address", "1", "--rate-token", "0"]).start();

	for (const operation of all.values()) {
		const where = operation.path.replace(/\{(\w+)\}/g, (whole, name) => there[name]);
		let answer;

		do
			answer = await server.ask(operation.method, where, { until: () => true });
		while (answer.status !== 429);
		seen.add(`${operation.operationId} 429`);
		if (fault(operation, answer))
			problems.set(`${where}: 429`, fault(operation, answer));
	}
	await server.stop();
	const other = await new Live(process.argv[2], ["--rate-address", "0", "--rate-token", "1"]).start();
	const ask = (scope) => other.ask("GET", "/api/v1/series", { token: other.tokens[scope] });

	while ((await ask("read")).status !== 429)
		;
	if ((await ask("submit")).status !== 200)
		problems.set("a token", "is refused for what another one asked");
	await other.stop();
}

try {
	there = await walk(call, (bytes) => createHash("sha256").update(bytes).digest("hex"));
	for (const operation of all.values())
		await refusals(operation);
	await crowd();
	await floods();
	tap.is("every answer is as the contract says",
		[...problems].map(([where, what]) => `${where}\n${what}`).join("\n"));
	tap.is("every answer of the contract was seen", [...all.values()].flatMap((one) =>
		Object.keys(one.responses).map((status) => `${one.operationId} ${status}`))
		.filter((one) => !seen.has(one) && !unseen.has(one)).join("\n"));
} catch (error) {
	tap.is("the walk ends", error.stack);
}
tap.is("the server ends as it is told", (await live.stop()) || undefined);
tap.end();

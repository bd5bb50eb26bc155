// SPDX-License-Identifier: GPL-2.0-or-later
// Requests that nobody should send, made from the contract: the server may refuse them, it may not fail.
//
//	node hostile.mjs RUNWAYD [SECONDS [SEED]]	20 s; the seed is printed and gives the same requests
import net from "node:net";

import { Live, Tap, operations } from "./live.mjs";
import { mbox } from "./walk.mjs";

const seconds = Number(process.argv[3] ?? 20);
const most = 20000;
let state = Number(process.argv[4] ?? Date.now() % 1e9);

console.log(`# seed ${state}`);

// Mulberry32: small, and the same everywhere.
function random() {
	state = (state + 0x6d2b79f5) | 0;
	let t = Math.imul(state ^ (state >>> 15), 1 | state);

	t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
	return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
}
const below = (count) => Math.floor(random() * count);
const pick = (list) => list[below(list.length)];
const often = (odds) => random() < odds;

const texts = ["", " ", "\u0000", "a\u0000b", "é", "漢字", "\u{1f600}", "\ud800", "\u202e", "%00", "%ff", "..", "../../etc/passwd",
	"';DROP TABLE campaign;--", "<script>", "${x}", "%n%s%x", "\r\nX: y", "base", "null", "-1", "1e999", "NaN",
	"9223372036854775807", "9223372036854775808", "-9223372036854775808", "0x10", "x".repeat(300), "A".repeat(20000)];
const values = [null, true, false, 0, -0, -1, 1, 1.5, 2 ** 53, -(2 ** 63), 1e308, [], {}, [[]], [null], { "": 0 }, ...texts];

// A copy: what spoil() puts one inside another must not end inside itself.
const odd = () => structuredClone(pick(values));

// Something that fits the schema, nearly.
function grow(contract, schema, depth = 0) {
	if (depth > 8 || !schema)
		return null;
	if (schema.$ref)
		return grow(contract, schema.$ref.slice(2).split("/").reduce((at, key) => at[key], contract), depth);
	const either = schema.oneOf ?? schema.anyOf;
	const type = pick([schema.type].flat());

	if (either)
		return grow(contract, pick(either), depth + 1);
	if ("const" in schema)
		return schema.const;
	if (schema.enum)
		return pick(schema.enum);
	if (type === "object")
		return Object.fromEntries(Object.entries(schema.properties ?? {}).filter(() => often(0.9))
			.map(([key, one]) => [key, grow(contract, one, depth + 1)]));
	if (type === "array")
		return Array.from({ length: below(4) }, () => grow(contract, schema.items, depth + 1));
	if (type === "integer" || type === "number")
		return pick([schema.minimum ?? 1, schema.maximum ?? 10, (schema.minimum ?? 1) - 1, (schema.maximum ?? 10) + 1, 1, 2]);
	if (type === "boolean")
		return often(0.5);
	return pick(["0".repeat(64), "a".repeat(40), "linux", "HEAD", "alpha", "exit_window", "early", ...texts.slice(0, 6)]);
}

function spoil(value) {
	if (often(0.2) || value === null || typeof value !== "object")
		return odd();
	const key = pick(Object.keys(value));

	if (key === undefined)
		return odd();
	if (often(0.2))
		delete value[key];
	else if (often(0.2))
		value[pick(texts)] = odd();
	else
		value[key] = spoil(value[key]);
	return value;
}

function text(contract, schema) {
	let value = grow(contract, schema);

	for (let i = below(3); i; i--)
		value = spoil(value);
	if (value && typeof value === "object" && "wait_s" in value)
		value.wait_s = pick([0, 0, -1, 61, "0"]);
	const whole = JSON.stringify(value) ?? "";

	return pick([
		() => whole, () => whole, () => whole, () => whole, () => whole,
		() => whole.slice(0, below(whole.length + 1)),
		() => whole.replace(/^\{("[^"]*":)/, "{$11,$1"),
		() => `{"a":`.repeat(20) + "1" + "}".repeat(20),
		() => "[".repeat(100000),
		() => `{"x":"${"y".repeat(100000)}"}`,
		() => Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]),
		() => '{"base":{"repository":"linux","rev":"HEAD"},"series":[1e400]}',
		() => '{"seed":123456789012345678901234567890}',
		() => Buffer.from(Array.from({ length: below(2000) }, () => below(256))),
		() => "\ufeff" + whole,
	])();
}

// A header may not hold these: node itself refuses to send them.
const header = (value) => String(value).replace(/[^\x20-\x7e]/g, "?");

function request(contract, operation, lease, token) {
	const segment = (name) => often(0.5) ? name === "lease" ? lease : name === "sha256" ? "0".repeat(64) : pick([1, 2, 3])
		: encodeURIComponent(pick(texts).toWellFormed?.() ?? "x").slice(0, 3000);
	let path = operation.path.replace(/\{(\w+)\}/g, (whole, name) => segment(name));
	const headers = {};

	// Its own tokens it keeps.
	if (operation.tags.includes("tokens"))
		path = path.replace(/tokens\/[1-4](?=\/|$)/, "tokens/99");
	const names = operation.parameters.filter((one) => one.in === "query").map((one) => one.name);
	const query = Array.from({ length: below(4) }, () =>
		`${often(0.8) ? pick([...names, "x"]) : encodeURIComponent(pick(texts).toWellFormed?.() ?? "x").slice(0, 500)}${
			pick(["=", "==", "", "=%", "=%zz"])}${often(0.5) ? below(1000) : encodeURIComponent(pick(texts).toWellFormed?.() ?? "x").slice(0, 2000)}`);

	for (const name of ["Idempotency-Key", "If-None-Match", "Last-Event-ID", "Accept", "Expect", "Range"])
		if (often(0.08))
			headers[name] = header(pick([...texts.slice(0, -1), "text/csv", "text/event-stream", "*", "bytes=0-1", "100-continue"]));
	const types = operation.types.length ? operation.types : ["application/json"];
	const media = pick(types);
	const options = { token: often(0.95) ? token : header(pick(texts.slice(0, -1))), headers, ms: 20000, until: () => true };

	if (operation.method !== "GET" || often(0.05)) {
		options.body = /json/.test(media) ? text(contract, operation.requestBody?.content[media]?.schema ?? {})
			: often(0.5) ? mbox(pick(texts.slice(0, -1))).slice(0, 100 + below(500)) : text(contract, {});
		options.type = often(0.95) ? media : header(pick(["", "a/b", ...texts.slice(0, -1)]));
	}
	return { method: often(0.97) ? operation.method : pick(["HEAD", "PATCH", "OPTIONS", "TRACE", "PUT", "DELETE"]),
		path: path + (query.length ? `?${query.join("&")}` : ""), options };
}

const raw = [
	"GET / HTTP/1.1\r\n\r\n", "GET /\r\n\r\n", "\r\n\r\n\r\n", "GET / HTTP/9.9\r\nHost: x\r\n\r\n",
	"GET http://other/api/v1/health HTTP/1.1\r\nHost: x\r\n\r\n", "GET /api/v1/%2e%2e/ HTTP/1.1\r\nHost: x\r\n\r\n",
	"GET /api/v1/series\0 HTTP/1.1\r\nHost: x\r\n\r\n", `GET /${"a".repeat(40000)} HTTP/1.1\r\nHost: x\r\n\r\n`,
	`GET / HTTP/1.1\r\n${"X: y\r\n".repeat(10000)}\r\n`, "POST /api/v1/leases HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
	"POST /api/v1/leases HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n",
	"POST /api/v1/leases HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
	"POST /api/v1/leases HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
	"POST /api/v1/leases HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\nx",
	"POST /api/v1/leases HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
	"GET /api/v1/health HTTP/1.1\r\nHost: x\r\n\r\n".repeat(50),
];

// What comes back from bytes that are no request, or half of one.
function send(port, bytes) {
	return new Promise((done) => {
		const socket = net.connect(port, "127.0.0.1", () => often(0.5) ? socket.end(bytes) : socket.write(bytes));
		let got = "";

		socket.setTimeout(300, () => socket.destroy());
		socket.on("data", (part) => { got += part; });
		socket.on("error", () => undefined);
		socket.on("close", () => done(Number(/^HTTP\/1\.[01] (\d+)/.exec(got)?.[1] ?? 0)));
	});
}

const live = await new Live(process.argv[2], ["--rate-address", "0", "--rate-token", "0"]).start();
const tap = new Tap();
const contract = JSON.parse((await live.ask("GET", "/api/v1/openapi.json")).body);
const all = operations(contract);
const end = Date.now() + seconds * 1000;
const counts = {};
let failure, lease = "0".repeat(32), count = 0;

// So that there is something to break: a campaign, and a lease on it.
async function renew() {
	const ask = (path, scope, type, body) => live.ask("POST", `/api/v1/${path}`, { token: live.tokens[scope], type, body });

	await ask("series?name=early", "submit", "application/mbox", mbox("Set the mode early"));
	await ask("campaigns", "submit", "application/json",
		JSON.stringify({ base: { repository: "linux", rev: "HEAD" }, series: [1] }));
	const given = await ask("leases", "agent", "application/json",
		JSON.stringify({ agent: "a", capabilities: ["build", "bench-svm"] }));

	if (given.status === 200)
		lease = JSON.parse(given.body).lease;
}

async function one() {
	const operation = pick(all);
	const made = request(contract, operation, lease, live.tokens[operation.scope ?? "read"]);
	let answer;

	if (often(0.02)) {
		const bytes = pick(raw);

		answer = { status: await send(live.port, bytes) };
		// What HTTP has for a version or a coding that nobody speaks.
		if (answer.status === 505 || answer.status === 501)
			answer.status = 400;
		made.path = JSON.stringify(bytes.slice(0, 80));
	} else {
		try {
			answer = await live.ask(made.method, made.path, made.options);
		} catch {
			return; // node does not send what is no header or path
		}
	}
	counts[Math.floor(answer.status / 100)] = (counts[Math.floor(answer.status / 100)] ?? 0) + 1;
	if (answer.status >= 500 || answer.why === "no answer in time")
		failure ??= `${answer.status} ${answer.why ?? ""}: ${made.method} ${made.path}\n${
			JSON.stringify(made.options)?.slice(0, 2000)}\n${answer.body ?? ""}`;
}

for (; Date.now() < end && count < most && !failure && live.gone === undefined; count++) {
	if (count % 200 === 0)
		await renew();
	await one();
}
console.log(`# ${count} requests, answers by class: ${JSON.stringify(counts)}`);
tap.is("no request makes the server fail", failure);
tap.is("some of them were understood", counts[2] && counts[4] ? undefined : JSON.stringify(counts));
tap.is("the server answers afterwards", (await live.ask("GET", "/api/v1/health")).status === 200 ? undefined : live.log);
const how = await live.stop();
tap.is("and ends as it is told, without a report of a sanitizer",
	how || /Sanitizer|runtime error/.test(live.log) ? `${how}: ${live.log.slice(-20000)}` : undefined);
tap.end();

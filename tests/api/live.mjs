// SPDX-License-Identifier: GPL-2.0-or-later
// A real runwayd on the loopback, its contract, and requests to it, for the tests of the API.
import { spawn, execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import http from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";

export class Live {
	constructor(runwayd, options = []) {
		this.runwayd = runwayd;
		this.options = options;
		this.state = mkdtempSync(join(tmpdir(), "runway-api-"));
		this.log = "";
	}

	async start() {
		this.child = spawn(this.runwayd, ["serve", "--listen", "127.0.0.1:0", "--state",
			join(this.state, "server"), ...this.options], { stdio: ["ignore", "pipe", "pipe"] });
		this.ended = new Promise((done) => this.child.on("exit", (code, signal) => {
			this.gone = signal ?? code;
			done(this.gone);
		}));
		// Bounded: a sanitizer's report comes first, and is what is wanted.
		this.child.stderr.on("data", (text) => {
			if (this.log.length < 1 << 20)
				this.log += text;
		});
		await new Promise((ready, fail) => {
			let said = "";

			this.child.stdout.on("data", (text) => {
				said += text;
				const found = /listening on http:\/\/127\.0\.0\.1:(\d+)/.exec(said);

				if (found)
					ready(this.port = Number(found[1]));
			});
			this.ended.then(() => fail(new Error(`runwayd did not start: ${this.log}`)));
		});
		this.tokens = {};
		for (const scope of ["read", "submit", "agent", "admin"])
			this.tokens[scope] = execFileSync(this.runwayd, ["token-add", "--state",
				join(this.state, "server"), "--name", scope, "--scopes", scope], { encoding: "utf8" }).trim();
		this.agent = new http.Agent({ keepAlive: true, maxSockets: 8 });
		return this;
	}

	// What ended it: 0 when it stopped as it was told.
	async stop() {
		this.agent?.destroy();
		this.child.kill("SIGTERM");
		const how = await this.ended;

		rmSync(this.state, { recursive: true, force: true });
		return how;
	}

	// { status, headers, body (Buffer) }; status 0: no answer, and why. until(text): enough of a stream.
	ask(method, path, { token, type, body, headers = {}, announce, until, ms = 10000 } = {}) {
		return new Promise((done) => {
			const all = { ...headers };

			if (token)
				all.Authorization = `Bearer ${token}`;
			if (type)
				all["Content-Type"] = type;
			if (announce !== undefined || body !== undefined)
				all["Content-Length"] = announce ?? Buffer.byteLength(body);
			const request = http.request({ host: "127.0.0.1", port: this.port, method, path, headers: all,
				agent: announce === undefined && !until ? this.agent : false, timeout: ms }, (answer) => {
				const parts = [];
				const end = () => done({ status: answer.statusCode, headers: answer.headers,
					body: Buffer.concat(parts) });

				answer.on("data", (part) => {
					parts.push(part);
					if (until?.(Buffer.concat(parts).toString())) {
						end();
						request.destroy();
					}
				});
				answer.on("end", end);
				answer.on("error", (error) => done({ status: 0, why: error.message, headers: {} }));
			});

			request.on("timeout", () => request.destroy(new Error("no answer in time")));
			request.on("error", (error) => done({ status: 0, why: error.message, headers: {} }));
			if (announce !== undefined)
				request.flushHeaders();
			else
				request.end(body);
		});
	}
}

export class Tap {
	count = 0;
	failed = 0;

	is(what, problem) {
		this.count++;
		if (problem)
			this.failed++;
		console.log(`${problem ? "not ok" : "ok"} ${this.count} - ${what}`);
		if (problem)
			console.log(String(problem).split("\n").map((line) => `# ${line}`).join("\n"));
	}

	end() {
		console.log(`1..${this.count}`);
		process.exitCode = this.failed ? 1 : 0;
	}
}

// Operations as a list, with references to parameters and responses resolved.
export function operations(contract) {
	const resolve = (one) => one.$ref
		? one.$ref.slice(2).split("/").reduce((at, key) => at[key], contract) : one;

	return Object.entries(contract.paths).flatMap(([path, item]) =>
		Object.entries(item).map(([method, operation]) => ({
			...operation, path, method: method.toUpperCase(),
			scope: operation.security[0]?.bearer[0],
			cap: operation["x-body-max-bytes"] ?? 0,
			types: Object.keys(operation.requestBody?.content ?? {}),
			parameters: (operation.parameters ?? []).map(resolve),
			responses: Object.fromEntries(Object.entries(operation.responses)
				.map(([status, one]) => [status, resolve(one)])),
		})));
}

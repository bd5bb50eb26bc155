// SPDX-License-Identifier: GPL-2.0-or-later
// Shows openapi.json as a page. Text goes in as text: nothing of the file is ever markup.

const methods = ["get", "put", "post", "delete"];

function make(name, content = [], attributes = {}) {
	const element = document.createElement(name);

	for (const [key, value] of Object.entries(attributes))
		element.setAttribute(key, value);
	element.append(...[content].flat().filter((one) => one !== undefined && one !== ""));
	return element;
}

const nameOf = (reference) => reference.split("/").pop();
const link = (reference) =>
	make("a", nameOf(reference), { href: `#schema-${nameOf(reference)}` });

function join(parts, between) {
	return parts.flatMap((part, i) => (i ? [between, part].flat() : [part].flat()));
}

// What a value may be, in one line.
function type(schema) {
	if (schema.$ref)
		return [link(schema.$ref)];
	const either = schema.oneOf ?? schema.anyOf;
	if (either)
		return join(either.map(type), " or ");
	if ("const" in schema)
		return [make("code", JSON.stringify(schema.const))];
	if (schema.enum)
		return join(schema.enum.map((one) => make("code", JSON.stringify(one))), " or ");
	const names = [schema.type ?? "anything"].flat().join(" or ");
	if (schema.items)
		return [`${names} of `, ...type(schema.items)];
	if (schema.additionalProperties?.$ref)
		return [`${names} of `, ...type(schema.additionalProperties)];
	return [schema.format ? `${names} (${schema.format})` : names];
}

// Its bounds, in words.
function bounds(schema) {
	const said = [];
	const say = (key, text) => key in schema && said.push(`${text} ${JSON.stringify(schema[key])}`);

	say("minimum", "from");
	say("exclusiveMinimum", "above");
	say("maximum", "to");
	say("exclusiveMaximum", "below");
	say("minLength", "at least, in characters:");
	say("maxLength", "at most, in characters:");
	say("minItems", "at least, in elements:");
	say("maxItems", "at most, in elements:");
	say("default", "by default");
	if (schema.pattern)
		said.push(make("code", schema.pattern));
	return join(said, ", ");
}

function cell(schema) {
	const parts = [type(schema), bounds(schema), schema.description ?? ""].filter((one) => one.length);

	return join(parts, "; ");
}

// The rows of an object, those inside of it below with their path.
function rows(schema, before = "") {
	const found = [];

	for (const [key, value] of Object.entries(schema.properties ?? {})) {
		const needed = schema.required?.includes(key);
		const inside = value.properties ? value : value.items?.properties ? value.items : undefined;
		const path = before + key + (value.items?.properties ? "[]" : "");

		found.push(make("tr", [make("th", make("code", path), needed ? { class: "needed" } : {}),
			make("td", cell(value))]));
		if (inside)
			found.push(...rows(inside, `${path}.`));
	}
	return found;
}

function table(schema) {
	const found = rows(schema);

	return found.length ? make("table", make("tbody", found)) : make("p", cell(schema));
}

function content(media) {
	return Object.entries(media ?? {}).flatMap(([name, one], i) =>
		[i ? ", " : "", make("code", name), ...(one.schema?.$defs ? [" of ", ...type(one.schema.$defs.data)] : []), one.schema?.$ref || one.schema?.anyOf ? ": " : "",
			...(one.schema?.$ref || one.schema?.anyOf ? type(one.schema) : [])]);
}

function parameters(contract, operation) {
	const found = (operation.parameters ?? []).map((one) =>
		one.$ref ? contract.components.parameters[nameOf(one.$ref)] : one);

	if (!found.length)
		return [];
	return [make("h4", "Parameters"), make("table", make("tbody", found.map((one) =>
		make("tr", [make("th", make("code", one.name), one.required ? { class: "needed" } : {}),
			make("td", one.in), make("td", [...cell(one.schema), one.description ? `; ${one.description}` : ""])]))))];
}

function body(operation) {
	const most = operation["x-body-max-bytes"];

	if (!operation.requestBody)
		return [];
	return [make("h4", "Body"), make("p", [...content(operation.requestBody.content),
		most ? `, at most ${most.toLocaleString("en")} bytes` : ""])];
}

function answers(contract, operation) {
	return [make("h4", "Answers"), make("table", make("tbody",
		Object.entries(operation.responses).map(([status, one]) => {
			const whole = one.$ref ? contract.components.responses[nameOf(one.$ref)] : one;

			return make("tr", [make("th", status), make("td", whole.description),
				make("td", content(whole.content))]);
		})))];
}

function scope(operation) {
	const needed = operation.security?.flatMap((one) => one.bearer ?? []) ?? [];

	return needed.length ? `Needs a token with the scope ${needed.join(" and ")}.` : "Needs no token.";
}

function show(contract, operation) {
	return make("section", [
		make("h3", [make("span", operation.method.toUpperCase(), { class: `method ${operation.method}` }),
			make("span", operation.path, { class: "path" })]),
		make("p", `${operation.summary}.`),
		operation.description ? make("p", operation.description) : "",
		make("p", scope(operation), { class: "dim" }),
		...parameters(contract, operation), ...body(operation), ...answers(contract, operation),
	], { class: "operation", id: operation.operationId });
}

function operationsOf(contract, tag) {
	return Object.entries(contract.paths).flatMap(([path, item]) => methods
		.filter((method) => item[method]?.tags.includes(tag))
		.map((method) => ({ ...item[method], method, path })));
}

function index(contract) {
	const parts = contract.tags.flatMap((tag) => [make("h2", tag.name),
		make("ul", operationsOf(contract, tag.name).map((one) => make("li", [
			make("span", one.method.toUpperCase(), { class: `method ${one.method}` }),
			make("a", one.path.replace("/api/v1", ""), { href: `#${one.operationId}`, title: one.summary })])))]);

	return [...parts, make("h2", make("a", "schemas", { href: "#schemas" }))];
}

function page(contract) {
	return [
		make("p", contract.info.description),
		make("p", ["Made from ", make("a", "openapi.json", { href: "openapi.json" }),
			"; what is marked ", make("span", "", { class: "needed" }), " is always there."], { class: "dim" }),
		...contract.tags.flatMap((tag) => [make("h2", tag.name), make("p", tag.description),
			...operationsOf(contract, tag.name).map((one) => show(contract, one))]),
		make("h2", "schemas", { id: "schemas" }),
		...Object.entries(contract.components.schemas).map(([name, schema]) => make("section",
			[make("h3", name), schema.description ? make("p", schema.description) : "", table(schema)],
			{ class: "schema", id: `schema-${name}` })),
	];
}

const state = document.getElementById("state");

try {
	const answer = await fetch("openapi.json");

	if (!answer.ok)
		throw new Error(`the server answered ${answer.status}`);
	const contract = await answer.json();

	document.getElementById("index").replaceChildren(...index(contract));
	state.replaceWith(...page(contract));
	if (location.hash)
		document.getElementById(location.hash.slice(1))?.scrollIntoView();
} catch (error) {
	state.textContent = `The contract cannot be shown: ${error.message}. Reload, or read openapi.json itself.`;
}

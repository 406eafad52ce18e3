/* Reading a table: text, a file or an example goes to the server, which says what is in it. */
import { found, input, setText, slot } from "#lab/lib/dom.mjs";
import { config } from "#lab/state/config.mjs";
import { Client } from "#lab/state/requests.mjs";
import { invalidate } from "#lab/state/store.mjs";
import { ownChoice } from "#lab/state/user-data.mjs";
import { userTable } from "#lab/state/user-table.mjs";

/**
 * @typedef {import("#lab/state/user-table.mjs").Choice} Choice
 * @typedef {import("#lab/state/user-table.mjs").TableFile} TableFile
 * @typedef {TableFile & {choice?: Choice | null}} Asked a file, and what was chosen of it before
 */

export const { bytes: MOST_BYTES, predictors: MOST_PREDICTORS } = config.upload;
const TOO_LARGE = `The file is too large: at most ${MOST_BYTES / 2 ** 20} MiB are read.`;
const SILENCE = "The server does not answer. Your data are still here; read them again later.";

/** @param {string} base64 */
export const toText = (base64) =>
  new TextDecoder().decode(Uint8Array.from(atob(base64), (one) => one.charCodeAt(0)));

/** @param {string} text */
function toBase64(text) {
  const bytes = new TextEncoder().encode(text);
  let binary = "";
  for (let at = 0; at < bytes.length; at += 8192)
    binary += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return btoa(binary);
}

/** Writes the line below the text. @param {string} sentence */
export function sayOfData(sentence, isProblem = false) {
  const note = found("own-note");
  if (!note) return;
  setText("own-note", sentence);
  note.classList.toggle("problem", isProblem);
  if (isProblem) note.scrollIntoView({ block: "nearest" });
}

/** @type {Client<Asked>} */
const client = new Client("own-request", {
  build: ({ content, name, reading }) => ({ content, name, reading }),
  answered: ({ table, error }, asked) => (error ? refuse(error, asked) : adopt(table, asked)),
  failed: (sentence) => sayOfData(sentence, true),
});

/**
 * @param {string} content base64
 * @param {string} name
 */
function read(content, name) {
  sayOfData("reading …");
  client.ask({ content, name, reading: {} });
}

/** The same file once more, with something set by hand. @param {import("#types").Reading} change */
export function reread(change) {
  const file = userTable.refused ?? userTable.table?.file;
  if (!file) return;
  sayOfData("reading …");
  const reading = { ...file.reading, ...change };
  client.ask({ ...file, reading, choice: userTable.choice });
}

export function readText() {
  const text = input("own-text").value;
  if (new Blob([text]).size > MOST_BYTES) sayOfData(TOO_LARGE, true);
  else read(toBase64(text), "");
}

/** @param {File | undefined} file */
export function readFile(file) {
  if (!file) return;
  if (file.size > MOST_BYTES) {
    sayOfData(TOO_LARGE, true);
    return;
  }
  const reader = new FileReader();
  reader.addEventListener("load", () => read(String(reader.result).split(",")[1] || "", file.name));
  reader.addEventListener("error", () => sayOfData("This file cannot be opened."));
  reader.readAsDataURL(file);
}

/**
 * One of the app's own files; its text is shown to be looked at and changed.
 * @param {string} name
 */
export async function openExample(name) {
  try {
    const text = await (await fetch(exampleAddress(name))).text();
    input("own-text").value = text;
    read(toBase64(text), `${name}.csv`);
  } catch {
    sayOfData(SILENCE);
  }
}

/** @param {string} name */
export const exampleAddress = (name) => `assets/examples/${name}.csv`;

/** After a reload the data are here, and what was chosen of them: the table is read once more. */
export function recallTable() {
  const own = ownChoice();
  if (!own || userTable.table || client.isOut || client.state === "failed") return;
  const { content, name, target, predictors, standardize, reading = {} } = own;
  // What has no name was typed, or clicked as points.
  if (!name && !input("own-text").value) input("own-text").value = toText(content);
  sayOfData("reading …");
  client.ask({ content, name, reading, choice: { target, predictors, standardize } });
}

/**
 * A way of reading that fails leaves the table; of another file at least the way can be changed.
 * @param {string} sentence
 * @param {Asked} asked
 */
function refuse(sentence, { content, name, reading }) {
  const isSame = userTable.table?.file.content === content;
  userTable.refused = isSame ? null : { content, name, reading };
  if (isSame && userTable.table) userTable.table.number = client.ticket;
  sayOfData(sentence, true);
  invalidate();
}

/**
 * What can be a target: the columns of numbers and those of two words.
 * @param {Pick<import("#types").Table, "columns" | "numeric" | "classes">} table
 */
export const targetsOf = ({ columns, numeric, classes }) =>
  columns.filter((name) => numeric.includes(name) || name in classes);

/**
 * What is chosen of a new table: the last column as the target, of the first one or, for two
 * classes, which are seen best over a plane, the first two.
 * @param {import("#types").Table} table
 * @returns {Choice}
 */
export function usualChoice(table) {
  const target = /** @type {string} */ (targetsOf(table).at(-1));
  const others = table.numeric.filter((name) => name !== target);
  return {
    target,
    predictors: others.slice(0, target in table.classes ? 2 : 1),
    standardize: userTable.choice?.standardize || false,
  };
}

/**
 * Shows what the server found in a file; the last column that can be is the target, until another
 * is chosen.
 * @param {import("#types").Table} table
 * @param {Asked} asked
 */
function adopt(table, { content, name, reading, choice }) {
  const { numeric } = table;
  userTable.table = { ...table, file: { content, name, reading }, number: client.ticket };
  userTable.refused = null;
  const isThere =
    choice &&
    targetsOf(table).includes(choice.target) &&
    choice.predictors.every((one) => numeric.includes(one));
  userTable.choice = isThere ? choice : usualChoice(table);
  sayOfData("");
  invalidate();
  if (!choice) requestAnimationFrame(() => slot("own-table")?.scrollIntoView({ block: "nearest" }));
}

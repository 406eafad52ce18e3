import assert from "node:assert/strict";
import test, { beforeEach, mock } from "node:test";
import "./setup.mjs";
import { sentenceOf } from "#lab/page/failures.mjs";
import { useBackend } from "#lab/state/backend.mjs";
import { on } from "#lab/state/events.mjs";
import { Client, SILENCE_AFTER, cutWaiting, failWaiting, resumeCut } from "#lab/state/requests.mjs";
import { adoptOwn, keepOwn } from "#lab/state/user-data.mjs";

/** @type {any[]} */
let asked = [];
/** @type {string[]} */
let busy = [];
/** @type {string[]} */
let lost = [];
useBackend({ canTrain: true, waiting: "", ask: (_, data) => asked.push(data) });
on("busy", (sentence) => busy.push(sentence));
on("lost", (sentence) => lost.push(sentence));
mock.timers.enable({ apis: ["setTimeout"] });

beforeEach(() => {
  failWaiting("of tests before");
  [asked, busy, lost] = [[], [], []];
});

/** A client, and what its turns were called with. */
function made({ keeps = true } = {}) {
  const answers = /** @type {any[]} */ ([]);
  const failures = /** @type {any[]} */ ([]);
  /** @type {Client<any>} */
  const client = new Client("some-request", {
    build: (wanted) => ({ settings: wanted }),
    answered: (answer, wanted) => answers.push([answer.payload ?? answer.error, wanted]),
    failed: (sentence, wanted) => failures.push([sentence, wanted]),
    keeps,
  });
  return { client, answers, failures };
}

/** @param {Client<any>} client @param {object} part */
const answer = (client, part) => client.receive({ ticket: client.ticket, ...part });

test("one request is out; of those that wait the newest is sent", () => {
  const { client, answers } = made();
  for (const wanted of [{ seed: 1 }, { seed: 2 }, { seed: 3 }]) client.ask(wanted);
  assert.deepEqual(
    asked.map(({ settings }) => settings.seed),
    [1],
  );
  answer(client, { payload: "a" });
  assert.deepEqual(
    asked.map(({ settings }) => settings.seed),
    [1, 3],
  );
  answer(client, { payload: "b" });
  assert.deepEqual(answers, [
    ["a", { seed: 1 }],
    ["b", { seed: 3 }],
  ]);
  assert.equal(client.state, "idle");
});

test("an answer to another request is none", () => {
  const { client, answers } = made();
  client.receive({ ticket: 0, payload: "early" });
  client.ask({});
  client.receive({ ticket: client.ticket - 1, payload: "old" });
  client.receive(null);
  assert.deepEqual(answers, []);
  answer(client, { payload: "new" });
  answer(client, { payload: "twice" });
  assert.deepEqual(answers, [["new", {}]]);
});

test("a busy server is asked again, as often as it says so, and its sentence goes away", () => {
  const { client, answers } = made();
  client.ask({ seed: 1 });
  for (let turn = 0; turn < 4; turn++) {
    answer(client, { error: "busy", again: 6 });
    assert.equal(client.state, "busy");
    mock.timers.tick(6000 * 1.4);
    assert.equal(client.state, "waiting");
    // Answers that come late but come are no silence.
    mock.timers.tick(SILENCE_AFTER - 1);
  }
  answer(client, { payload: "a" });
  assert.deepEqual([answers, lost], [[["a", { seed: 1 }]], []]);
  assert.equal(asked.length, 5);
  assert.equal(new Set(asked.map(({ turn }) => turn)).size, 5);
  assert.equal(busy.at(-1), "");
});

test("retries are spread", () => {
  const waits = new Set();
  for (let k = 0; k < 5; k++) {
    const { client } = made();
    client.ask({});
    answer(client, { error: "busy", again: 10 });
    let waited = 0;
    while (client.state === "busy") {
      mock.timers.tick(100);
      waited += 100;
    }
    assert.ok(waited >= 8000 && waited <= 14100);
    waits.add(waited);
  }
  assert.ok(waits.size > 1);
});

test("what was asked meanwhile is sent instead of what the server had no time for", () => {
  const { client } = made();
  client.ask({ seed: 1 });
  answer(client, { error: "busy", again: 1 });
  client.ask({ seed: 2 });
  assert.equal(asked.length, 1);
  mock.timers.tick(1400);
  assert.deepEqual(
    asked.map(({ settings }) => settings.seed),
    [1, 2],
  );
});

test("silence is told once, the newest is kept, and what still comes is no answer", () => {
  const { client, answers } = made();
  client.ask({ seed: 1 });
  client.ask({ seed: 2 });
  const { ticket } = client;
  for (let second = 0; second < SILENCE_AFTER / 1000; second++) mock.timers.tick(1000);
  assert.deepEqual(lost, ["The server does not answer."]);
  cutWaiting(lost[0]);
  assert.deepEqual([client.state, client.pending], ["cut", { seed: 2 }]);
  client.receive({ ticket, payload: "late" });
  assert.deepEqual(answers, []);
  mock.timers.tick(2 * SILENCE_AFTER);
  assert.equal(lost.length, 1);
  client.drop();
});

test("while nobody is there the newest choice is kept, and is sent once somebody is", () => {
  const { client, answers, failures } = made();
  assert.ok(!resumeCut());
  client.ask({ seed: 1 });
  cutWaiting("gone");
  for (const wanted of [{ seed: 2 }, { seed: 3 }]) client.ask(wanted);
  assert.deepEqual([asked.length, client.state, client.isOut], [1, "cut", true]);
  // It is tried in vain once: nothing of it is lost, and nobody is told again.
  assert.ok(resumeCut());
  assert.equal(client.state, "waiting");
  cutWaiting("gone");
  assert.ok(resumeCut());
  answer(client, { payload: "c" });
  assert.deepEqual(
    asked.map(({ settings }) => settings.seed),
    [1, 3, 3],
  );
  assert.deepEqual([answers, failures], [[["c", { seed: 3 }]], []]);
  assert.ok(!resumeCut());
});

test("what was wanted at once is told that nobody is there", () => {
  const { client, failures } = made({ keeps: false });
  client.ask("csv");
  cutWaiting("gone");
  assert.deepEqual([client.state, failures], ["failed", [["gone", "csv"]]]);
  assert.ok(!resumeCut());
});

test("a failure is told at once to those who wait, and only to them", () => {
  const [{ client, failures }, idle, other] = [made(), made(), made()];
  failWaiting("of tests before");
  assert.ok(!failWaiting("signed out"));
  client.ask({ seed: 1 });
  client.ask({ seed: 2 });
  other.client.ask({ seed: 3 });
  answer(other.client, { error: "busy", again: 6 });
  const { ticket } = client;
  assert.ok(failWaiting("signed out"));
  assert.deepEqual([failures, idle.failures], [[["signed out", { seed: 1 }]], []]);
  assert.deepEqual([client.state, other.client.state], ["failed", "busy"]);
  client.receive({ ticket, payload: "late" });
  mock.timers.tick(SILENCE_AFTER);
  assert.deepEqual([lost, client.pending], [[], null]);
  client.ask({ seed: 4 });
  assert.equal(client.state, "waiting");
  other.client.drop();
});

test("an answer that is not the app's is known by its status, its kind or a redirect", () => {
  /** @param {object} entry */
  const said = (entry) =>
    sentenceOf(
      /** @type {any} */ ({
        responseStatus: 200,
        contentType: "application/json",
        redirectStart: 0,
        serverTiming: [],
        ...entry,
      }),
    );
  assert.equal(said({}), "");
  assert.equal(said({ responseStatus: 204, contentType: "" }), "");
  assert.equal(said({ responseStatus: undefined, contentType: undefined }), "");
  for (const away of [
    { responseStatus: 401 },
    { responseStatus: 403, contentType: "text/html" },
    { contentType: "text/html" },
    { redirectStart: 3 },
  ])
    assert.match(said(away), /^You were signed out: /);
  assert.match(said({ responseStatus: 0 }), /cannot be reached/);
  assert.match(said({ responseStatus: 413 }), /of this size/);
  assert.match(said({ responseStatus: 502 }), /restarting/);
  assert.match(said({ responseStatus: 418 }), /418/);
  const serverTiming = [{ name: "refusal", description: "Too large." }];
  assert.equal(said({ responseStatus: 413, serverTiming }), "Too large.");
});

test("what is dropped is not answered, nor asked again", () => {
  const { client, answers } = made();
  client.ask({ seed: 1 });
  const { ticket } = client;
  client.drop();
  client.receive({ ticket, payload: "late" });
  mock.timers.tick(2 * SILENCE_AFTER);
  assert.deepEqual([answers, lost, client.state], [[], [], "idle"]);
});

test("a person's own data go along the first time, and when the server says so", () => {
  const { client, answers } = made();
  const choice = { content: "eA==", name: "x", target: "y", predictors: ["x"], standardize: false };
  const settings = { dataset: "own", data_token: keepOwn(choice) };
  client.ask(settings);
  assert.equal(asked[0].data_upload.content, "eA==");
  answer(client, { payload: "a" });
  adoptOwn(settings.data_token);
  client.ask(settings);
  assert.equal(asked[1].data_upload, undefined);
  answer(client, { error: "gone", missing: true });
  assert.equal(asked[2].data_upload.content, "eA==");
  // Once: a server that goes on saying so has its sentence shown.
  answer(client, { error: "gone", missing: true });
  assert.deepEqual(answers.at(-1), ["gone", settings]);
});

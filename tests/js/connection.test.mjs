import assert from "node:assert/strict";
import test, { beforeEach, mock } from "node:test";
import "./setup.mjs";
import { useBackend } from "#lab/state/backend.mjs";
import { Connection } from "#lab/state/connection.mjs";
import { Client } from "#lab/state/requests.mjs";

mock.timers.enable({ apis: ["setTimeout"] });
/** @type {any[]} */
let asked = [];
useBackend({ canTrain: true, waiting: "", ask: (_, data) => asked.push(data) });
beforeEach(() => {
  asked = [];
});

/** Lets what waits for a promise go on. */
const settle = async () => {
  for (let turn = 0; turn < 5; turn++) await Promise.resolve();
};

/** A connection to a server that is there or not, and the states it went through. */
function made() {
  const server = { isThere: false, probes: 0 };
  const states = /** @type {string[]} */ ([]);
  const connection = new Connection({
    isThere: () => {
      server.probes += 1;
      return Promise.resolve(server.isThere);
    },
    changed: () => states.push(connection.state),
  });
  return { connection, server, states };
}

/** @param {Connection} connection */
async function secondsUntilTried(connection) {
  let waited = 0;
  while (connection.state === "down") {
    mock.timers.tick(100);
    waited += 100;
  }
  await settle();
  return waited / 1000;
}

test("a server that stays away is tried less and less often", async () => {
  const { connection, server } = made();
  connection.lose("gone");
  const waits = /** @type {number[]} */ ([]);
  for (let turn = 0; turn < 8; turn++) waits.push(await secondsUntilTried(connection));
  assert.equal(server.probes, 8);
  [1, 2, 4, 8, 15, 30, 30, 30].forEach((wait, turn) => {
    assert.ok(waits[turn] >= 0.8 * wait && waits[turn] <= 1.2 * wait + 0.2, `${waits}`);
  });
});

test("one that is back is connected at once where nothing waits", async () => {
  const { connection, server, states } = made();
  connection.lose("gone");
  server.isThere = true;
  await secondsUntilTried(connection);
  assert.deepEqual(states, ["down", "trying", "up"]);
});

test("else only once it answers: a sign of life is no answer", async () => {
  const { connection, server, states } = made();
  const client = new Client("some-request", { answered: () => {} });
  client.ask({ seed: 7 });
  connection.lose("error 500");
  assert.equal(client.state, "cut");
  server.isThere = true;
  await connection.retry();
  assert.deepEqual([connection.state, client.state, asked.length], ["trying", "waiting", 2]);
  connection.lose("error 500");
  assert.deepEqual([connection.state, client.state], ["down", "cut"]);
  await connection.retry();
  connection.restore();
  assert.deepEqual(states, ["down", "trying", "down", "trying", "up"]);
  client.drop();
});

test("requests that are lost together are one loss", async () => {
  const { connection } = made();
  connection.lose("gone");
  connection.lose("gone for good");
  assert.equal(connection.reason, "gone for good");
  assert.ok((await secondsUntilTried(connection)) <= 1.4);
});

test("a person who goes on asking need not wait half a minute", async () => {
  const { connection } = made();
  connection.lose("gone");
  for (let turn = 0; turn < 6; turn++) await secondsUntilTried(connection);
  connection.hurry();
  assert.ok((await secondsUntilTried(connection)) <= 1.4);
});

test("without a network the server of this computer is there all the same", async () => {
  const { connection, server, states } = made();
  server.isThere = true;
  await connection.check("gone");
  assert.deepEqual(states, []);
  server.isThere = false;
  await connection.check("gone");
  assert.deepEqual(states, ["down"]);
});

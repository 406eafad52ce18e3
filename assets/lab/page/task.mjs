/* A chapter's question and task: what is asked, picked and reached, and which chapters are done. */
import { all, clicked, element, found, select, setText } from "#lab/lib/dom.mjs";
import { isReached, triedOf } from "#lab/model/checks.mjs";
import { snapshotOf } from "#lab/model/track.mjs";
import { drawCurtain } from "#lab/page/curtain.mjs";
import { stepBy } from "#lab/page/playback.mjs";
import { isTraining } from "#lab/page/training.mjs";
import { inputOf } from "#lab/panels/network-numbers.mjs";
import { layout } from "#lab/state/layout.mjs";
import { beginTask, chaptersDone, keepDone, lesson } from "#lab/state/lesson.mjs";
import { settingsNow, state } from "#lab/state/store.mjs";

/**
 * @typedef {import("#types").Chapter} Chapter
 * @typedef {import("#types").Task} Task
 */

/** Begins the task of the chapter on show. */
export function restartTask() {
  beginTask(layout.chapter?.task?.checks.length ?? 0);
  showCurtain();
  showTask();
}

/** What the chapter hides, and until it is answered or done what these hide. */
function showCurtain() {
  const { hide, curtain, task } = /** @type {Chapter} */ (layout.chapter);
  const isOpen = task?.reveals ? lesson.isRevealed : lesson.isDone;
  const hidden = [
    ...hide,
    ...(lesson.isAnswered ? [] : curtain),
    ...(isOpen || !task ? [] : task.curtain),
  ];
  drawCurtain(hidden);
}

/* ---- the question ---- */

/** @param {HTMLElement} pressed */
function answerQuestion(pressed) {
  const { question } = /** @type {Chapter} */ (layout.chapter);
  if (!question || lesson.isAnswered) return;
  const picked = Number(pressed.dataset.choice);
  lesson.isAnswered = true;
  lesson.answer = picked;
  showCurtain();
  showTask();
  finishIfDone();
  element("lesson-why").scrollIntoView({ block: "nearest" });
  seeFrom(found("task"));
}

/** The box of the task scrolls, but not the page around it. @param {HTMLElement | null} part */
function seeFrom(part) {
  const box = element("lesson-task");
  if (part) box.scrollTop += part.getBoundingClientRect().top - box.getBoundingClientRect().top;
}

/** The choices, of which only the right one and the one that was picked stay. */
function showQuestion() {
  const { question } = /** @type {Chapter} */ (layout.chapter);
  if (!question || !found("lesson-question")) return;
  const { isAnswered, answer: picked } = lesson;
  for (const choice of /** @type {NodeListOf<HTMLButtonElement>} */ (all("#lesson-task .choice"))) {
    const number = Number(choice.dataset.choice);
    choice.disabled = isAnswered;
    choice.hidden = isAnswered && number !== question.answer && number !== picked;
    choice.classList.toggle("right", isAnswered && number === question.answer);
    choice.classList.toggle("wrong", isAnswered && number === picked && number !== question.answer);
  }
  const right = question.choices[question.answer - 1];
  const verdict = picked === question.answer ? "Right." : `Not quite: it is “${right}”.`;
  setText("lesson-verdict", isAnswered ? verdict : "");
  element("lesson-why").hidden = !isAnswered;
}

/* ---- the task ---- */

/** @returns {import("#lab/model/checks.mjs").Standing} */
function standing() {
  const { sweep, track, run } = state;
  const now = snapshotOf(track, state.wanted);
  const isLine = sweep.plane.is_exact;
  return {
    settings: settingsNow(),
    epoch: now.epoch,
    verdict: sweep.verdicts[run],
    loss: now.overflowed ? NaN : now.loss,
    weight: isLine ? now.first : null,
    bias: isLine ? now.second : null,
    input: inputOf(sweep),
    track,
  };
}

/** Whether the chapter's question hides the task. */
const isWaiting = () => Boolean(layout.chapter?.question) && !lesson.isAnswered;

/** Called at every frame: a check that was reached once stays so. */
export function followTask() {
  const task = layout.chapter?.task;
  if (!task || lesson.isDone || isWaiting() || isTraining()) return;
  const now = standing();
  lesson.beganWith ||= triedOf(now);
  task.checks.forEach((check, k) => {
    lesson.reached[k] ||= isReached(check, now);
  });
  finishIfDone();
  showStatus();
}

/** At rest: whether something was tried that was not asked for. */
export function noteTry() {
  const task = layout.chapter?.task;
  if (!task || isWaiting() || isTraining()) return;
  lesson.hasTried = task.checks.length > 0 && triedOf(standing()) !== lesson.beganWith;
  showStatus();
}

/** @param {HTMLElement} pressed */
function pick(pressed) {
  if (lesson.isDone) return;
  lesson.picks.push(Number(pressed.dataset.pick));
  finishIfDone();
  showTask();
}

/** @param {Task} task */
const isAnswerRight = ({ answer }) => answer === null || lesson.picks.at(-1) === answer;

function finishIfDone() {
  const { slug, task } = /** @type {Chapter} */ (layout.chapter);
  if (lesson.isDone || isWaiting()) return;
  if (task && !(lesson.reached.every(Boolean) && isAnswerRight(task))) return;
  lesson.isDone = true;
  keepDone(slug);
  showCurtain();
  showTask();
}

/** Everything that the task says of itself; Dash may have brought its elements just now. */
export function showTask() {
  const { chapter } = layout;
  showProgress();
  if (!chapter) return;
  showQuestion();
  const target = found("task");
  if (!target || !chapter.task) return;
  target.hidden = isWaiting();
  for (const one of /** @type {NodeListOf<HTMLButtonElement>} */ (all("#task .pick"))) {
    const number = Number(one.dataset.pick);
    const isRight = lesson.isDone && number === chapter.task.answer;
    one.classList.toggle("right", isRight);
    one.classList.toggle("wrong", !isRight && lesson.picks.includes(number));
    one.disabled = lesson.isDone;
  }
  element("reveal").hidden = !(chapter.task.reveals && lesson.isDone && !lesson.isRevealed);
  showStatus();
}

function showStatus() {
  const status = found("task-status");
  const task = layout.chapter?.task;
  if (!status || !task) return;
  status.dataset.state = lesson.isDone ? "done" : "open";
  const said = lesson.isDone ? `✓ ${task.done}` : stillToDo(task);
  if (said === status.textContent) return;
  status.textContent = said;
  seeFrom(status);
}

/** @param {Task} task */
function stillToDo(task) {
  const { reached, picks, hasTried } = lesson;
  const count = reached.filter(Boolean).length;
  const parts = reached.length + (task.answer === null ? 0 : 1);
  const isWrong = picks.length > 0 && !isAnswerRight(task);
  const done = count + (picks.length && !isWrong ? 1 : 0);
  const said = [
    isWrong ? "Not this one." : "",
    done > 0 ? `${done} of ${parts} done.` : "",
    hasTried && !isWrong && !done ? "Not yet." : "",
    hasTried || isWrong ? task.hint : "",
  ];
  return said.filter(Boolean).join(" ");
}

/* ---- all chapters ---- */

/** The entries of the contents. */
const chapters = () => [...select("chapter").options].filter(({ value }) => value);

/** A dot for each chapter, with a tick where it is done; so the contents. */
function showProgress() {
  const done = chaptersDone();
  const slug = layout.chapter?.slug;
  const entries = chapters();
  const dots = entries.map(({ value }) => {
    const dot = document.createElement("span");
    dot.className = "dot";
    dot.classList.toggle("done", done.has(value));
    dot.classList.toggle("now", value === slug);
    return dot;
  });
  const bar = element("lesson-progress");
  bar.replaceChildren(...dots);
  const count = entries.filter(({ value }) => done.has(value)).length;
  bar.setAttribute("aria-label", `${count} of ${entries.length} chapters done`);
  for (const entry of entries) {
    const title = entry.textContent?.replace(/^✓ /, "") ?? "";
    const said = done.has(entry.value) ? `✓ ${title}` : title;
    if (entry.textContent !== said) entry.textContent = said;
  }
}

/** What the button at the end says: the next chapter, by its title. */
export function showWayOn() {
  const { next } = /** @type {Chapter} */ (layout.chapter);
  const entry = chapters().find(({ value }) => value === next);
  const title = entry?.textContent?.replace(/^✓ /, "").replace(/^\d+ · /, "");
  element("go-on").hidden = !next;
  setText("go-on", `Next: ${title ?? ""}`);
}

export function bindTask() {
  document.addEventListener("click", (event) => {
    const choice = clicked(event, "#lesson-task .choice");
    if (choice) answerQuestion(choice);
    const picked = clicked(event, "#task .pick");
    if (picked) pick(picked);
    if (clicked(event, "#task .step")) stepBy(1);
    if (!clicked(event, "#reveal")) return;
    lesson.isRevealed = true;
    showCurtain();
    showTask();
  });
}

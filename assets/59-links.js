/* What a link may say, and a sentence for each part of it that means nothing here. Settings that are
   out of range are the server's to refuse: see openRest in 60-bridge.js. */
(function (lab) {
  "use strict";

  // As app/domain/settings.py has it: old links keep their meaning when a newer form is needed.
  const LINK_VERSION = 1;
  const LONGEST = 1500;
  // What a link says besides the settings.
  const OTHERS = ["v", "embed", "epoch", "plane", "view", "present", "chapter"];

  const isTooLong = () => location.search.length > LONGEST;
  const wordsInAddress = () => new URLSearchParams(isTooLong() ? "" : location.search);
  const isEmbedded = wordsInAddress().get("embed") === "1";
  const chapterQuery = (slug) => `v=${LINK_VERSION}&chapter=${encodeURIComponent(slug)}`;
  /** A query as this page's address has it: in a frame it goes on to say so. */
  const searchOf = (query) => `?${query}${isEmbedded ? "&embed=1" : ""}`;

  const quoted = (text) => `“${text.length > 40 ? `${text.slice(0, 39)}…` : text}”`;
  const isWhole = (text) => /^\d+$/.test(text);
  const isPair = (first, second) => [first, second].every((text) => isWhole(text ?? "")) && first !== second;
  const namesIn = (words, name) => (words.get(name) || "").split(" ").filter(Boolean);

  /** The epoch that a link asks for, within its training; null where it asks for none. */
  function epochIn(words, { epochs }) {
    const text = words.get("epoch") ?? "";
    if (!isWhole(text)) return null;
    return Number.isFinite(epochs) ? Math.min(Number(text), Math.max(epochs, 0)) : Number(text);
  }

  /** A sentence for each part that is wrong. */
  function problemsIn(words, settings) {
    if (isTooLong()) return [`This link is too long: it has ${location.search.length} characters, and at most ${LONGEST} are read.`];
    return [
      version(words), ...unknownNames(words), epoch(words, settings), plane(words), ...views(words), ...presented(words),
    ].filter(Boolean);
  }

  function version(words) {
    const text = words.get("v") ?? "1";
    if (!isWhole(text) || Number(text) < 1) return `There is no version ${quoted(text)} of links: this one is read as version ${LINK_VERSION}.`;
    return Number(text) > LINK_VERSION ? `This link comes from a newer Descent Lab (version ${text.slice(0, 9)} of links, and this one knows ${LINK_VERSION}): what is known of it is on show.` : "";
  }

  const unknownNames = (words) => [...new Set(words.keys())]
    .filter((name) => !OTHERS.includes(name) && !lab.isSetting(name))
    .map((name) => `There is no setting named ${quoted(name)}: it was left out.`);

  function epoch(words, { epochs }) {
    const text = words.get("epoch");
    if (text === null) return "";
    if (!isWhole(text)) return `Epoch must be a whole number, 0 or more. Got ${quoted(text)}.`;
    return Number(text) > epochs ? `This training has ${epochs} epochs, so there is no epoch ${quoted(text)}: its last is on show.` : "";
  }

  function plane(words) {
    const [kind, first, second] = namesIn(words, "plane");
    if (!kind && !words.has("plane")) return "";
    if (!kind || !lab.isOffered("plane", kind)) return `There is no plane named ${quoted(kind || "")}: the usual one is on show.`;
    return kind === "parameters" && !isPair(first, second) ? `A plane of two parameters needs two different whole numbers, as in “parameters 0 1”. Got ${quoted(words.get("plane"))}.` : "";
  }

  const views = (words) => namesIn(words, "view")
    .filter((name) => !lab.isOffered("panel", name) && !lab.CARD_ORDER.includes(name))
    .map((name) => `There is no view named ${quoted(name)}.`);

  const presented = (words) => namesIn(words, "present")
    .filter((name) => name !== "1" && !lab.CARD_ORDER.includes(name))
    .map((name) => `There is no view named ${quoted(name)} to present.`);

  /** From a frame to the same on a page of its own. */
  function openWhole(event) {
    const link = event.target.closest("#open-whole");
    if (!link) return;
    const words = wordsInAddress();
    words.delete("embed");
    link.href = `?${words}`;
  }

  document.addEventListener("click", openWhole);
  document.body.classList.toggle("embed", isEmbedded);
  Object.assign(lab, { LINK_VERSION, isEmbedded, searchOf, wordsInAddress, chapterQuery, isPair, epochIn, problemsIn });
})(window.descentLab);

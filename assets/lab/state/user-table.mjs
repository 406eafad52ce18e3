/* The panel of a person's own data: what was read last, and what is chosen of it. */

/**
 * @typedef {Pick<import("#types").Upload, "target" | "predictors" | "standardize">} Choice
 * @typedef {{content: string, name: string}} File
 * @typedef {import("#types").Table & {file: File, number: number}} ReadTable
 */

/** @type {{table: ReadTable | null, choice: Choice | null, isAwaited: boolean}} */
export const userTable = {
  // The file and what the server found in it.
  table: null,
  choice: null,
  // On a phone the views are far above the panel: what was asked for is brought into sight.
  isAwaited: false,
};

/* The panel of a person's own data: what was read last, and what is chosen of it. */

/** @typedef {import("#types").Reading} Reading */
/**
 * @typedef {Pick<import("#types").Upload, "target" | "predictors" | "standardize">} Choice
 * @typedef {{content: string, name: string, reading: Reading}} TableFile what is read, and how
 * @typedef {import("#types").Table & {file: TableFile, number: number}} ReadTable
 */

/** @type {{table: ReadTable | null, choice: Choice | null, refused: TableFile | null,
 *   isAwaited: boolean, pointClass: string}} */
export const userTable = {
  // The file and what the server found in it.
  table: null,
  choice: null,
  // The file that could not be read: perhaps it can be with another separator.
  refused: null,
  // On a phone the views are far above the panel: what was asked for is brought into sight.
  isAwaited: false,
  // The class of the points that are clicked; none where they are an x and a y.
  pointClass: "",
};

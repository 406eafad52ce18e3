/* When the views were last described, and which of them is read out. */

export const spoken = {
  saidAt: -Infinity,
  timer: 0,
  // The view or panel in which the focus was last.
  attended: "",
};

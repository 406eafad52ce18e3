/* The timeline's scale: epoch 0 at 0, the last at 1, logarithmic so that the first steps have
   room. */

export const scale = {
  /** @param {number} epoch @param {number} end */
  toShare: (epoch, end) => Math.log1p(epoch) / Math.log1p(end),
  /** @param {number} share @param {number} end */
  toEpoch: (share, end) => Math.expm1(share * Math.log1p(end)),
};

// Turns steps into a k6 scenario of the executor `ramping-arrival-rate`. Pure.

/** @typedef {import('./profiles.js').Step} Step */

/** Longest random wait before a request, seconds: it turns k6's even arrivals into Poisson-like ones. */
export const SCATTER_S = 3;

/** A request that has not ended after this long has failed, seconds. */
export const TIMEOUT_S = 10;

// k6 takes whole numbers per time unit. Per minute, a rate is off by at most half a request a minute.
const PER_MINUTE = 60;

/**
 * k6 takes durations in whole milliseconds; what rounding leaves over is carried to the next step, so that a long
 * replay does not drift.
 * @param {{ startRps: number, steps: Step[] }} load
 * @param {boolean} scattered whether each request waits up to SCATTER_S first
 */
export function arrivalRate({ startRps, steps }, scattered) {
  const peak = Math.max(startRps, ...steps.map((step) => step.rps));
  let [elapsed, written] = [0, 0];
  const stages = steps.map(({ seconds, rps }) => {
    elapsed += seconds * 1000;
    const duration = Math.round(elapsed) - written;
    written += duration;
    return { duration: `${duration}ms`, target: Math.round(rps * PER_MINUTE) };
  });
  const wait = scattered ? SCATTER_S : 0;
  return {
    executor: /** @type {const} */ ('ramping-arrival-rate'),
    startRate: Math.round(startRps * PER_MINUTE),
    timeUnit: '1m',
    stages,
    // Little's law: VUs in use are rate times the time each is held. Enough for a healthy service from the start, and
    // for one that lets every request run into the time-out at most: beyond that iterations would be dropped, and the
    // load would no longer be what was asked for.
    preAllocatedVUs: Math.max(1, Math.ceil(peak * (wait / 2 + 0.5))),
    maxVUs: Math.max(1, Math.ceil(peak * (wait + TIMEOUT_S))),
  };
}

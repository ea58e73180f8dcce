// Load profiles as arrival rates: what share of the peak is offered when. Pure: no k6 here, so that Node can test it.

/** @typedef {{ seconds: number, rps: number }} Step A linear change to `rps` that takes `seconds`; 0 s is a jump. */

/**
 * Shares of the peak over a run of length 1, as [length, share at its end]; the run starts at the first share.
 * @type {Record<string, { start: number, parts: [number, number][] }>}
 */
const SHAPES = {
  // The five minutes of the original load test: 1, 2, 6, 10, 0.
  stages: { start: 0, parts: [[0.2, 0.1], [0.2, 0.2], [0.2, 0.6], [0.2, 1], [0.2, 0]] },
  ramp: { start: 0.1, parts: [[0.1, 0.1], [0.8, 1], [0.1, 1]] },
  spike: { start: 0.2, parts: [[0.4, 0.2], [0, 1], [0.2, 1], [0, 0.2], [0.4, 0.2]] },
  sustained: { start: 1, parts: [[1, 1]] },
  'flash-crowd': { start: 0.1, parts: [[0.2, 0.1], [0.05, 1], [0.25, 1], [0.3, 0.4], [0.2, 0.1]] },
  daily: { start: 0.1, parts: daily(24) },
};

/** Names of the shapes; `replay` reads a file instead. */
export const PROFILES = [...Object.keys(SHAPES), 'replay'];

/**
 * A day in so many straight pieces: 10 % of the peak at night, the peak in the middle of the day.
 * @param {number} pieces
 * @returns {[number, number][]}
 */
function daily(pieces) {
  return Array.from({ length: pieces }, (_, i) => {
    const turn = (2 * Math.PI * (i + 1)) / pieces;
    return [1 / pieces, 0.1 + 0.45 * (1 - Math.cos(turn))];
  });
}

/**
 * The steps of a shape that lasts `seconds` and reaches `peakRps`.
 * @param {string} name
 * @param {number} peakRps requests per second
 * @param {number} seconds
 * @returns {{ startRps: number, steps: Step[] }}
 */
export function shape(name, peakRps, seconds) {
  const found = SHAPES[name];
  if (!found) throw new Error(`PROFILE is ${name}, must be one of ${PROFILES.join(', ')}`);
  return {
    startRps: found.start * peakRps,
    steps: found.parts.map(([length, share]) => ({ seconds: length * seconds, rps: share * peakRps })),
  };
}

/**
 * The steps of a file that `podpilot load export-k6` wrote. Its rates are held: each is a jump and a level stretch.
 * @param {unknown} trace the parsed file
 * @param {number} scale factor on the rates
 * @returns {{ startRps: number, steps: Step[] }}
 */
export function replay(trace, scale) {
  const file = /** @type {{ schema?: unknown, steps?: unknown }} */ (trace);
  if (file === null || typeof file !== 'object' || file.schema !== 'podpilot/k6-stages/v1' || !Array.isArray(file.steps)) {
    throw new Error('TRACE_FILE is not what `podpilot load export-k6` writes (schema podpilot/k6-stages/v1)');
  }
  const steps = file.steps.flatMap((/** @type {Step} */ step, /** @type {number} */ index) => {
    const { seconds, rps } = step;
    if (!(seconds > 0 && rps >= 0)) throw new Error(`TRACE_FILE: step ${index} needs seconds > 0 and rps >= 0`);
    return [{ seconds: 0, rps: rps * scale }, { seconds, rps: rps * scale }];
  });
  if (steps.length === 0) throw new Error('TRACE_FILE holds no steps');
  return { startRps: steps[0].rps, steps: steps.slice(1) };
}

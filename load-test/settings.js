// Settings from the environment, checked. Pure.

/**
 * @typedef {object} Settings
 * @property {string} target URL that is requested
 * @property {string} profile name of a shape, or `replay`
 * @property {number} peakRps highest rate, requests per second; not for `replay`
 * @property {number} seconds length of the run; not for `replay`
 * @property {number} scale factor on the rates of a replayed trace
 * @property {string} traceFile what `replay` reads
 * @property {boolean} scattered Poisson-like arrivals
 */

/**
 * @param {Record<string, string | undefined>} environment
 * @returns {Settings}
 */
export function settings(environment) {
  const target = environment.TARGET_URL || 'http://gateway.demo.svc.cluster.local/';
  if (!/^https?:\/\//.test(target)) throw new Error(`TARGET_URL is ${target}, must start with http:// or https://`);
  const arrivals = environment.ARRIVALS || 'poisson';
  if (arrivals !== 'poisson' && arrivals !== 'even') throw new Error(`ARRIVALS is ${arrivals}, must be poisson or even`);
  return {
    target,
    profile: environment.PROFILE || 'stages',
    peakRps: positive('PEAK_RPS', environment.PEAK_RPS, 150),
    seconds: duration('DURATION', environment.DURATION, 300),
    scale: positive('SCALE', environment.SCALE, 1),
    traceFile: environment.TRACE_FILE || './trace.json',
    scattered: arrivals === 'poisson',
  };
}

/**
 * @param {string} name
 * @param {string | undefined} text
 * @param {number} fallback
 */
function positive(name, text, fallback) {
  const value = text ? Number(text) : fallback;
  if (!(value > 0 && Number.isFinite(value))) throw new Error(`${name} is ${text}, must be a number above 0`);
  return value;
}

/**
 * Seconds of a text such as 90, 90s, 10m or 1h30m.
 * @param {string} name
 * @param {string | undefined} text
 * @param {number} fallback seconds
 */
function duration(name, text, fallback) {
  if (!text) return fallback;
  if (/^\d+$/.test(text)) return positive(name, text, fallback);
  const parts = /^(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?$/.exec(text);
  const [hours, minutes, seconds] = (parts ?? []).slice(1).map((part) => Number(part ?? 0));
  const total = hours * 3600 + minutes * 60 + seconds;
  if (!(total > 0)) throw new Error(`${name} is ${text}, must be like 90s, 10m or 1h30m`);
  return total;
}

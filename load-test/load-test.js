// Open-model load for k6: requests are sent when the profile says, whatever the answers.
//   k6 run -e PROFILE=spike -e PEAK_RPS=100 -e DURATION=10m -e TARGET_URL=http://10.0.0.5/ load-test.js
//   k6 run -e PROFILE=replay -e TRACE_FILE=./trace.json -e SCALE=0.5 load-test.js
// Settings: settings.js. Exit code 99 says that a threshold was crossed.
import { sleep } from 'k6';
import http from 'k6/http';

import { replay, shape } from './profiles.js';
import { arrivalRate, SCATTER_S, TIMEOUT_S } from './scenario.js';
import { settings } from './settings.js';

const { target, profile, peakRps, seconds, scale, traceFile, scattered } = settings(__ENV);
const load = profile === 'replay' ? replay(JSON.parse(open(traceFile)), scale) : shape(profile, peakRps, seconds);

/** @type {import('k6/options').Options} */
export const options = {
  scenarios: { [profile]: arrivalRate(load, scattered) },
  thresholds: {
    http_req_duration: ['p(95)<200'],
    http_req_failed: ['rate<0.01'],
    // One dropped iteration, and the load was not what was asked for: the run does not count.
    dropped_iterations: ['count<1'],
  },
  // kube-proxy balances connections: with kept ones new pods would stay idle after a scale-up.
  noConnectionReuse: true,
  discardResponseBodies: true,
  summaryTrendStats: ['med', 'p(90)', 'p(95)', 'p(99)', 'max'],
};

export default function () {
  if (scattered) sleep(Math.random() * SCATTER_S);
  http.get(target, { headers: { 'Accept-Encoding': 'gzip' }, timeout: `${TIMEOUT_S}s` });
}

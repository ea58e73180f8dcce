import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { PROFILES, replay, shape } from '../profiles.js';
import { arrivalRate } from '../scenario.js';
import { settings } from '../settings.js';

const shapes = PROFILES.filter((name) => name !== 'replay');

/** @param {{ seconds: number }[]} steps */
const length = (steps) => steps.reduce((sum, step) => sum + step.seconds, 0);

test('every shape lasts as long as asked and reaches the peak, and no more', () => {
  for (const name of shapes) {
    const { startRps, steps } = shape(name, 80, 600);
    assert.ok(Math.abs(length(steps) - 600) < 1e-9, name);
    const rates = [startRps, ...steps.map((step) => step.rps)];
    assert.ok(Math.abs(Math.max(...rates) - 80) < 1e-9, name);
    assert.ok(Math.min(...rates) >= 0, name);
  }
});

test('the five stages are the original ones: 1, 2, 6, 10, 0 in a minute each', () => {
  const { steps } = shape('stages', 10, 300);
  assert.deepEqual(steps.map(({ seconds, rps }) => [seconds, Math.round(rps)]), [[60, 1], [60, 2], [60, 6], [60, 10], [60, 0]]);
});

test('a spike is a jump up and a jump down', () => {
  const { steps } = shape('spike', 100, 100);
  assert.deepEqual(steps.filter((step) => step.seconds === 0).map((step) => step.rps), [100, 20]);
});

test('a replayed rate is held for its whole step', () => {
  const trace = { schema: 'podpilot/k6-stages/v1', steps: [{ seconds: 10, rps: 4 }, { seconds: 20, rps: 8 }] };
  const load = replay(trace, 0.5);
  assert.equal(load.startRps, 2);
  assert.deepEqual(load.steps, [{ seconds: 10, rps: 2 }, { seconds: 0, rps: 4 }, { seconds: 20, rps: 4 }]);
});

test('files that are not an exported trace are refused', () => {
  for (const wrong of [null, [], {}, { schema: 'podpilot/k6-stages/v2', steps: [] }, { schema: 'podpilot/k6-stages/v1', steps: [] }]) {
    assert.throws(() => replay(wrong, 1), /TRACE_FILE/);
  }
  const nan = { schema: 'podpilot/k6-stages/v1', steps: [{ seconds: 1, rps: 'many' }] };
  assert.throws(() => replay(nan, 1), /step 0/);
});

test('rounding to milliseconds and whole rates does not add up', () => {
  const steps = Array.from({ length: 3000 }, () => ({ seconds: 1 / 3, rps: 1 / 7 }));
  const { stages, timeUnit } = arrivalRate({ startRps: 0, steps }, false);
  const total = stages.reduce((sum, stage) => sum + parseInt(stage.duration, 10), 0);
  assert.equal(total, 1_000_000);
  assert.equal(timeUnit, '1m');
  assert.equal(stages[0].target, 9); // 60/7 a minute
});

test('there are VUs for a service that answers nothing before the time-out', () => {
  const { preAllocatedVUs, maxVUs } = arrivalRate(shape('sustained', 100, 60), true);
  assert.deepEqual([preAllocatedVUs, maxVUs], [200, 1300]);
});

test('settings have defaults, and name what is wrong', () => {
  assert.deepEqual(settings({ DURATION: '1h30m', PEAK_RPS: '20', ARRIVALS: 'even' }), {
    target: 'http://gateway.demo.svc.cluster.local/', profile: 'stages', peakRps: 20, seconds: 5400, scale: 1,
    traceFile: './trace.json', scattered: false,
  });
  assert.equal(settings({ DURATION: '90' }).seconds, 90);
  for (const [name, value] of [['PEAK_RPS', '0'], ['PEAK_RPS', 'x'], ['DURATION', '5 min'], ['DURATION', '0s'], ['SCALE', '-1'], ['ARRIVALS', 'random'], ['TARGET_URL', 'web']]) {
    assert.throws(() => settings({ [name]: value }), new RegExp(`^Error: ${name} is`), `${name}=${value}`);
  }
  assert.throws(() => shape('nonsense', 1, 1), /PROFILE is nonsense, must be one of stages/);
});

test('the script asks for the objective and for no dropped iteration', () => {
  const script = readFileSync(new URL('../load-test.js', import.meta.url), 'utf8');
  for (const wanted of ["http_req_duration: ['p(95)<200']", "http_req_failed: ['rate<0.01']", "dropped_iterations: ['count<1']"]) {
    assert.ok(script.includes(wanted), wanted);
  }
});

// The file is the golden file of `podpilot load export-k6`, kept in step by the command line's tests.
test('an exported load is replayed as it was planned', () => {
  const file = JSON.parse(readFileSync(new URL('./exported.json', import.meta.url), 'utf8'));
  const { stages, startRate } = arrivalRate(replay(file, 1), false);
  const held = file.steps.map((/** @type {{ seconds: number, rps: number }} */ step) => [`${step.seconds * 1000}ms`, step.rps * 60]);
  assert.equal(startRate, held[0][1]);
  assert.deepEqual(stages.filter((stage) => stage.duration !== '0ms').map((stage) => [stage.duration, stage.target]), held);
});

// Where messages go, how each destination is, and a test message through the real path.

import {get, post, quoted} from './api.js';
import {action, badge, facts, field} from './controls.js';
import {ask} from './dialog.js';
import {el, fill, newId} from './dom.js';
import {plain, time} from './format.js';
import {faults, t, word} from './i18n.js';
import {good} from './notices.js';

const PATIENCE = 60; // seconds
const STEP = 1; // second

export const targets = {
  load: async () => ({items: (await get('targets')).items}),

  /** Until a worker has said what it makes of them. Otherwise the result of a test stays where it is. */
  poll: ({items}) => (items.some((one) => one.configured && usable(one) !== 'usable' && !one.faults.length) ? 3 : 0),

  draw({items}, context, heading) {
    return [
      el('div', {class: 'view-head'}, heading),
      el('p', {class: 'lead'}, t('targets.words')),
      items.length ? el('div', {class: 'cards'}, items.map((one) => card(one, context))) : el('p', {class: 'panel empty'}, t('targets.none')),
    ];
  },
};

/** Nobody knows while no worker has looked. */
function usable(one) {
  if (one.stopped) return 'stopped';
  if (one.configured === false) return 'unconfigured';
  if (one.usable === null) return 'unknown';
  return one.usable ? 'usable' : 'unusable';
}

function card(one, context) {
  const id = newId();
  const health = one.health || {};
  const error = health.last_error;
  const cooling = health.cool_until && new Date(health.cool_until) > new Date();
  const result = el('p', {class: 'result', role: 'status', 'aria-live': 'polite'});
  return el('section', {class: one.configured === false ? 'panel idle' : 'panel', 'aria-labelledby': id},
    el('div', {class: 'panel-head'}, el('h2', {id}, one.name), badge('target', usable(one)),
      cooling ? badge('target', 'cooling') : null),
    one.configured === false && !one.stopped ? el('p', {class: 'hint'}, t('target.unconfigured.words'))
      : one.faults.map((problem) => el('p', {class: 'problem'}, problem.words)),
    facts(one.configured === false ? [[t('channel'), one.channel]] : [
      [t('channel'), one.channel],
      [t('language'), word('language', one.language)],
      one.fallback ? [t('fallback'), one.fallback] : null,
      one.oversize ? [t('oversize'), word('oversize', one.oversize)] : null,
      [t('health.success'), time(health.last_success)],
      [t('health.error'), error ? el('span', {}, time(error.at), ' ', badge('attempt', error.result), ' ', error.faults.map((fault) => fault.words).join(' ')) : '–'],
      cooling ? [t('cooling.until'), time(health.cool_until)] : null,
    ]),
    Object.keys(one.options || {}).length ? el('details', {'data-key': 'options-' + one.name}, el('summary', {}, t('target.options')),
      facts(Object.entries(one.options).map(([name, value]) => [el('code', {}, name), plain(value)]))) : null,
    one.configured === false && !one.stopped ? null : el('div', {class: 'buttons'}, one.stopped ? null : action(t('test.send'), 'test-' + one.name, async () => {
      let runId = '';
      const sent = await ask({
        title: t('test.ask', {name: one.name}), body: el('p', {}, t('test.words')), confirm: t('test.send'),
        submit: async () => { runId = (await post('targets/' + quoted(one.name) + '/test')).run_id; },
      });
      if (sent && runId) await follow(runId, result);
      return false;
    }, context.again), one.stopped ? starting(one, context.again) : stopping(one, context.again)),
    result);
}

function stopping(one, again) {
  return action(t('target.stop'), 'stop-' + one.name, () => {
    const why = el('input', {name: 'why', maxlength: 300});
    return ask({
      title: t('target.stop.ask', {name: one.name}), body: [el('p', {}, t('target.stop.words')), field(t('target.stop.why'), why)],
      confirm: t('target.stop'), danger: true,
      submit: async () => {
        await post('targets/' + quoted(one.name) + '/stop', {why: why.value});
        good(t('target.stop.done', {name: one.name}));
      },
    });
  }, again, 'danger-line');
}

function starting(one, again) {
  return action(t('target.start'), 'start-' + one.name, () => ask({
    title: t('target.start.ask', {name: one.name}), body: el('p', {}, t('target.start.words')), confirm: t('target.start'),
    submit: async () => {
      await post('targets/' + quoted(one.name) + '/start');
      good(t('target.start.done', {name: one.name}));
    },
  }), again, 'primary');
}

/** Tell how the test goes until it is through, in the card it was asked from. */
async function follow(runId, place) {
  const link = () => el('a', {href: '#/run/' + quoted(runId)}, t('test.run'));
  fill(place, badge('job', 'pending'), ' ', t('test.under-way'));
  for (let waited = 0; waited < PATIENCE && place.isConnected; waited += STEP) {
    await new Promise((resolve) => { setTimeout(resolve, STEP * 1000); });
    const run = await get('runs/' + quoted(runId));
    if (run.push_status !== 'pending') {
      const job = run.jobs.find((one) => one.kind === 'notify');
      fill(place, badge('push', run.push_status), ' ', t(run.push_status === 'success' ? 'test.arrived' : 'test.failed'), ' ',
        job ? faults(job.faults) : '', ' ', link());
      return;
    }
  }
  fill(place, badge('job', 'pending'), ' ', t('test.slow'), ' ', link());
}

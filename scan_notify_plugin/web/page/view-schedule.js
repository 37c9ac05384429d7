// One schedule: what was new and what was gone in its last rounds, and what its next round is compared with.

import {get, post, quoted} from './api.js';
import {action, badge, field, panel, select, table} from './controls.js';
import {rounds as chart} from './charts.js';
import {ask} from './dialog.js';
import {el} from './dom.js';
import {time} from './format.js';
import {t} from './i18n.js';
import {good} from './notices.js';
import {inBrief} from './view-changes.js';

export const schedule = {
  load: async ({argument}) => {
    const path = 'schedules/' + quoted(argument);
    const [one, rounds, all] = await Promise.all([get(path), get(path + '/rounds'), get('schedules')]);
    return {one, rounds: rounds.items, others: all.items.filter((other) => other.id !== one.id)};
  },

  title: ({one}) => one.name || one.id,

  poll: () => 20,

  draw({one, rounds, others}, {again}, heading) {
    const path = 'schedules/' + quoted(one.id);
    return [
      el('p', {class: 'crumb'}, el('a', {href: '#/schedules'}, '← ' + t('menu.schedules'))),
      el('div', {class: 'view-head'}, heading, el('div', {class: 'buttons'},
        action(t('ledger.continue'), 'ledger-continue', () => carryOn(path, others), again),
        action(t('ledger.forget'), 'ledger-forget', () => forget(path), again, 'danger-line'))),
      panel(t('chart.rounds'), null, chart(rounds.slice().reverse())),
      panel(t('schedule.rounds'), null, table(t('schedule.rounds'), [
        [t('run'), (run) => el('a', {class: 'strong', href: '#/run/' + quoted(run.id)}, '#' + run.run_number), 'main'],
        [t('run.status'), (run) => badge('run', run.status)],
        [t('run.start'), (run) => time(run.start_time)],
        [t('results'), (run) => inBrief(run.results) || '–', 'wide'],
      ], rounds, t('runs.none'))),
    ];
  },
};

function carryOn(path, others) {
  const names = others.map((other) => [other.id, other.name + ' · ' + other.id]);
  const gone = el('input', {name: 'id', maxlength: 100});
  return ask({
    title: t('ledger.continue'), confirm: t('ledger.continue'),
    body: [el('p', {}, t('ledger.continue.words')), field(t('schedule'), select('old', [['', '–']].concat(names), '')),
      field(t('ledger.continue.id'), gone)],
    submit: async (values) => {
      await post(path + '/continue', {old: values.get('id') || values.get('old')});
      good(t('ledger.continue.done'));
    },
  });
}

function forget(path) {
  return ask({
    title: t('ledger.forget'), confirm: t('ledger.forget'), danger: true, body: el('p', {}, t('ledger.forget.words')),
    submit: async () => { await post(path + '/forget'); good(t('ledger.forget.done')); },
  });
}

// How it goes: the last days as charts, what rests, who works, the newest runs.

import {get} from './api.js';
import {badge, panel, select, table} from './controls.js';
import {deliveries, runsPerDay} from './charts.js';
import {el} from './dom.js';
import {ago, number, time} from './format.js';
import {t} from './i18n.js';
import {runColumns} from './view-runs.js';

const DAYS = ['7', '14', '30'];

export const dashboard = {
  async load({query}) {
    const days = DAYS.includes(query.get('days')) ? query.get('days') : '14';
    const [overview, newest] = await Promise.all([get('overview', {days}), get('runs', {page: 1, size: 6})]);
    return {days, overview, runs: newest.items};
  },

  poll: () => 15,

  draw({days, overview, runs}, context, heading) {
    const {runs_per_day: perDay, deliveries: sent, cooling, workers, now} = overview;
    const total = (rows, name) => rows.reduce((sum, row) => sum + (row[name] || 0), 0);
    const alive = workers.filter((worker) => worker.alive).length;
    const range = select('days', DAYS.map((n) => [n, t('days', {n})]), days);
    range.setAttribute('aria-label', t('dashboard.range'));
    range.setAttribute('data-key', 'days');
    range.addEventListener('change', () => { location.hash = '#/dashboard?days=' + range.value; });
    const unsure = total(sent, 'uncertain');
    const list = (filter) => '#/runs?' + filter + (perDay.length ? '&since=' + String(perDay[0].day).slice(0, 10) : '');
    return [
      el('div', {class: 'view-head'}, heading, range),
      alive ? null : el('p', {class: 'banner bad', role: 'alert'}, t('dashboard.no-worker')),
      el('ul', {class: 'tiles'},
        tile(t('tile.finished'), total(perDay, 'finished'), 'good', list('status=finished')),
        tile(t('tile.failed'), total(perDay, 'error'), total(perDay, 'error') ? 'bad' : '', list('status=error')),
        tile(t('tile.running'), total(perDay, 'running'), 'busy', list('status=running')),
        tile(t('tile.delivered'), total(sent, 'success'), 'good', list('push_status=success')),
        tile(t('tile.undelivered'), total(sent, 'error'), total(sent, 'error') ? 'bad' : '', list('push_status=error')),
        tile(t('tile.uncertain'), unsure, unsure ? 'warn' : '', list('push_status=uncertain'))),
      el('div', {class: 'columns'},
        panel(t('chart.runs'), null, runsPerDay(perDay)),
        panel(t('chart.deliveries'), null, deliveries(sent))),
      panel(t('dashboard.newest'), el('a', {href: '#/runs'}, t('all')), table(t('dashboard.newest'), runColumns(), runs, t('runs.none'))),
      el('div', {class: 'columns'},
        panel(t('dashboard.workers'), null, table(t('dashboard.workers'), [
          [t('name'), (one) => one.name],
          [t('state'), (one) => badge('worker', one.alive ? 'active' : 'dead')],
          [t('version'), (one) => one.version],
          [t('worker.seen'), (one) => el('time', {datetime: one.at}, ago(one.at, now))],
        ], workers, t('dashboard.no-worker'))),
        panel(t('dashboard.cooling'), null, table(t('dashboard.cooling'), [
          [t('targets'), (one) => (one.targets && one.targets.length ? one.targets.join(', ') : one.lane)],
          [t('cooling.until'), (one) => time(one.until)],
        ], cooling, t('cooling.none')))),
    ];
  },
};

function tile(name, value, tone, href) {
  return el('li', {class: 'tile ' + tone}, el('a', {href}, el('span', {class: 'tile-value'}, number(value)), el('span', {class: 'tile-name'}, name)));
}

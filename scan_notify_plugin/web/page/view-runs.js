// The list of runs, with its filters in the address so that "back" and bookmarks work.

import {get, quoted} from './api.js';
import {badge, field, pager, select, table} from './controls.js';
import {el} from './dom.js';
import {duration, time} from './format.js';
import {faults, t, word} from './i18n.js';
import {inBrief} from './view-changes.js';

const SIZE = 20;
const FILTERS = ['text', 'status', 'push_status', 'export_status', 'schedule_id', 'since', 'until'];
const OUTCOMES = ['pending', 'success', 'error', 'uncertain', 'skip'];

export function runColumns() {
  return [
    [t('schedule'), (run) => el('a', {class: 'strong', href: '#/run/' + quoted(run.id), 'data-key': 'run-' + run.id},
      run.schedule_name || run.id, el('span', {class: 'faint'}, ' #' + run.run_number)), 'main'],
    [t('run.status'), (run) => badge('run', run.status)],
    [t('run.push'), (run) => badge('push', run.push_status)],
    [t('run.export'), (run) => badge('export', run.export_status)],
    [t('results'), (run) => inBrief(run.results) || '–', 'wide'],
    [t('run.start'), (run) => time(run.start_time)],
    [t('run.took'), (run) => duration(run.seconds), 'once'],
    [t('run.note'), (run) => {
      const words = run.acknowledged ? t('run.seen-by', {by: run.acknowledged.by}) : faults(run.faults);
      return words ? el('span', {class: 'clip'}, words) : null;
    }, 'wide'],
  ];
}

export const runs = {
  async load({query}) {
    const page = Math.max(1, Number(query.get('page')) || 1);
    const wanted = {page, size: SIZE};
    for (const name of FILTERS) wanted[name] = query.get(name) || '';
    // A day of this calendar becomes the two moments it begins and ends at.
    if (wanted.since) wanted.since = moment(wanted.since, 0);
    if (wanted.until) wanted.until = moment(wanted.until, 1);
    const [found, all] = await Promise.all([get('runs', wanted), get('schedules')]);
    return {page, found, schedules: all.items};
  },

  poll: () => 10,

  draw({page, found, schedules}, {query}, heading) {
    const value = (name) => query.get(name) || '';
    const states = (group, names) => [['', t('any')]].concat(names.map((name) => [name, word(group, name)]));
    const known = schedules.map((one) => [one.id, one.name]);
    const chosen = value('schedule_id');
    if (chosen && !known.some(([id]) => id === chosen)) known.push([chosen, chosen]);
    const form = el('form', {
      class: 'filters', role: 'search', 'aria-label': t('filter'),
      onsubmit: (event) => { event.preventDefault(); location.hash = address(new FormData(form), 1); },
    },
    field(t('filter.text'), el('input', {type: 'search', name: 'text', value: value('text'), 'data-key': 'text'})),
    field(t('run.status'), select('status', states('run', ['running', 'finished', 'error']), value('status'))),
    field(t('run.push'), select('push_status', states('push', OUTCOMES), value('push_status'))),
    field(t('run.export'), select('export_status', states('export', OUTCOMES), value('export_status'))),
    field(t('schedule'), select('schedule_id', [['', t('any')]].concat(known), chosen)),
    field(t('filter.since'), el('input', {type: 'date', name: 'since', value: value('since')})),
    field(t('filter.until'), el('input', {type: 'date', name: 'until', value: value('until')})),
    el('div', {class: 'buttons'}, el('button', {type: 'submit', class: 'primary', 'data-key': 'filter'}, t('filter')),
      el('a', {class: 'button', href: '#/runs', 'data-key': 'clear'}, t('filter.clear'))));
    const given = new FormData();
    for (const name of FILTERS) given.set(name, value(name));
    return [
      el('div', {class: 'view-head'}, heading),
      el('div', {class: 'panel'}, form),
      el('p', {class: 'count', role: 'status'}, t('runs.found', {n: found.total})),
      el('div', {class: 'panel'}, table(t('menu.runs'), runColumns(), found.items, t('runs.none')),
        pager(page, SIZE, found.total, (target) => address(given, target))),
    ];
  },
};

function address(form, page) {
  const query = new URLSearchParams();
  for (const name of FILTERS) if (form.get(name)) query.set(name, form.get(name));
  if (page > 1) query.set('page', page);
  return '#/runs?' + query.toString();
}

function moment(day, later) {
  const [year, month, date] = day.split('-').map(Number);
  const at = new Date(year, month - 1, date + later);
  return Number.isNaN(at.getTime()) ? '' : at.toISOString();
}

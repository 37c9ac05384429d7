// What a run has found, and what is new against the round it was compared with.

import {get, quoted} from './api.js';
import {badge, facts, field, pager, panel, select, table} from './controls.js';
import {el} from './dom.js';
import {number, time} from './format.js';
import {t, word} from './i18n.js';

const SIZE = 50;
const FILTERS = ['text', 'state', 'table', 'severity'];
const STATES = ['new', 'back', 'changed', 'gone', 'first_look', 'out_of_scope', 'unstable', 'earlier', 'found'];
const SEVERITIES = ['critical', 'high', 'medium', 'low', 'info', 'unknown', 'unrated'];

/** How many of what, in one line: 'new 3, gone 1'. */
export function numbers(group, names, values) {
  return names.filter((name) => values && values[name]).map((name) => word(group, name) + ' ' + number(values[name])).join(t('and'));
}

/** The sentence of a run's results, as lists have it. */
export function inBrief(results) {
  if (!results) return '';
  if (results.state !== 'success') return t('results.' + results.state);
  const {changes: found, compared: before, remarks} = results;
  if (!before) return numbers('change', STATES, found) || t('results.alone');
  return numbers('change', STATES, found) || t(found.not_looked_at || remarks.length ? 'results.partly' : 'results.same');
}

export function changeColumns() {
  return [
    [t('change.state'), (one) => badge('change', one.state)],
    [t('change.table'), (one) => word('table', one.table)],
    [t('change.target'), (one) => one.target, 'main'],
    [t('name'), (one) => one.name, 'wide'],
    [t('change.severity'), (one) => (one.severity ? badge('severity', one.severity) : '–')],
    [t('change.cells'), (one) => cells(one.cells), 'wide'],
    [t('change.first'), (one) => time(one.first_seen)],
    [t('change.last'), (one) => time(one.last_seen)],
  ];
}

function cells(list) {
  return list.map((one) => el('div', {}, el('span', {class: 'faint'}, one.title, ' '), one.old || '–', ' → ', one.new || '–'));
}

/** The results of a run as a block of its view. */
export function resultsPanel(run) {
  const {results} = run;
  if (!results) return null;
  const more = results.state === 'success' && Object.keys(results.changes).some((name) => STATES.includes(name))
    ? el('a', {class: 'button', href: '#/changes/' + quoted(run.id), 'data-key': 'run-changes'}, t('results.all')) : null;
  const words = [...results.faults, ...results.remarks].map((one) => el('li', {}, one.words));
  return panel(t('results'), more, facts([
    [t('results.state'), results.state === 'success' ? inBrief(results) : badge('results', results.state)],
    [t('results.compared'), compared(results)],
    results.changes.not_looked_at ? [word('change', 'not_looked_at'), number(results.changes.not_looked_at)] : null,
    [t('results.severities'), numbers('severity', SEVERITIES, results.severities)],
    [t('results.totals'), numbers('table', Object.keys(results.totals), results.totals)],
  ]), words.length ? el('ul', {class: 'remarks'}, words) : null);
}

function compared(results) {
  const {compared: before} = results;
  if (!before) return results.state === 'success' ? t('results.first') : '';
  return [el('a', {href: '#/run/' + quoted(before.run_id)}, t('results.round', {n: before.run_number})), ' ', time(before.fired_at)];
}

export const changes = {
  load: async ({argument, query}) => {
    const page = Math.max(1, Number(query.get('page')) || 1);
    const wanted = {page, size: SIZE};
    for (const name of FILTERS) wanted[name] = query.get(name) || '';
    const path = 'runs/' + quoted(argument);
    const [found, run] = await Promise.all([get(path + '/changes', wanted), get(path)]);
    return {page, found, run};
  },

  title: ({run}) => t('changes.title', {name: (run.schedule_name || run.id) + ' #' + run.run_number}),

  draw({page, found, run}, {query}, heading) {
    const here = '#/changes/' + quoted(run.id);
    const names = run.results ? Object.keys(run.results.tables) : [];
    const any = (group, list) => [['', t('any')]].concat(list.map((name) => [name, word(group, name)]));
    const given = new FormData();
    for (const name of FILTERS) given.set(name, query.get(name) || '');
    const form = el('form', {
      class: 'filters', role: 'search', 'aria-label': t('filter'),
      onsubmit: (event) => { event.preventDefault(); location.hash = address(here, new FormData(form), 1); },
    },
    field(t('filter.text'), el('input', {type: 'search', name: 'text', value: given.get('text'), 'data-key': 'text'})),
    field(t('change.state'), select('state', any('change', STATES), given.get('state'))),
    field(t('change.table'), select('table', any('table', names), given.get('table'))),
    field(t('change.severity'), select('severity', any('severity', SEVERITIES), given.get('severity'))),
    el('div', {class: 'buttons'}, el('button', {type: 'submit', class: 'primary', 'data-key': 'filter'}, t('filter')),
      el('a', {class: 'button', href: here, 'data-key': 'clear'}, t('filter.clear'))));
    return [
      el('p', {class: 'crumb'}, el('a', {href: '#/run/' + quoted(run.id)}, '← ' + t('changes.back'))),
      el('div', {class: 'view-head'}, heading),
      resultsPanel(run) || el('p', {class: 'empty'}, t('results.none')),
      el('div', {class: 'panel'}, form),
      el('p', {class: 'count', role: 'status'}, t('changes.found', {n: found.total})),
      el('div', {class: 'panel'}, table(t('changes'), changeColumns(), found.items, t('changes.none')),
        pager(page, SIZE, found.total, (target) => address(here, given, target))),
    ];
  },
};

function address(here, form, page) {
  const query = new URLSearchParams();
  for (const name of FILTERS) if (form.get(name)) query.set(name, form.get(name));
  if (page > 1) query.set('page', page);
  return here + '?' + query.toString();
}

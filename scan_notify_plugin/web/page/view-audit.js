// Who changed what, the newest first.

import {get} from './api.js';
import {pager, table} from './controls.js';
import {el} from './dom.js';
import {settingValue, time} from './format.js';
import {t, word} from './i18n.js';

const SIZE = 50;

export const audit = {
  async load({query}) {
    const page = Math.max(1, Number(query.get('page')) || 1);
    return {page, found: await get('audit', {page, size: SIZE})};
  },

  draw({page, found}, context, heading) {
    return [
      el('div', {class: 'view-head'}, heading),
      el('p', {class: 'lead'}, t('audit.words')),
      el('div', {class: 'panel'}, table(t('menu.audit'), [
        [t('at'), (one) => time(one.at)],
        [t('audit.by'), (one) => one.by],
        [t('audit.action'), (one) => word('audit', one.action), 'main'],
        [t('audit.what'), (one) => one.what, 'wide'],
        [t('audit.change'), (one) => change(one), 'wide'],
      ], found.items, t('audit.none')), pager(page, SIZE, found.total, (target) => '#/audit?page=' + target)),
    ];
  },
};

/** What differs between before and after. */
function change({action, before, after}) {
  const object = (value) => (value && typeof value === 'object' && !Array.isArray(value) ? value : null);
  if (!object(before) && !object(after)) {
    if (empty(before) && empty(after)) return '–';
    return pair(action, '', before, after);
  }
  const [old, next] = [object(before) || {}, object(after) || {}];
  const names = [...new Set(Object.keys(old).concat(Object.keys(next)))];
  const rows = names.filter((name) => JSON.stringify(old[name]) !== JSON.stringify(next[name]))
    .map((name) => pair(action, name, old[name], next[name]));
  if (typeof before === 'string') rows.unshift(pair(action, '', before, null));
  return rows.length ? rows : '–';
}

function empty(value) {
  return value === null || value === undefined || value === '';
}

function pair(action, name, before, after) {
  const label = LABELS[name] ? t(LABELS[name]) : el('code', {}, name);
  return el('div', {class: 'small'}, name && !SELF.includes(name) ? [label, ' '] : null,
    empty(before) ? null : el('del', {}, shown(action, name, before)), empty(before) || empty(after) ? null : ' → ',
    empty(after) ? null : el('ins', {}, shown(action, name, after)));
}

// What our own actions say of themselves; other names are those of settings.
const LABELS = {until: 'audit.until', run: 'run'};
const SELF = ['delivered', 'jobs'];

function shown(action, name, value) {
  if (name === 'until') return time(value);
  if (name === 'delivered') return t(value ? 'settle.yes' : 'settle.no');
  if (name === 'jobs') return t('audit.jobs', {n: value.length});
  if (action === 'toggle') return word('state', value);
  if (action === 'settle') return word('job', value);
  return settingValue(value);
}

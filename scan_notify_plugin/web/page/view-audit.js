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
function change({before, after}) {
  const object = (value) => (value && typeof value === 'object' && !Array.isArray(value) ? value : null);
  if (!object(before) && !object(after)) {
    if (empty(before) && empty(after)) return '–';
    return pair('', before, after);
  }
  const [old, next] = [object(before) || {}, object(after) || {}];
  const names = [...new Set(Object.keys(old).concat(Object.keys(next)))];
  const rows = names.filter((name) => JSON.stringify(old[name]) !== JSON.stringify(next[name])).map((name) => pair(name, old[name], next[name]));
  return rows.length ? rows : '–';
}

function empty(value) {
  return value === null || value === undefined || value === '';
}

function pair(name, before, after) {
  return el('div', {class: 'small'}, name ? el('code', {}, name) : null, name ? ' ' : null,
    empty(before) ? null : el('del', {}, settingValue(before)), empty(before) ? null : ' → ', el('ins', {}, settingValue(after)));
}
